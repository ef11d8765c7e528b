import Inspection

/// One dead letter on a screen. Whatever the body is, only its shape is shown: names of fields and
/// elements as they are, every character of a value masked, so that nobody's number, name or address is read over a shoulder or from a terminal's history.
struct LetterPage {
  private let letter: ArchivedLetter

  init(_ letter: ArchivedLetter) {
    self.letter = letter
  }

  var text: String {
    let lines: [(String, String)] = [
      ("id", letter.id), ("department", letter.department), ("stage", letter.stage),
      ("reason", letter.reason), ("place", letter.place), ("expected", letter.expectation),
      ("rule", letter.rule), ("event", "\(letter.event.source) \(letter.event.id)"),
      ("type", letter.event.type), ("content type", letter.event.dataContentType ?? ""),
      ("sent to", "\(letter.exchange) \(letter.routingKey)"), ("sender", letter.sender),
      ("died", letter.diedAt.description), ("tries", String(letter.attempts)),
      ("status", letter.status.rawValue), ("body", "\(letter.body.count) bytes, masked:"),
    ]
    return lines.filter { !$0.1.isEmpty }
      .map { "\(($0.0 + ":").padding(to: 14))\($0.1)" }.joined(separator: "\n") + "\n" + excerpt
  }

  private var excerpt: String {
    let text = LetterPage.decoded(letter.body.prefix(2000))
    return LetterPage.masked(text).split(separator: "\n", omittingEmptySubsequences: false)
      .map { "  | \($0)" }.joined(separator: "\n")
  }

  /// ASCII as it is; everything else as one placeholder a byte, since a letter may have died of its charset.
  static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    String(
      String.UnicodeScalarView(
        bytes.map { byte in
          switch byte {
          case 0x20..<0x7F, 0x0A: Unicode.Scalar(byte)
          case 0x09, 0x0D: " "
          default: "·"
          }
        }))
  }

  /// Names of elements, attributes and members stay, since they tell the place; every other letter and digit becomes `*`.
  static func masked(_ text: String) -> String {
    let characters = Array(text)
    var result = ""
    var index = 0
    while index < characters.count {
      guard isWord(characters[index]) else {
        result.append(characters[index])
        index += 1
        continue
      }
      var end = index
      while end < characters.count, isWord(characters[end]) { end += 1 }
      let word = characters[index..<end]
      result +=
        isName(characters, index..<end) ? String(word) : String(repeating: "*", count: word.count)
      index = end
    }
    return result
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  /// `<NAME`, `</NAME`, `NAME=` and `"NAME":`.
  private static func isName(_ text: [Character], _ word: Range<Int>) -> Bool {
    // What begins with a digit is a number, wherever it stands.
    guard text[word.lowerBound].isLetter || text[word.lowerBound] == "_" else { return false }
    func at(_ index: Int) -> Character { text.indices.contains(index) ? text[index] : " " }
    let before = at(word.lowerBound - 1)
    let after = at(word.upperBound)
    if before == "<" || (before == "/" && at(word.lowerBound - 2) == "<") || after == "=" {
      return true
    }
    guard before == "\"", after == "\"" else { return false }
    return text[min(text.count, word.upperBound + 1)...].first { $0 != " " } == ":"
  }
}
