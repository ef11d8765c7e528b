import Patterns

/// Regular expressions: what a text must look like, and what is put in place of what.
extension Run {
  /// Leaves the part that the rule asks for in hand.
  mutating func match(_ number: Int32) {
    let match = program.values.matches[Int(number)]
    let finder = match.finder
    value.kind = .string
    guard finder.mayMatch(value.text) else { return unmatched(match) }
    if finder.isCertain, finder.spansWhole, match.group == 0 { return }
    var budget = Limits.patternSteps(value.text.count)
    switch find(finder, from: 0, &budget) {
    case .found: break
    case .nothing: return unmatched(match)
    case .exhausted: return exhaust(finder)
    }
    let first = Int(work.patternRoom[match.group * 2])
    let end = Int(work.patternRoom[match.group * 2 + 1])
    guard first >= 0, end >= first else {
      value.state = .absent
      return
    }
    cut(first..<end)
  }

  private mutating func find(
    _ finder: PatternFinder, from start: Int, _ budget: inout Int
  ) -> PatternFinder.Found {
    let text = value.text
    return work.patternRoom.withUnsafeMutableBufferPointer {
      finder.find(in: text, from: start, budget: &budget, room: $0)
    }
  }

  private mutating func unmatched(_ match: MatchStep) {
    switch match.unmatched {
    case .keep: break
    case .absent: value.state = .absent
    case .refuse: refuse(.malformedValue, "a text that matches \(match.finder.pattern.source)")
    }
  }

  private mutating func exhaust(_ finder: PatternFinder) {
    refuse(
      .tooLarge,
      "a text that \(finder.pattern.source) goes through in \(Limits.patternSteps(value.text.count)) steps"
    )
  }

  /// Puts the text in place of each match, from left to right.
  mutating func replace(_ number: Int32) {
    let replacement = program.values.replacements[Int(number)]
    let finder = replacement.finder
    value.kind = .string
    guard finder.mayMatch(value.text) else { return }
    var budget = Limits.patternSteps(value.text.count)
    let text = value.text
    work.written.removeAll(keepingCapacity: true)
    /// The end of what was written already, and where the next match may begin.
    var (copied, start) = (0, 0)
    search: while start <= text.count {
      switch find(finder, from: start, &budget) {
      case .found: break
      case .nothing: break search
      case .exhausted: return exhaust(finder)
      }
      let (first, end) = (Int(work.patternRoom[0]), Int(work.patternRoom[1]))
      work.written.append(contentsOf: text[copied..<first])
      write(replacement)
      guard work.written.count <= Limits.outputBytes else { return stop() }
      copied = end
      // After a match of nothing the next character is passed over.
      start = end > first ? end : end + (end < text.count ? characterWidth(text[end]) : 1)
    }
    guard copied > 0 || !work.written.isEmpty else { return }
    work.written.append(contentsOf: text[copied...])
    takeWritten()
  }

  private mutating func write(_ replacement: Replacement) {
    for piece in replacement.pieces {
      switch piece {
      case .text(let text): work.written.append(contentsOf: text.utf8)
      case .group(let group):
        let first = Int(work.patternRoom[group * 2])
        let end = Int(work.patternRoom[group * 2 + 1])
        if first >= 0, end >= first {
          work.written.append(contentsOf: value.text[first..<end])
        }
      }
    }
  }

  private mutating func takeWritten() {
    let count = work.written.count
    let room = scratch.take(count)
    work.written.withUnsafeBytes { room.copyMemory(from: $0) }
    take(room, count)
    value.text = trimmed(value.text)
    if value.text.isEmpty { value.state = .absent }
  }
}
