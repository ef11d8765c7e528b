/// A regular pattern as a graph of states (Thompson's construction), and the slower way to run it.
struct StateGraph: Sendable {
  enum State: Sendable {
    /// Takes a code point of the set and goes on.
    case set(Int, next: Int)
    case either(Int, Int)
    case start(next: Int)
    case end(next: Int)
    case match
  }

  private(set) var states: [State] = [.match]
  private(set) var sets: [CodePoints] = []
  private(set) var first = 0

  static let maximumStates = 20_000

  init(_ syntax: PatternSyntax) throws(PatternError) {
    first = try build(syntax, 0)
  }

  private mutating func add(_ state: State) throws(PatternError) -> Int {
    guard states.count < Self.maximumStates else {
      throw PatternError("a pattern of at most \(Self.maximumStates) states is expected")
    }
    states.append(state)
    return states.count - 1
  }

  /// The first state of a part that goes on to `next`.
  private mutating func build(_ syntax: PatternSyntax, _ next: Int) throws(PatternError) -> Int {
    switch syntax {
    case .empty: return next
    case .set(let points):
      let known = sets.firstIndex(of: points)
      if known == nil { sets.append(points) }
      return try add(.set(known ?? sets.count - 1, next: next))
    case .sequence(let parts):
      var next = next
      for part in parts.reversed() { next = try build(part, next) }
      return next
    case .alternatives(let parts):
      var result = try build(parts[parts.count - 1], next)
      for part in parts.dropLast().reversed() {
        result = try add(.either(try build(part, next), result))
      }
      return result
    case .group(let part, _): return try build(part, next)
    case .start: return try add(.start(next: next))
    case .end: return try add(.end(next: next))
    case .repeated(let part, let least, let most, _):
      return try repeated(part, least, most, next)
    case .wordBoundary, .look, .backReference:
      preconditionFailure("only regular patterns become graphs")
    }
  }

  private mutating func repeated(
    _ part: PatternSyntax, _ least: Int, _ most: Int?, _ next: Int
  ) throws(PatternError) -> Int {
    var result = next
    if let most {
      for _ in 0..<max(0, most - least) { result = try add(.either(try build(part, result), next)) }
    } else {
      let loop = try add(.either(0, next))
      states[loop] = .either(try build(part, loop), next)
      result = loop
    }
    for _ in 0..<least { result = try build(part, result) }
    return result
  }

  // MARK: Running

  /// The states that can be reached without taking a character; sorted, only those that matter further on.
  func closure(_ seeds: [Int], atStart: Bool, atEnd: Bool) -> [Int] {
    var seen: Set<Int> = []
    var (stack, result) = (seeds, [Int]())
    while let state = stack.popLast() {
      guard seen.insert(state).inserted else { continue }
      switch states[state] {
      case .set, .match: result.append(state)
      case .either(let one, let other): stack += [other, one]
      case .start(let next): if atStart { stack.append(next) }
      case .end(let next):
        if atEnd { stack.append(next) } else { result.append(state) }
      }
    }
    return result.sorted()
  }

  func hasMatch(_ closure: [Int]) -> Bool { closure.contains(0) }

  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    let restart = closure([first], atStart: false, atEnd: false)
    var current = closure([first], atStart: true, atEnd: false)
    var place = 0
    while place < text.count {
      if hasMatch(current) { return true }
      let scalar = nextCodePoint(text, &place)
      var next: [Int] = []
      for state in current {
        if case .set(let set, let after) = states[state], sets[set].contains(scalar) {
          next.append(after)
        }
      }
      current = Array(Set(closure(next, atStart: false, atEnd: false) + restart))
    }
    return hasMatch(current)
      || hasMatch(closure(current + [first], atStart: text.isEmpty, atEnd: true))
  }
}
