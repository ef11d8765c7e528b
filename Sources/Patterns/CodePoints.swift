/// A set of code points as sorted ranges that neither touch nor overlap.
struct CodePoints: Hashable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>]

  static let last: UInt32 = 0x10FFFF
  static let all = CodePoints([0...last])

  init(_ ranges: [ClosedRange<UInt32>]) {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let before = merged.last, range.lowerBound <= before.upperBound &+ 1 {
        merged[merged.count - 1] =
          before.lowerBound...max(before.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  init(_ scalar: UInt32) { ranges = [scalar...scalar] }

  var isEmpty: Bool { ranges.isEmpty }

  func union(_ other: CodePoints) -> CodePoints { CodePoints(ranges + other.ranges) }

  var inverted: CodePoints {
    var (gaps, next) = ([ClosedRange<UInt32>](), UInt32(0))
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= CodePoints.last { gaps.append(next...CodePoints.last) }
    return CodePoints(gaps)
  }

  func contains(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= scalar
  }
}

// MARK: Named sets

extension CodePoints {
  static let digits = CodePoints([0x30...0x39])
  static let word = CodePoints([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  /// WhiteSpace and LineTerminator of ECMA-262.
  static let space = CodePoints([
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  static let lineEnds = CodePoints([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])

  /// The code points with a Unicode property, by its name in `\p{…}`; nil for one that is not known here.
  static func property(_ text: String) -> CodePoints? {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2 {
      switch parts[0] {
      case "General_Category", "gc": return category(parts[1])
      case "Script", "sc", "Script_Extensions", "scx": return scripts[parts[1]]
      default: return nil
      }
    }
    if let category = category(text) { return category }
    switch text {
    case "Any": return .all
    case "ASCII": return CodePoints([0...0x7F])
    case "Alphabetic", "Alpha": return alphabetic
    case "Lowercase", "Lower": return lowercase
    case "Uppercase", "Upper": return uppercase
    case "White_Space", "space": return whiteSpace
    case "Ideographic", "Ideo": return ideographic
    case "Unified_Ideograph", "UIdeo": return unifiedIdeographs
    case "ID_Start", "IDS": return identifierStart
    case "ID_Continue", "IDC": return identifierContinue
    case "Emoji": return emoji
    default: return nil
    }
  }

  // Each is found once, by a look at every code point there is, when the first pattern asks for it.
  private static let alphabetic = matching { $0.properties.isAlphabetic }
  private static let lowercase = matching { $0.properties.isLowercase }
  private static let uppercase = matching { $0.properties.isUppercase }
  private static let whiteSpace = matching { $0.properties.isWhitespace }
  private static let ideographic = matching { $0.properties.isIdeographic }
  private static let unifiedIdeographs = matching { $0.properties.isUnifiedIdeograph }
  private static let identifierStart = matching { $0.properties.isIDStart }
  private static let identifierContinue = matching { $0.properties.isIDContinue }
  private static let emoji = matching { $0.properties.isEmoji }

  private static func matching(_ accepts: (Unicode.Scalar) -> Bool) -> CodePoints {
    stretches { scalar in scalar.map(accepts) ?? false }[true] ?? CodePoints([])
  }

  /// The stretches of code points for which the same is true.
  private static func stretches<Value: Hashable>(
    _ value: (Unicode.Scalar?) -> Value
  ) -> [Value: CodePoints] {
    var ranges: [Value: [ClosedRange<UInt32>]] = [:]
    var (start, current, point) = (UInt32(0), value(Unicode.Scalar(0)), UInt32(1))
    while point <= last {
      let next = value(Unicode.Scalar(point))
      if next != current {
        ranges[current, default: []].append(start...point - 1)
        (start, current) = (point, next)
      }
      point += 1
    }
    ranges[current, default: []].append(start...last)
    return ranges.mapValues { CodePoints($0) }
  }

  private static func category(_ name: String) -> CodePoints? {
    GeneralCategories.named(name).map { categories in
      CodePoints(categories.flatMap { byCategory[$0]?.ranges ?? [] })
    }
  }

  /// Halves of surrogate pairs belong to no category here: no text has them.
  private static let byCategory: [Unicode.GeneralCategory?: CodePoints] =
    stretches { $0?.properties.generalCategory }

  /// The scripts that a city's records are written in (Unicode 15.1, Scripts.txt).
  private static let scripts: [String: CodePoints] = {
    let han = CodePoints([
      0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007,
      0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D,
      0xFA70...0xFAD9, 0x16FE2...0x16FE3, 0x16FF0...0x16FF1, 0x20000...0x2A6DF, 0x2A700...0x2B739,
      0x2B740...0x2B81D, 0x2B820...0x2CEA1, 0x2CEB0...0x2EBE0, 0x2EBF0...0x2EE5D,
      0x2F800...0x2FA1D, 0x30000...0x3134A, 0x31350...0x323AF,
    ])
    let latin = CodePoints([
      0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8,
      0x2E0...0x2E4, 0x1D00...0x1D25, 0x1D2C...0x1D5C, 0x1D62...0x1D65, 0x1D6B...0x1D77,
      0x1D79...0x1DBE, 0x1E00...0x1EFF, 0x2071...0x2071, 0x207F...0x207F, 0x2090...0x209C,
      0x212A...0x212B, 0x2132...0x2132, 0x214E...0x214E, 0x2160...0x2188, 0x2C60...0x2C7F,
      0xA722...0xA787, 0xA78B...0xA7CA, 0xA7D0...0xA7D1, 0xA7D3...0xA7D3, 0xA7D5...0xA7D9,
      0xA7F2...0xA7FF, 0xAB30...0xAB5A, 0xAB5C...0xAB64, 0xAB66...0xAB69, 0xFB00...0xFB06,
      0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x10780...0x10785, 0x10787...0x107B0, 0x107B2...0x107BA,
      0x1DF00...0x1DF1E, 0x1DF25...0x1DF2A,
    ])
    return ["Han": han, "Hani": han, "Latin": latin, "Latn": latin]
  }()
}

/// The names of general categories, long and short.
private enum GeneralCategories {
  static func named(_ name: String) -> Set<Unicode.GeneralCategory>? {
    if let group = groups[name] { return Set(group) }
    return single[name].map { [$0] }
  }

  private static let letters: [Unicode.GeneralCategory] = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
  ]
  private static let numbers: [Unicode.GeneralCategory] = [
    .decimalNumber, .letterNumber, .otherNumber,
  ]
  private static let marks: [Unicode.GeneralCategory] = [
    .nonspacingMark, .spacingMark, .enclosingMark,
  ]
  private static let punctuation: [Unicode.GeneralCategory] = [
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation,
  ]
  private static let symbols: [Unicode.GeneralCategory] = [
    .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
  ]
  private static let separators: [Unicode.GeneralCategory] = [
    .spaceSeparator, .lineSeparator, .paragraphSeparator,
  ]
  private static let groups: [String: [Unicode.GeneralCategory]] = [
    "L": letters, "Letter": letters, "N": numbers, "Number": numbers, "M": marks, "Mark": marks,
    "Combining_Mark": marks, "P": punctuation, "Punctuation": punctuation, "punct": punctuation,
    "S": symbols, "Symbol": symbols, "Z": separators, "Separator": separators,
    "C": [.control, .format, .privateUse, .unassigned],
    "Other": [.control, .format, .privateUse, .unassigned],
    "LC": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter],
    "Cased_Letter": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter],
  ]
  private static let single: [String: Unicode.GeneralCategory] = [
    "Lu": .uppercaseLetter, "Uppercase_Letter": .uppercaseLetter, "Ll": .lowercaseLetter,
    "Lowercase_Letter": .lowercaseLetter, "Lt": .titlecaseLetter,
    "Titlecase_Letter": .titlecaseLetter, "Lm": .modifierLetter, "Modifier_Letter": .modifierLetter,
    "Lo": .otherLetter, "Other_Letter": .otherLetter, "Nd": .decimalNumber,
    "Decimal_Number": .decimalNumber, "digit": .decimalNumber, "Nl": .letterNumber,
    "Letter_Number": .letterNumber, "No": .otherNumber, "Other_Number": .otherNumber,
    "Mn": .nonspacingMark, "Nonspacing_Mark": .nonspacingMark, "Mc": .spacingMark,
    "Spacing_Mark": .spacingMark, "Me": .enclosingMark, "Enclosing_Mark": .enclosingMark,
    "Pc": .connectorPunctuation, "Connector_Punctuation": .connectorPunctuation,
    "Pd": .dashPunctuation, "Dash_Punctuation": .dashPunctuation, "Ps": .openPunctuation,
    "Open_Punctuation": .openPunctuation, "Pe": .closePunctuation,
    "Close_Punctuation": .closePunctuation, "Pi": .initialPunctuation,
    "Initial_Punctuation": .initialPunctuation, "Pf": .finalPunctuation,
    "Final_Punctuation": .finalPunctuation, "Po": .otherPunctuation,
    "Other_Punctuation": .otherPunctuation, "Sm": .mathSymbol, "Math_Symbol": .mathSymbol,
    "Sc": .currencySymbol, "Currency_Symbol": .currencySymbol, "Sk": .modifierSymbol,
    "Modifier_Symbol": .modifierSymbol, "So": .otherSymbol, "Other_Symbol": .otherSymbol,
    "Zs": .spaceSeparator, "Space_Separator": .spaceSeparator, "Zl": .lineSeparator,
    "Line_Separator": .lineSeparator, "Zp": .paragraphSeparator,
    "Paragraph_Separator": .paragraphSeparator, "Cc": .control, "Control": .control,
    "cntrl": .control, "Cf": .format, "Format": .format, "Co": .privateUse,
    "Private_Use": .privateUse, "Cn": .unassigned, "Unassigned": .unassigned,
  ]
}
