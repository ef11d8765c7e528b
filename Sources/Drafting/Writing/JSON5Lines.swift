/// JSON5 with remarks, line by line.
struct JSON5Lines {
  private(set) var lines: [String] = []
  private var indent = 0
  private static let width = 118

  mutating func open(_ text: String) {
    add(text)
    indent += 1
  }

  mutating func close(_ text: String) {
    indent = max(0, indent - 1)
    add(text)
  }

  mutating func add(_ text: String) { lines.append(pad + text) }

  mutating func blank() { if lines.last != "" { lines.append("") } }

  /// A remark, broken at blanks where it gets long.
  mutating func remark(_ text: String) {
    var line = pad + "//"
    for word in oneLine(text).split(separator: " ") {
      if line.count + word.count + 1 > Self.width, line.count > pad.count + 2 {
        lines.append(line)
        line = pad + "//"
      }
      line += " " + word
    }
    lines.append(line)
  }

  mutating func append(_ other: JSON5Lines) {
    lines += other.lines.map { $0.isEmpty ? $0 : pad + $0 }
  }

  private var pad: String { String(repeating: "  ", count: indent) }

  var text: String { lines.joined(separator: "\n") + "\n" }
}

/// `1 sample`, `3 samples`.
package func counted(_ number: Int, _ what: String) -> String {
  "\(number) \(what)\(number == 1 ? "" : "s")"
}

/// A text for a remark: whatever would end the line, and so the remark, is written as its escape.
func oneLine(_ text: String) -> String {
  text.unicodeScalars.contains(where: \.isEscaped)
    ? String(quoted(text).dropFirst().dropLast()) : text
}

/// A text as JSON5 has it.
func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case "\t": quoted += "\\t"
    case "\r": quoted += "\\r"
    case "\n": quoted += "\\n"
    case _ where scalar.isEscaped:
      let hex = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

extension Unicode.Scalar {
  /// Whether it is a control character or a line separator.
  fileprivate var isEscaped: Bool {
    value < 0x20 || value == 0x7F || value == 0x85 || value == 0x2028 || value == 0x2029
  }
}

/// A member's name: bare where JSON5 and its readers take it so.
func memberName(_ text: String) -> String {
  let isBare =
    !text.isEmpty
    && text.utf8.allSatisfy {
      (0x41...0x5A).contains($0 & 0xDF) || (0x30...0x39).contains($0) || $0 == 0x5F
    }
    && text.utf8.first.map { $0 > 0x39 } == true
  return isBare ? text : quoted(text)
}

func list(_ texts: [String]) -> String {
  texts.count == 1 ? quoted(texts[0]) : "[" + texts.map(quoted).joined(separator: ", ") + "]"
}

extension Guess {
  /// `97 %: called XM; a surname and up to three characters`
  package var text: String {
    let reasons = reasons.filter { !$0.isEmpty }
    return "\(sureness) %" + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; "))
  }
}
