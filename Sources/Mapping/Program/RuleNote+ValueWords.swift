/// The steps of patterns, numbers, addresses and padding in words.
extension Replacement {
  var words: String { "replace \(finder.pattern.source) with \"\(text)\"" }
}

extension MatchStep {
  var words: String {
    (group == 0 ? "match" : "group \(group) of") + " \(finder.pattern.source)"
      + (unmatched == .refuse ? "" : ", unmatched \(unmatched.rawValue)")
  }
}

extension DecimalStep {
  var words: String {
    var words = "decimal"
    if let implied { words += " with \(implied) implied decimals" }
    if unit != .one || into != .one { words += " in \(unit.name) into \(into.name)" }
    if let scale { words += " to \(scale) decimals" }
    if rounding != .refuse { words += " rounded \(rounding.rawValue)" }
    guard let writing else { return words }
    if let digits = writing.digits { words += ", \(digits) digits" }
    if writing.point == 0 { words += ", without a point" }
    if writing.sign != .leading { words += ", sign \(writing.sign.rawValue)" }
    return words + ", as text"
  }
}

extension LocateStep {
  var words: String {
    "the \(level.rawValue) that the address begins with"
      + (within == 0 ? "" : ", of several the one within \(within)")
      + ", table \(origin.table.name), version \(origin.table.version)"
      + (unknown == .refuse ? "" : ", unknown \(unknown.rawValue)")
      + (ambiguous == .refuse ? "" : ", ambiguous \(ambiguous.rawValue)")
  }
}

extension PadStep {
  var words: String { "\(side.rawValue) filled with \"\(character)\" to \(count) characters" }
}

extension CodeStep {
  /// What faults call the table.
  var title: String {
    if isDated { return "\(name) in force on the day" }
    return version.isEmpty ? name : "\(name) \(version)"
  }

  var words: String {
    if isDated, let origin {
      let versions = origin.table.editions.map(\.version).joined(separator: ", ")
      return "table \(name), version in force on that day, of \(versions)"
    }
    return version.isEmpty ? "table \(name)" : "table \(name), version \(version)"
  }
}
