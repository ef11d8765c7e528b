/// In which shapes a field writes days or moments, and what is odd about them.
struct DateForm: Equatable {
  /// As the mapping language writes them, the commonest first.
  var shapes: [String] = []
  var isMoment = false
  var hasDay = true
  /// Days that mean "until further notice".
  var openEnds = 0
  /// Days with a month or a day `00`.
  var zeros = 0
  /// Texts of zeros alone, or 长期, which mean that there is none.
  var blanks: [String] = []

  /// Nil where less than four in five values are dates.
  init?(_ field: Field) {
    var (counts, order) = ([String: Int](), [String]())
    var (days, moments, others) = (0, 0, 0)
    for value in field.filled {
      if value.utf8.allSatisfy({ $0 == 0x30 }) && value.utf8.count >= 6
        || ["长期", "至今"].contains(value)
      {
        if !blanks.contains(value) { blanks.append(value) }
        continue
      }
      guard let written = WrittenDate(value) else {
        others += 1
        continue
      }
      if counts[written.shape] == nil { order.append(written.shape) }
      counts[written.shape, default: 0] += 1
      if written.isMoment { moments += 1 } else { days += 1 }
      if written.isOpenEnd { openEnds += 1 }
      if written.hasZeros { zeros += 1 }
    }
    guard days + moments > 0, (days + moments) * 10 >= (days + moments + others) * 8 else {
      return nil
    }
    shapes = order.sorted { (counts[$0] ?? 0) > (counts[$1] ?? 0) }
    if shapes.contains("yyyy-M-d") { shapes.removeAll { $0 == "yyyy-MM-dd" } }
    isMoment = moments > 0
    hasDay = !shapes.contains("yyyyMM") && !shapes.contains("yyyy-MM")
  }

  static func isBasicDay(_ text: [UInt8]) -> Bool { basic(text, "yyyyMMdd") }
  static func isBasicMoment(_ text: [UInt8]) -> Bool { basic(text, "yyyyMMddHHmmss") }

  private static func basic(_ text: [UInt8], _ shape: String) -> Bool {
    WrittenDate(String(decoding: text, as: UTF8.self))?.shape == shape
  }
}

/// One day or moment, as it is written.
struct WrittenDate: Equatable {
  let shape: String
  let isMoment: Bool
  let isOpenEnd: Bool
  let hasZeros: Bool
  let year: Int
  let month: Int
  let day: Int

  init?(_ text: String) {
    guard (6...40).contains(text.utf8.count) else { return nil }
    let pieces = Self.pieces(of: text)
    guard
      let found = Self.shapes.first(where: { $0.signs == pieces.signs && Self.fits($0, pieces) })
    else { return nil }
    var digits = pieces.digits
    if pieces.signs.isEmpty { digits = Self.cut(digits.first ?? "", found.widths) }
    let numbers = digits.compactMap { Int($0) }
    guard numbers.count == digits.count, numbers.count >= 2 else { return nil }
    (year, month, day) = (numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 1)
    guard (1850...2100).contains(year) || year == 9999 || year == 2999, month <= 12, day <= 31
    else {
      return nil
    }
    isMoment = numbers.count > 3
    guard !isMoment || (1950...2100).contains(year) else { return nil }
    let time = Array(numbers.dropFirst(3)) + [0, 0, 0]
    guard time[0] <= 24, time[1] < 60, time[2] < 60, !isMoment || month > 0 && day > 0 else {
      return nil
    }
    isOpenEnd = year == 9999 || (year == 2099 || year == 2999) && month == 12 && day == 31
    hasZeros = month == 0 || day == 0
    // A month of 1 to 9 without its zero: the loose shape takes both.
    let isPadded = digits.dropFirst().allSatisfy { $0.utf8.count == 2 }
    shape = isPadded || found.isTight ? found.tight : found.loose
  }

  private struct Known {
    let tight: String
    let loose: String
    let signs: [String]
    let widths: [Int]
    var isTight: Bool { tight == loose }
  }

  private static let shapes: [Known] = [
    Known(tight: "yyyyMMddHHmmss", loose: "yyyyMMddHHmmss", signs: [], widths: [4, 2, 2, 2, 2, 2]),
    Known(tight: "yyyyMMddHHmm", loose: "yyyyMMddHHmm", signs: [], widths: [4, 2, 2, 2, 2]),
    Known(tight: "yyyyMMdd", loose: "yyyyMMdd", signs: [], widths: [4, 2, 2]),
    Known(tight: "yyyyMM", loose: "yyyyMM", signs: [], widths: [4, 2]),
    Known(tight: "yyyy-MM-dd", loose: "yyyy-M-d", signs: ["-", "-"], widths: []),
    Known(tight: "yyyy/MM/dd", loose: "yyyy/M/d", signs: ["/", "/"], widths: []),
    Known(tight: "yyyy.MM.dd", loose: "yyyy.M.d", signs: [".", "."], widths: []),
    Known(tight: "yyyy年MM月dd日", loose: "yyyy年M月d日", signs: ["年", "月", "日"], widths: []),
    Known(
      tight: "yyyy年MM月dd日 HH:mm:ss", loose: "yyyy年M月d日 H:m:s",
      signs: ["年", "月", "日 ", ":", ":"], widths: []),
    Known(tight: "yyyy-MM", loose: "yyyy-M", signs: ["-"], widths: []),
    Known(
      tight: "yyyy-MM-dd HH:mm:ss", loose: "yyyy-M-d H:m:s", signs: ["-", "-", " ", ":", ":"],
      widths: []),
    Known(
      tight: "yyyy-MM-dd HH:mm", loose: "yyyy-M-d H:m", signs: ["-", "-", " ", ":"], widths: []),
    Known(
      tight: "yyyy/MM/dd HH:mm:ss", loose: "yyyy/M/d H:m:s", signs: ["/", "/", " ", ":", ":"],
      widths: []),
    Known(
      tight: "yyyy/MM/dd HH:mm", loose: "yyyy/M/d H:m", signs: ["/", "/", " ", ":"], widths: []),
    Known(
      tight: "yyyy-MM-ddTHH:mm:ss", loose: "yyyy-MM-ddTHH:mm:ss", signs: ["-", "-", "T", ":", ":"],
      widths: []),
    Known(
      tight: "rfc3339", loose: "rfc3339", signs: ["-", "-", "T", ":", ":", "Z"], widths: []),
    Known(
      tight: "rfc3339", loose: "rfc3339", signs: ["-", "-", "T", ":", ":", "+", ":"], widths: []),
    Known(
      tight: "rfc3339", loose: "rfc3339", signs: ["-", "-", "T", ":", ":", ".", "Z"], widths: []),
    Known(
      tight: "rfc3339", loose: "rfc3339", signs: ["-", "-", "T", ":", ":", ".", "+", ":"],
      widths: []),
  ]

  private static func fits(_ known: Known, _ pieces: (digits: [String], signs: [String])) -> Bool {
    if known.signs.isEmpty { return pieces.digits.first?.utf8.count == known.widths.reduce(0, +) }
    guard pieces.digits.first?.utf8.count == 4 else { return false }
    return pieces.digits.dropFirst().prefix(5).allSatisfy { $0.utf8.count <= 2 }
  }

  private static func pieces(of text: String) -> (digits: [String], signs: [String]) {
    var (digits, signs) = ([String](), [String]())
    var (isDigit, piece) = (true, "")
    for scalar in text.unicodeScalars {
      if scalar.isASCIIDigit != isDigit, !piece.isEmpty {
        if isDigit { digits.append(piece) } else { signs.append(piece) }
        piece = ""
      }
      isDigit = scalar.isASCIIDigit
      piece.unicodeScalars.append(scalar)
    }
    if isDigit { digits.append(piece) } else { signs.append(piece) }
    return (digits, signs)
  }

  private static func cut(_ digits: String, _ widths: [Int]) -> [String] {
    var (parts, rest) = ([String](), Substring(digits))
    for width in widths {
      parts.append(String(rest.prefix(width)))
      rest = rest.dropFirst(width)
    }
    return parts
  }
}
