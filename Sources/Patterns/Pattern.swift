/// A regular expression of ECMA-262 (with the flag `u`), compiled.
///
/// Promises: a compiled pattern never changes, and a match takes time in proportion to the text, or ends at a
/// bound. Schemas call it for `pattern` and mappings for `match` and `replace`. Pure: no file, no clock, no
/// global. It imports Records for the frozen lists and must never import anything else.
///
/// A pattern without look-around, word boundaries and back-references becomes a deterministic automaton: one
/// table look-up a character, in linear time, nothing allocated. One whose automaton would be too large is run
/// with its set of states, in linear time too. The rest is tried out with a bound on steps, beyond which the
/// text counts as not matching. As JSON Schema has it, a pattern may match anywhere in the text.
package final class Pattern: Sendable {
  package let source: String
  private let machine: Machine

  private enum Machine: Sendable {
    case automaton(Automaton)
    case states(StateGraph)
    case backtracking(PatternSyntax)
  }

  static let maximumSourceBytes = 16_384

  package init(_ source: String) throws(PatternError) {
    self.source = source
    guard source.utf8.count <= Pattern.maximumSourceBytes else {
      throw PatternError("at most \(Pattern.maximumSourceBytes) bytes")
    }
    let syntax = try PatternParser.parse(source)
    guard syntax.isRegular else {
      machine = .backtracking(syntax)
      return
    }
    let graph = try StateGraph(syntax)
    if let automaton = Automaton(graph) {
      machine = .automaton(automaton)
    } else {
      machine = .states(graph)
    }
  }

  /// - Parameter text: UTF-8.
  package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    switch machine {
    case .automaton(let automaton): automaton.matches(text)
    case .states(let graph): graph.matches(text)
    case .backtracking(let syntax): Backtracking.matches(syntax, text)
    }
  }

  package func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { matches(UnsafeRawBufferPointer($0)) }
  }

  /// The automaton's memory, to be used while the pattern is alive.
  package var table: Automaton.Table {
    if case .automaton(let automaton) = machine { return automaton.table }
    return .none
  }

  package var isAutomaton: Bool { table.exists }
}

/// What is wrong in a regular expression.
package struct PatternError: Error, CustomStringConvertible, Equatable {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Decodes the code point at a place and moves on; a byte that belongs to none counts as U+FFFD.
@inlinable @inline(__always)
package func nextCodePoint(_ text: UnsafeRawBufferPointer, _ place: inout Int) -> UInt32 {
  let first = text[place]
  place += 1
  guard first >= 0x80 else { return UInt32(first) }
  let more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
  guard first >= 0xC2, first < 0xF5, place + more <= text.count else { return 0xFFFD }
  var value = UInt32(first) & (0x3F >> UInt32(more))
  for _ in 0..<more {
    value = value << 6 | UInt32(text[place] & 0x3F)
    place += 1
  }
  return value
}
