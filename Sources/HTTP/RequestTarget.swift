/// The target of a request taken apart: path, its segments, query. Pure.
struct RequestTarget {
  let path: String
  let segments: [String]
  let query: [(String, String)]

  /// Nil unless the target begins with a slash and all that is encoded in it is UTF-8 text without control characters.
  init?(_ target: String) {
    guard target.hasPrefix("/") else { return nil }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts[0])
    var segments: [String] = []
    for segment in parts[0].split(separator: "/") {
      guard let text = decoded(segment, plusIsBlank: false) else { return nil }
      segments.append(text)
    }
    var query: [(String, String)] = []
    for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(sides[0], plusIsBlank: true),
        let value = decoded(sides.count > 1 ? sides[1] : "", plusIsBlank: true)
      else { return nil }
      query.append((name, value))
    }
    self.segments = segments
    self.query = query
  }
}

private func decoded(_ text: Substring, plusIsBlank: Bool) -> String? {
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "%"):
      guard rest.count >= 2, rest.prefix(2).allSatisfy({ HeaderRules.isAlphanumeric($0) }),
        let value = UInt8(Substring(rest.prefix(2)), radix: 16)
      else { return nil }
      rest = rest.dropFirst(2)
      bytes.append(value)
    case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
    default: bytes.append(byte)
    }
  }
  guard let string = String(validating: bytes, as: UTF8.self),
    string.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
  else { return nil }
  return string
}
