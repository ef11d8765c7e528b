import Records

/// Finds where a regular expression matches first, and what its groups took.
///
/// All ways to match are followed side by side, in the order in which the pattern prefers them (Pike's machine):
/// each character is looked at once for each step of the pattern, whatever the text, and a bound ends what would
/// take too long all the same. Look-around, word boundaries and back-references have no such machine and are
/// refused. The leftmost match counts; a group that is repeated holds what it took last.
package final class PatternFinder: Sendable {
  package let pattern: Pattern
  package let groupCount: Int
  /// A match is the whole text: the pattern is fastened at both ends.
  package let spansWhole: Bool
  let program: FinderProgram
  // Both are the memory of what stands above: kept, since finding them takes longer than most searches.
  private let automaton: Automaton.Table
  private let table: FinderProgram.Table

  package enum Found: Sendable {
    case found, nothing
    /// The budget was used up before the end.
    case exhausted
  }

  package static let maximumSteps = 2_000
  package static let maximumGroups = 20

  package init(_ source: String) throws(PatternError) {
    pattern = try Pattern(source)
    let syntax = try PatternParser.parse(source)
    guard syntax.isRegular else {
      throw PatternError(
        "a pattern without look-around, word boundaries and back-references is expected")
    }
    program = try FinderProgram(syntax)
    automaton = pattern.table
    table = program.table
    groupCount = program.groupCount
    spansWhole = syntax.isFastened
  }

  /// Whether there may be a match: what costs little to say. With an automaton it is certain.
  package func mayMatch(_ text: UnsafeRawBufferPointer) -> Bool {
    withExtendedLifetime(self) { !automaton.exists || automaton.matches(text) }
  }

  /// Whether `mayMatch` is certain.
  package var isCertain: Bool { automaton.exists }

  /// How many numbers of memory a search needs, and where its answer stands: first and end of the match, then
  /// of each group, -1 for one that took no part.
  package var roomCount: Int {
    table.slotCount * 2 + table.count * (table.slotCount * 2 + 11)
  }

  /// - Parameters:
  ///   - start: where the search begins; `^` means the start of the text all the same.
  ///   - budget: how many steps may be taken; what is taken is subtracted.
  ///   - room: at least `roomCount` numbers, which may hold anything.
  package func find(
    in text: UnsafeRawBufferPointer, from start: Int, budget: inout Int,
    room: UnsafeMutableBufferPointer<Int32>
  ) -> Found {
    precondition(room.count >= roomCount && text.count <= Int(Int32.max), "a search has its room")
    guard let base = room.baseAddress else { return .nothing }
    return withExtendedLifetime(self) {
      var search = FinderSearch(table, text, base)
      return search.run(from: start, &budget)
    }
  }
}

extension PatternSyntax {
  fileprivate var isFastened: Bool {
    guard case .sequence(let parts) = self, parts.count >= 2, case .start = parts[0],
      case .end = parts[parts.count - 1]
    else { return false }
    return true
  }
}

/// One search. The states that are alive stand in two lists, of this place and of the next, each in the order
/// of preference; beside each state stands what its groups took.
private struct FinderSearch {
  private let table: FinderProgram.Table
  private let text: UnsafeRawBufferPointer
  private let slotCount: Int
  private let found: UnsafeMutablePointer<Int32>
  private let hand: UnsafeMutablePointer<Int32>
  private let stack: UnsafeMutablePointer<Int32>
  private var current: States
  private var next: States

  private struct States {
    let places: UnsafeMutablePointer<Int32>
    let numbers: UnsafeMutablePointer<Int32>
    let slots: UnsafeMutablePointer<Int32>
    var count = 0

    @inline(__always) func contains(_ state: Int) -> Bool {
      let place = Int(places[state])
      return place >= 0 && place < count && numbers[place] == Int32(state)
    }
  }

  init(
    _ table: FinderProgram.Table, _ text: UnsafeRawBufferPointer,
    _ room: UnsafeMutablePointer<Int32>
  ) {
    self.table = table
    self.text = text
    slotCount = table.slotCount
    let count = table.count
    found = room
    hand = room + slotCount
    var free = room + slotCount * 2
    func take(_ size: Int) -> UnsafeMutablePointer<Int32> {
      defer { free += size }
      return free
    }
    current = States(places: take(count), numbers: take(count), slots: take(count * slotCount))
    next = States(places: take(count), numbers: take(count), slots: take(count * slotCount))
    // A state is put in once and leaves two entries of at most two numbers; then it is done.
    stack = take(count * 7)
  }

  mutating func run(from start: Int, _ budget: inout Int) -> PatternFinder.Found {
    var place = start
    var isFound = false
    while true {
      if !isFound {
        for slot in 0..<slotCount { hand[slot] = -1 }
        var states = current
        follow(0, place, &states)
        current = states
      }
      budget -= current.count + 1
      guard budget >= 0 else { return .exhausted }
      if current.count == 0, isFound || table.isFastenedAtStart { break }
      var after = place
      let scalar = place < text.count ? nextCodePoint(text, &after) : UInt32.max
      next.count = 0
      if step(scalar, after) { isFound = true }
      guard place < text.count else { break }
      swap(&current, &next)
      place = after
    }
    return isFound ? .found : .nothing
  }

  /// Takes a character in every state. - Returns: whether one of them is the end of a match, which cuts off the
  /// states behind it.
  @inline(__always) private mutating func step(_ scalar: UInt32, _ after: Int) -> Bool {
    var states = next
    defer { next = states }
    for index in 0..<current.count {
      let state = Int(current.numbers[index])
      switch table.steps[state] {
      case .set(let set):
        guard table.contains(scalar, set) else { continue }
        hand.update(from: current.slots + state * slotCount, count: slotCount)
        follow(state + 1, after, &states)
      case .match:
        found.update(from: current.slots + state * slotCount, count: slotCount)
        return true
      default: continue
      }
    }
    return false
  }

  /// Puts a state and all that are reached from it without a character into a list, with the groups in hand.
  private func follow(_ first: Int, _ place: Int, _ states: inout States) {
    var top = 0
    func push(_ number: Int) {
      stack[top] = Int32(truncatingIfNeeded: number)
      top += 1
    }
    push(first)
    while top > 0 {
      top -= 1
      let state = Int(stack[top])
      guard state >= 0 else {
        // What a group held before is put back for the ways that come after.
        top -= 1
        hand[~state] = stack[top]
        continue
      }
      guard !states.contains(state) else { continue }
      states.places[state] = Int32(states.count)
      states.numbers[states.count] = Int32(state)
      states.count += 1
      switch table.steps[state] {
      case .set, .match:
        (states.slots + state * slotCount).update(from: hand, count: slotCount)
      case .jump(let target): push(Int(target))
      case .either(let one, let other):
        push(Int(other))
        push(Int(one))
      case .save(let slot):
        push(Int(hand[Int(slot)]))
        push(~Int(slot))
        hand[Int(slot)] = Int32(place)
        push(state + 1)
      case .start: if place == 0 { push(state + 1) }
      case .end: if place == text.count { push(state + 1) }
      }
    }
  }
}
