import Records

/// A regular pattern as a table: state and class of the character give the next state.
package struct Automaton: Sendable {
  private let classOfASCII: Frozen<UInt16>
  private let starts: Frozen<UInt32>
  private let classes: Frozen<UInt16>
  private let next: Frozen<UInt16>
  private let outcomes: Frozen<Outcome>
  private let classCount: Int

  /// The automaton's memory, to be used while it is alive.
  var table: Table {
    Table(
      classOfASCII: classOfASCII.pointer, starts: starts.pointer, classes: classes.pointer,
      next: next.pointer, outcomes: outcomes.pointer, classCount: classCount)
  }

  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    withExtendedLifetime(self) { table.matches(text) }
  }

  /// What is known in a state.
  @usableFromInline enum Outcome: UInt8 {
    case open
    /// The text matches, whatever follows.
    case matched
    /// It matches if it ends here.
    case matchedAtEnd
    /// It cannot match any more.
    case dead
  }

  static let maximumStates = 2_000
  static let maximumEntries = 100_000

  /// Nil if the table would become too large.
  init?(_ graph: StateGraph) {
    let alphabet = Alphabet(graph.sets)
    classCount = alphabet.count
    classOfASCII = Frozen((0..<128).map { alphabet.classOf(UInt32($0)) })
    starts = Frozen(alphabet.starts)
    classes = Frozen(alphabet.classes)

    let restart = graph.closure([graph.first], atStart: false, atEnd: false)
    let first = graph.closure([graph.first], atStart: true, atEnd: false)
    // The state at the start is not one that can be come back to: `^` holds in no other.
    var numbers: [[Int]: UInt16] = [:]
    var sets = [first]
    var (next, outcomes) = (ContiguousArray<UInt16>(), ContiguousArray<Outcome>())
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
        next.append(numbers[union] ?? 0)
      }
      done += 1
    }
    self.next = Frozen(next)
    self.outcomes = Frozen(outcomes)
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
    @usableFromInline let classOfASCII: UnsafeBufferPointer<UInt16>
    /// Where stretches of one class begin, beyond ASCII too, and their classes.
    @usableFromInline let starts: UnsafeBufferPointer<UInt32>
    @usableFromInline let classes: UnsafeBufferPointer<UInt16>
    @usableFromInline let next: UnsafeBufferPointer<UInt16>
    @usableFromInline let outcomes: UnsafeBufferPointer<Outcome>
    @usableFromInline let classCount: Int

    /// Stands for a pattern that has no automaton.
    static let none = Table(
      classOfASCII: .init(start: nil, count: 0), starts: .init(start: nil, count: 0),
      classes: .init(start: nil, count: 0), next: .init(start: nil, count: 0),
      outcomes: .init(start: nil, count: 0), classCount: 0)

    @inlinable package var exists: Bool { classCount > 0 }

    @inlinable @inline(__always)
    package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
      var (state, place) = (0, 0)
      while place < text.count {
        switch outcomes[state] {
        case .matched: return true
        case .dead: return false
        default: break
        }
        let byte = text[place]
        let character: UInt16
        if byte < 0x80 {
          character = classOfASCII[Int(byte)]
          place += 1
        } else {
          character = classOf(nextCodePoint(text, &place))
        }
        state = Int(next[state * classCount + Int(character)])
      }
      return outcomes[state] == .matched || outcomes[state] == .matchedAtEnd
    }

    @usableFromInline func classOf(_ scalar: UInt32) -> UInt16 {
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

  func classOf(_ scalar: UInt32) -> UInt16 {
    classes[(starts.lastIndex { $0 <= scalar }) ?? 0]
  }
}
