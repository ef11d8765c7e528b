/// Tries a pattern out, for those that no automaton can decide: look-around, word boundaries, back-references.
///
/// Steps and depth are bounded; a text that would need more does not match.
struct Backtracking {
  private let text: [UInt32]
  private(set) var captures: [Int: Range<Int>] = [:]
  private var steps = 0
  private var depth = 0

  static let maximumSteps = 200_000
  static let maximumDepth = 2_000

  /// Going on after a part: the place reached, and whether all the rest matched from there.
  private typealias Continuation = (inout Backtracking, Int) -> Bool

  init(_ text: [UInt32]) { self.text = text }

  static func matches(_ syntax: PatternSyntax, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var (scalars, place) = ([UInt32](), 0)
    while place < bytes.count { scalars.append(nextCodePoint(bytes, &place)) }
    var matcher = Backtracking(scalars)
    return matcher.find(syntax) != nil
  }

  /// The place of the first match; its groups are in `captures`.
  mutating func find(_ syntax: PatternSyntax) -> Range<Int>? {
    for start in 0...text.count {
      captures = [:]
      var end = start
      let isFound = match(syntax, start, forward: true) { _, place in
        end = place
        return true
      }
      if isFound { return start..<end }
      if steps > Self.maximumSteps { return nil }
    }
    return nil
  }

  private mutating func match(
    _ syntax: PatternSyntax, _ place: Int, forward: Bool, _ next: Continuation
  ) -> Bool {
    steps += 1
    depth += 1
    defer { depth -= 1 }
    guard steps <= Self.maximumSteps, depth <= Self.maximumDepth else {
      steps = Self.maximumSteps + 1
      return false
    }
    switch syntax {
    case .empty: return next(&self, place)
    case .set(let points):
      let index = forward ? place : place - 1
      guard text.indices.contains(index), points.contains(text[index]) else { return false }
      return next(&self, forward ? place + 1 : place - 1)
    case .sequence(let parts):
      return sequence(forward ? parts[...] : parts.reversed()[...], place, forward, next)
    case .alternatives(let parts):
      for part in parts where match(part, place, forward: forward, next) { return true }
      return false
    case .repeated(let part, let least, let most, let lazy):
      return repeated(part, least, most ?? .max, lazy, place, forward, next)
    case .group(let part, let number): return group(part, number, place, forward, next)
    case .start: return place == 0 && next(&self, place)
    case .end: return place == text.count && next(&self, place)
    case .wordBoundary(let negated):
      return (isWord(place - 1) != isWord(place)) != negated && next(&self, place)
    case .look(let part, let ahead, let negated):
      let before = captures
      let found = match(part, place, forward: ahead) { _, _ in true }
      if negated { captures = before }
      return found != negated && next(&self, place)
    case .backReference(let number): return backReference(number, place, forward, next)
    }
  }

  private func isWord(_ place: Int) -> Bool {
    text.indices.contains(place) && CodePoints.word.contains(text[place])
  }

  private mutating func sequence(
    _ parts: ArraySlice<PatternSyntax>, _ place: Int, _ forward: Bool, _ next: Continuation
  ) -> Bool {
    guard let first = parts.first else { return next(&self, place) }
    return match(first, place, forward: forward) { matcher, place in
      matcher.sequence(parts.dropFirst(), place, forward, next)
    }
  }

  private mutating func repeated(
    _ part: PatternSyntax, _ least: Int, _ most: Int, _ lazy: Bool, _ place: Int, _ forward: Bool,
    _ next: Continuation
  ) -> Bool {
    if most == 0 { return next(&self, place) }
    if lazy, least == 0, next(&self, place) { return true }
    let again = match(part, place, forward: forward) { matcher, reached in
      // A turn that takes nothing would go on for ever.
      if reached == place, least == 0 { return false }
      return matcher.repeated(
        part, max(0, least - 1), most == .max ? .max : most - 1, lazy, reached, forward, next)
    }
    return again || !lazy && least == 0 && next(&self, place)
  }

  private mutating func group(
    _ part: PatternSyntax, _ number: Int, _ place: Int, _ forward: Bool, _ next: Continuation
  ) -> Bool {
    let before = captures[number]
    let matched = match(part, place, forward: forward) { matcher, reached in
      let outer = matcher.captures[number]
      matcher.captures[number] = min(place, reached)..<max(place, reached)
      if next(&matcher, reached) { return true }
      matcher.captures[number] = outer
      return false
    }
    if !matched { captures[number] = before }
    return matched
  }

  /// A group that has not matched yet is matched by nothing.
  private mutating func backReference(
    _ number: Int, _ place: Int, _ forward: Bool, _ next: Continuation
  ) -> Bool {
    guard let captured = captures[number] else { return next(&self, place) }
    let start = forward ? place : place - captured.count
    guard start >= 0, start + captured.count <= text.count,
      text[captured].elementsEqual(text[start..<start + captured.count])
    else { return false }
    return next(&self, forward ? place + captured.count : start)
  }
}
