/// What is left of a value for those who may not see it.
package enum Mask {
  /// The first character of a text and a star for each other one; of anything else nothing.
  package static func masked(json value: String) -> String {
    guard value.hasPrefix("\""), value.hasSuffix("\""), value.utf8.count > 2 else {
      return "\"***\""
    }
    let inner = value.dropFirst().dropLast()
    guard let first = inner.first, first != "\\" else { return "\"***\"" }
    return "\"\(first)\(String(repeating: "*", count: min(inner.count - 1, 17)))\""
  }

  /// A number's beginning and its last digit are no secret; what stands between is.
  package static func masked(number: String) -> String {
    guard number.count > 8 else { return String(number.prefix(1)) + "***" }
    return number.prefix(4) + String(repeating: "*", count: number.count - 5) + number.suffix(1)
  }
}
