import Standards

/// Words and letters that stand for codes of the national tables.
enum CodeWords {
  /// GB/T 2261.1.
  static let sex: [String: String] = [
    "男": "1", "女": "2", "男性": "1", "女性": "2", "未知": "0", "未说明": "9", "未知的性别": "0", "未说明的性别": "9",
  ]

  /// What a value says of the sex: `1`, `2`, or nil.
  static func sexCode(_ value: String) -> String? {
    if let code = sex[value] { return code }
    switch value {
    case "1", "01", "M", "m": return "1"
    case "2", "02", "F", "f": return "2"
    default: return nil
    }
  }

  /// GB/T 3304, from the name with or without 族.
  static func ethnicCode(_ value: String, _ tables: [String: CodeTable]) -> String? {
    guard value.unicodeScalars.count >= 2, let table = tables["gbt3304"] else { return nil }
    return (0..<table.count).first { row in
      let label = table.label(of: row)
      return label == value || label == value + "族"
    }.map(table.standard(of:))
  }

  private static let flags: [Set<String>] = [
    ["0", "1"], ["Y", "N"], ["y", "n"], ["T", "F"], ["是", "否"], ["有", "无"],
  ]

  /// Whether these are a yes and a no; one of the two is enough.
  static func isFlag(_ values: [String]) -> Bool {
    !values.isEmpty && flags.contains { $0.isSuperset(of: values) }
  }

  /// Whether a flag's value means yes.
  static func isYes(_ value: String) -> Bool? {
    switch value {
    case "1", "Y", "y", "T", "是", "有", "true": true
    case "0", "N", "n", "F", "否", "无", "false": false
    default: nil
    }
  }
}
