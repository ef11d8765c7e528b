import Records

/// A regular pattern as a table: state and class of the character give the next state.
package struct Automaton: Sendable {
  private let pages: Frozen<UInt16>
  private let pageClasses: Frozen<UInt16>
  private let starts: Frozen<UInt32>
  private let classes: Frozen<UInt16>
  private let next: Frozen<UInt32>
  private let classCount: Int
  private let first: UInt32
  private let marks: Marks

  /// Where each kind of state begins: open ones come first, then those that match at the end, then those that
  /// match whatever follows, then the dead. So comparisons tell what is known in a state.
  @usableFromInline struct Marks: Sendable {
    @usableFromInline var matchedAtEnd: UInt32 = 0
    @usableFromInline var matched: UInt32 = 0
    @usableFromInline var dead: UInt32 = 0
  }

  /// The automaton's memory, to be used while it is alive.
  var table: Table {
    Table(
      pages: pages.pointer, pageClasses: pageClasses.pointer, starts: starts.pointer,
      classes: classes.pointer, next: next.pointer, classCount: classCount, first: first,
      marks: marks)
  }

  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    withExtendedLifetime(self) { table.matches(text) }
  }

  /// What is known in a state.
  private enum Outcome: CaseIterable {
    case open
    /// It matches if it ends here.
    case matchedAtEnd
    /// The text matches, whatever follows.
    case matched
    /// It cannot match any more.
    case dead
  }

  static let maximumStates = 2_000
  static let maximumEntries = 100_000

  /// Nil if the table would become too large.
  init?(_ graph: StateGraph) {
    let alphabet = Alphabet(graph.sets)
    classCount = alphabet.count
    (pages, pageClasses) = alphabet.pages()
    starts = Frozen(alphabet.starts)
    classes = Frozen(alphabet.classes)

    let restart = graph.closure([graph.first], atStart: false, atEnd: false)
    let first = graph.closure([graph.first], atStart: true, atEnd: false)
    // The state at the start is not one that can be come back to: `^` holds in no other.
    var numbers: [[Int]: UInt16] = [:]
    var sets = [first]
    var (next, outcomes) = (ContiguousArray<Int>(), ContiguousArray<Outcome>())
    var done = 0
    while done < sets.count {
      let current = sets[done]
      outcomes.append(
        Automaton.outcome(current, graph, isFirst: done == 0, canRestart: !restart.isEmpty))
      for character in 0..<alphabet.count {
        var targets: [Int] = []
        for state in current {
          if case .set(let set, let after) = graph.states[state],
            alphabet.members[character].contains(set)
          {
            targets.append(after)
          }
        }
        let reached = graph.closure(targets, atStart: false, atEnd: false)
        let union = restart.isEmpty ? reached : Array(Set(reached).union(restart)).sorted()
        if numbers[union] == nil {
          guard sets.count < Automaton.maximumStates,
            sets.count * alphabet.count < Automaton.maximumEntries
          else { return nil }
          numbers[union] = UInt16(sets.count)
          sets.append(union)
        }
        next.append(Int(numbers[union] ?? 0))
      }
      done += 1
    }
    // A state's number is the place of its row.
    let order = Outcome.allCases.flatMap { outcome in
      outcomes.indices.filter { outcomes[$0] == outcome }
    }
    var rows = Array(repeating: UInt32(0), count: order.count)
    for (place, state) in order.enumerated() { rows[state] = UInt32(place * alphabet.count) }
    self.next = Frozen(
      order.flatMap { state in
        next[state * alphabet.count..<(state + 1) * alphabet.count].map { rows[$0] }
      })
    self.first = rows[0]
    func start(of kinds: Outcome...) -> UInt32 {
      UInt32(outcomes.count { !kinds.contains($0) } * alphabet.count)
    }
    marks = Marks(
      matchedAtEnd: start(of: .matchedAtEnd, .matched, .dead),
      matched: start(of: .matched, .dead), dead: start(of: .dead))
  }

  private static func outcome(
    _ states: [Int], _ graph: StateGraph, isFirst: Bool, canRestart: Bool
  ) -> Outcome {
    if graph.hasMatch(states) { return .matched }
    // A match of nothing may begin at the very end, too.
    let atEnd = graph.closure(states + [graph.first], atStart: isFirst, atEnd: true)
    if graph.hasMatch(atEnd) { return .matchedAtEnd }
    return states.isEmpty && !canRestart ? .dead : .open
  }
}

extension Automaton {
  /// `@unchecked Sendable`: the memory behind the pointers is only ever read.
  package struct Table: @unchecked Sendable {
    /// Of each 256 code points below U+10000, which page of `pageClasses` they are.
    @usableFromInline let pages: UnsafeBufferPointer<UInt16>
    @usableFromInline let pageClasses: UnsafeBufferPointer<UInt16>
    /// Where stretches of one class begin, and their classes: for code points beyond the pages.
    @usableFromInline let starts: UnsafeBufferPointer<UInt32>
    @usableFromInline let classes: UnsafeBufferPointer<UInt16>
    /// A state is the place of its row here.
    @usableFromInline let next: UnsafeBufferPointer<UInt32>
    @usableFromInline let classCount: Int
    @usableFromInline let first: UInt32
    @usableFromInline let marks: Marks

    /// Stands for a pattern that has no automaton.
    static let none = Table(
      pages: .init(start: nil, count: 0), pageClasses: .init(start: nil, count: 0),
      starts: .init(start: nil, count: 0), classes: .init(start: nil, count: 0),
      next: .init(start: nil, count: 0), classCount: 0, first: 0, marks: Marks())

    @inlinable package var exists: Bool { classCount > 0 }

    @inlinable @inline(__always)
    package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
      var (state, place) = (first, 0)
      while place < text.count, state < marks.matched {
        let byte = text[place]
        let character: UInt16
        if byte < 0x80 {
          // The first page is that of ASCII.
          character = pageClasses[Int(byte)]
          place &+= 1
        } else {
          character = classOf(nextCodePoint(text, &place))
        }
        state = next[Int(state) &+ Int(character)]
      }
      return state >= marks.matchedAtEnd && state < marks.dead
    }

    @inlinable @inline(__always)
    func classOf(_ scalar: UInt32) -> UInt16 {
      if scalar < 0x10000 {
        return pageClasses[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
      }
      var (low, high) = (0, starts.count)
      while low < high {
        let middle = (low + high) / 2
        if starts[middle] <= scalar { low = middle + 1 } else { high = middle }
      }
      return classes[low - 1]
    }
  }
}

/// Code points that all sets of a pattern treat alike are one class.
private struct Alphabet {
  var starts: [UInt32] = []
  var classes: [UInt16] = []
  /// For each class, the sets that it is in.
  var members: [Set<Int>] = []

  var count: Int { members.count }

  init(_ sets: [CodePoints]) {
    var edges: Set<UInt32> = [0]
    for set in sets {
      for range in set.ranges {
        edges.insert(range.lowerBound)
        if range.upperBound < CodePoints.last { edges.insert(range.upperBound + 1) }
      }
    }
    var numbers: [Set<Int>: UInt16] = [:]
    for edge in edges.sorted() {
      let inside = Set(sets.indices.filter { sets[$0].contains(edge) })
      let number = numbers[inside] ?? UInt16(members.count)
      if numbers[inside] == nil {
        numbers[inside] = number
        members.append(inside)
      }
      guard classes.last != number else { continue }
      starts.append(edge)
      classes.append(number)
    }
  }

  /// The classes of the code points below U+10000, 256 a page; equal pages are kept once.
  func pages() -> (numbers: Frozen<UInt16>, classes: Frozen<UInt16>) {
    var (numbers, pages) = ([UInt16](), [[UInt16]]())
    // Most pages lie in one stretch, and of those there are few kinds: they are made once.
    var uniform: [UInt16: UInt16] = [:]
    var stretch = 0
    for first in stride(from: UInt32(0), to: 0x10000, by: 256) {
      while stretch + 1 < starts.count, starts[stretch + 1] <= first { stretch += 1 }
      let isUniform = stretch + 1 == starts.count || starts[stretch + 1] >= first + 256
      if isUniform, let known = uniform[classes[stretch]] {
        numbers.append(known)
        continue
      }
      let page = page(first, from: stretch)
      let number = UInt16(pages.firstIndex(of: page) ?? pages.count)
      if Int(number) == pages.count { pages.append(page) }
      if isUniform { uniform[classes[stretch]] = number }
      numbers.append(number)
    }
    return (Frozen(numbers), Frozen(pages.flatMap(\.self)))
  }

  /// The classes of 256 code points, the first of which lies in the stretch.
  private func page(_ first: UInt32, from stretch: Int) -> [UInt16] {
    var page = [UInt16](repeating: 0, count: 256)
    var stretch = stretch
    for offset in 0..<256 {
      while stretch + 1 < starts.count, starts[stretch + 1] <= first + UInt32(offset) {
        stretch += 1
      }
      page[offset] = classes[stretch]
    }
    return page
  }
}
