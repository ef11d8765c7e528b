import Mapping
import Records
import Routing

/// What is shown of an explanation's values.
///
/// Values are shown as they are, on a terminal and in a pipe: the file is the author's own sample. `--mask` covers
/// every value that may tell of a person, for output that goes into a ticket or a mail: all but codes that went
/// through a table, days and moments, divisions, decimal numbers, and what conditions look at.
struct ExplanationView {
  let native: NativeBody
  /// The charset of what a department gets; nil for an intake.
  let delivered: Charset?
  let masks: Bool

  /// A value in quotes, or covered.
  func quoted(_ text: String, isOpen: Bool) -> String { "\"\(value(text, isOpen: isOpen))\"" }

  func value(_ text: String, isOpen: Bool) -> String {
    guard masks, !isOpen else { return text }
    return String(text.map { $0.isLetter || $0.isNumber ? "*" : $0 })
  }

  /// What a condition saw: a code, seldom a name.
  func value(seen text: String) -> String {
    value(text, isOpen: text.utf8.count <= 4 && text.utf8.allSatisfy { $0 < 0x80 })
  }

  /// Native fields all of whose uses tell of nobody.
  func openPaths(of explanation: Explanation) -> Set<String> {
    var (open, covered): (Set<String>, Set<String>) = ([], [])
    for field in explanation.fields {
      let paths = field.natives.map(\.path)
      if isOpen(field) { open.formUnion(paths) } else { covered.formUnion(paths) }
    }
    return open.subtracting(covered)
  }

  /// What a department gets, as text; nil where it is covered or no text.
  func text(ofDelivered octets: [UInt8]) -> String? {
    guard !masks, let delivered, let text = DecodedText(octets, charset: delivered) else {
      return nil
    }
    return String(decoding: text.utf8, as: UTF8.self)
  }

  /// Whether a field's values tell of nobody.
  func isOpen(_ field: Explanation.Field) -> Bool {
    let moves = field.moves
    if field.natives.isEmpty, moves.allSatisfy({ $0.native == nil }) { return true }
    return moves.contains { move in
      guard move.kind == .step else { return false }
      return move.words.hasPrefix("table ") || move.words.hasPrefix("date ")
        || ["as division", "as number", "as whole-number"].contains(move.words)
    }
  }

  /// `line 9, bytes 200–217`, counted from 0 as in dead letters.
  func place(_ byte: Int, _ count: Int) -> String {
    guard byte >= 0 else { return "" }
    let line = "line \(native.line(of: byte))"
    return count > 1 ? "\(line), bytes \(byte)–\(byte + count - 1)" : "\(line), byte \(byte)"
  }

  /// The octets there, if they say more than the value itself.
  func raw(_ place: Explanation.Place, of text: String?, isOpen: Bool) -> String? {
    guard !masks || isOpen, let raw = native.raw(at: place.byte, count: place.byteCount),
      raw != text, raw != "\"\(text ?? "")\""
    else { return nil }
    return raw
  }
}
