import Configuration

/// The shape of a day or a moment: `yyyyMMdd`, `yyyy-M-d`, `yyyy年M月d日`, `yyyyMMddHHmmss`, …
///
/// Doubled letters are padded, single ones take one digit or two; everything else stands for itself.
/// `rfc3339` is the shape of CloudEvents, with its offset; the others are local times of Asia/Shanghai.
struct DateShape: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    case year
    case shortYear
    case month, monthOrDigit
    case day, dayOrDigit
    case hour, hourOrDigit
    case minute, minuteOrDigit
    case second, secondOrDigit
    /// `.125` where it is there; never written.
    case fraction
    /// `Z` or `+08:00`.
    case offset
    case literal(UInt8)
  }

  var text: String
  var pieces: [Piece]

  var hasDay: Bool { pieces.contains(.day) || pieces.contains(.dayOrDigit) }
  var hasMonth: Bool { pieces.contains(.month) || pieces.contains(.monthOrDigit) }
  var hasHour: Bool { pieces.contains(.hour) || pieces.contains(.hourOrDigit) }
  var hasShortYear: Bool { pieces.contains(.shortYear) }

  static let isoDay = DateShape(
    text: "yyyy-MM-dd",
    pieces: [.year, .literal(0x2D), .month, .literal(0x2D), .day])

  static let rfc3339 = DateShape(
    text: "rfc3339",
    pieces: isoDay.pieces + [
      .literal(0x54), .hour, .literal(0x3A), .minute, .literal(0x3A), .second, .fraction, .offset,
    ])

  /// The shapes that `any` stands for, in the order in which they are tried.
  static let any: [DateShape] =
    [
      "yyyyMMdd", "yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日",
      "yyyy-M-d H:m:s", "yyyy-M-d H:m", "yyyy/M/d H:m:s", "yyyy/M/d H:m",
    ].compactMap { parse($0) } + [rfc3339]

  static func read(_ node: ConfigurationNode) throws(ConfigurationError) -> DateShape {
    let text = try node.name()
    if text == "rfc3339" { return .rfc3339 }
    guard let shape = parse(text) else {
      throw node.fault(
        "\"\(text)\" is not the shape of a date; shapes are made of yyyy yy MM M dd d HH H mm m ss s, as in yyyyMMdd or yyyy年M月d日, or are called rfc3339"
      )
    }
    return shape
  }

  private static let letters: [(String, Piece)] = [
    ("yyyy", .year), ("yy", .shortYear), ("MM", .month), ("M", .monthOrDigit), ("dd", .day),
    ("d", .dayOrDigit), ("HH", .hour), ("H", .hourOrDigit), ("mm", .minute),
    ("m", .minuteOrDigit), ("ss", .second), ("s", .secondOrDigit),
  ]

  private static func parse(_ text: String) -> DateShape? {
    var rest = Substring(text)
    var pieces: [Piece] = []
    while let next = rest.first {
      if let (letters, piece) = letters.first(where: { rest.hasPrefix($0.0) }) {
        guard !pieces.contains(piece) else { return nil }
        pieces.append(piece)
        rest = rest.dropFirst(letters.count)
      } else {
        // Of the letters only the T between day and hour stands for itself: a misspelt shape is an error.
        guard !next.isASCII || !next.isLetter || next == "T", !next.isNumber else { return nil }
        pieces.append(contentsOf: next.utf8.map { .literal($0) })
        rest = rest.dropFirst()
      }
    }
    let shape = DateShape(text: text, pieces: pieces)
    let hasYear = pieces.contains(.year) || shape.hasShortYear
    return hasYear && shape.hasMonth ? shape : nil
  }
}
