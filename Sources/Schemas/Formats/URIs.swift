import Patterns

/// URIs and IRIs by RFC 3986 and 3987, URI templates by RFC 6570.

private let unreserved: StaticString = "-._~"
private let subDelimiters: StaticString = "!$&'()*+,;="

func isURI(_ text: UnsafeRawBufferPointer, international: Bool, absolute: Bool) -> Bool {
  var rest = text
  if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
    guard isMadeOf(rest.part(hash + 1..<rest.count), "/?:@", international) else { return false }
    rest = rest.part(0..<hash)
  }
  if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
    guard isMadeOf(rest.part(mark + 1..<rest.count), "/?:@", international, privateUse: true) else {
      return false
    }
    rest = rest.part(0..<mark)
  }
  if let scheme = schemeLength(rest) {
    rest = rest.part(scheme + 1..<rest.count)
  } else {
    guard !absolute else { return false }
    // Without a scheme, the first part of a path must have no colon.
    let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.count
    guard !rest.part(0..<end).contains(UInt8(ascii: ":")) else { return false }
  }
  if rest.count >= 2, rest[0] == UInt8(ascii: "/"), rest[1] == UInt8(ascii: "/") {
    rest = rest.part(2..<rest.count)
    let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.count
    guard isAuthority(rest.part(0..<end), international) else { return false }
    rest = rest.part(end..<rest.count)
  }
  return isMadeOf(rest, "/:@", international)
}

private func schemeLength(_ text: UnsafeRawBufferPointer) -> Int? {
  guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0,
    (text[0] | 0x20) &- UInt8(ascii: "a") < 26
  else { return nil }
  let scheme = text.part(0..<colon)
  return scheme.allSatisfy { isLetterOrDigit($0) || has("+-.", $0) } ? colon : nil
}

private func isAuthority(_ text: UnsafeRawBufferPointer, _ international: Bool) -> Bool {
  var host = text
  if let at = host.lastIndex(of: UInt8(ascii: "@")) {
    guard isMadeOf(host.part(0..<at), ":", international) else { return false }
    host = host.part(at + 1..<host.count)
  }
  if host.first == UInt8(ascii: "[") {
    guard let end = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
    let literal = host.part(1..<end)
    guard isIPv6(literal) || isFutureAddress(literal) else { return false }
    host = host.part(end + 1..<host.count)
    return host.count == 0 || host[0] == UInt8(ascii: ":") && isPort(host.part(1..<host.count))
  }
  if let colon = host.lastIndex(of: UInt8(ascii: ":")) {
    guard isPort(host.part(colon + 1..<host.count)) else { return false }
    host = host.part(0..<colon)
  }
  return isMadeOf(host, "", international)
}

private func isPort(_ text: UnsafeRawBufferPointer) -> Bool { text.allSatisfy { $0 &- 0x30 <= 9 } }

private func isFutureAddress(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count >= 4, text[0] | 0x20 == UInt8(ascii: "v"), isHexadecimal(text[1]),
    let dot = text.firstIndex(of: UInt8(ascii: ".")), dot + 1 < text.count
  else { return false }
  return text.part(1..<dot).allSatisfy(isHexadecimal)
    && isMadeOf(text.part(dot + 1..<text.count), ":", false)
}

/// Unreserved characters, sub-delimiters, percent-encoded bytes and the marks.
private func isMadeOf(
  _ text: UnsafeRawBufferPointer, _ marks: StaticString, _ international: Bool,
  privateUse: Bool = false
) -> Bool {
  var place = 0
  while place < text.count {
    let byte = text[place]
    if byte == UInt8(ascii: "%") {
      guard place + 2 < text.count, isHexadecimal(text[place + 1]), isHexadecimal(text[place + 2])
      else { return false }
      place += 3
    } else if byte >= 0x80 {
      guard international, isInternational(nextCodePoint(text, &place), privateUse) else {
        return false
      }
    } else {
      guard
        isLetterOrDigit(byte) || has(unreserved, byte) || has(subDelimiters, byte)
          || has(marks, byte)
      else { return false }
      place += 1
    }
  }
  return true
}

/// ucschar, and in a query iprivate, of RFC 3987.
private func isInternational(_ scalar: UInt32, _ privateUse: Bool) -> Bool {
  switch scalar {
  case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
  case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: privateUse
  case 0x10000...0xEFFFD: scalar & 0xFFFF <= 0xFFFD
  default: false
  }
}

/// Literal text and expressions in braces.
func isURITemplate(_ text: UnsafeRawBufferPointer) -> Bool {
  var place = 0
  while place < text.count {
    switch text[place] {
    case UInt8(ascii: "{"):
      guard let end = text.part(place..<text.count).firstIndex(of: UInt8(ascii: "}")) else {
        return false
      }
      guard isExpression(text.part(place + 1..<place + end)) else { return false }
      place += end + 1
    case UInt8(ascii: "%"):
      guard place + 2 < text.count, isHexadecimal(text[place + 1]), isHexadecimal(text[place + 2])
      else { return false }
      place += 3
    case 0...0x20, 0x22, 0x27, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7C, 0x7D, 0x7F: return false
    default: place += 1
    }
  }
  return true
}

private func isExpression(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count > 0 else { return false }
  let names = has("+#./;?&=,!@|", text[0]) ? text.part(1..<text.count) : text
  return names.allParts(separator: UInt8(ascii: ",")) { variable in
    var name = variable
    if name.last == UInt8(ascii: "*") {
      name = name.part(0..<name.count - 1)
    } else if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
      let length = name.part(colon + 1..<name.count)
      guard 1...4 ~= length.count, length[0] != 0x30, length.allSatisfy({ $0 &- 0x30 <= 9 }) else {
        return false
      }
      name = name.part(0..<colon)
    }
    return name.count > 0
      && name.allParts(separator: UInt8(ascii: ".")) { part in
        part.count > 0
          && part.allSatisfy {
            isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "%")
          }
      }
  }
}
