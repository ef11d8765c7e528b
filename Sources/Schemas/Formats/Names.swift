/// Host names, addresses of hosts, mail addresses, UUIDs, JSON pointers.

func isLetterOrDigit(_ byte: UInt8) -> Bool {
  byte &- 0x30 <= 9 || (byte | 0x20) &- UInt8(ascii: "a") < 26
}

func isHexadecimal(_ byte: UInt8) -> Bool {
  byte &- 0x30 <= 9 || (byte | 0x20) &- UInt8(ascii: "a") < 6
}

extension UnsafeRawBufferPointer {
  func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[range])
  }

  /// Calls for each stretch between separators; stops at the first that is refused.
  func allParts(
    separator: UInt8, _ accepts: (UnsafeRawBufferPointer) -> Bool
  ) -> Bool {
    var start = 0
    for place in 0...count where place == count || self[place] == separator {
      guard accepts(part(start..<place)) else { return false }
      start = place + 1
    }
    return true
  }
}

/// RFC 1123: labels of letters, digits and inner hyphens. A label in Punycode must decode to a valid one.
func isHostname(_ text: UnsafeRawBufferPointer) -> Bool {
  guard 1...253 ~= text.count else { return false }
  return text.allParts(separator: UInt8(ascii: ".")) { label in
    guard 1...63 ~= label.count, label.allSatisfy({ isLetterOrDigit($0) || $0 == 0x2D }),
      label[0] != 0x2D, label[label.count - 1] != 0x2D
    else { return false }
    let hasMark = label.count >= 4 && label[2] == 0x2D && label[3] == 0x2D
    return !hasMark || isPunycodeLabel(label)
  }
}

func isIPv4(_ text: UnsafeRawBufferPointer) -> Bool {
  var parts = 0
  let isValid = text.allParts(separator: UInt8(ascii: ".")) { part in
    parts += 1
    guard 1...3 ~= part.count, part.allSatisfy({ $0 &- 0x30 <= 9 }) else { return false }
    if part.count > 1, part[0] == 0x30 { return false }
    return part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
  }
  return isValid && parts == 4
}

/// Eight groups of up to four hexadecimal digits; one `::` for one or more; the last two may be IPv4.
func isIPv6(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count >= 2 else { return false }
  var (place, groups, isShortened) = (0, 0, false)
  let colon = UInt8(ascii: ":")
  if text[0] == colon {
    guard text[1] == colon else { return false }
    isShortened = true
    place = 2
  }
  while place < text.count {
    let start = place
    while place < text.count, isHexadecimal(text[place]) { place += 1 }
    if place < text.count, text[place] == UInt8(ascii: ".") {
      guard isIPv4(text.part(start..<text.count)) else { return false }
      groups += 2
      break
    }
    guard 1...4 ~= place - start else { return false }
    groups += 1
    if place == text.count { break }
    guard text[place] == colon, place + 1 < text.count else { return false }
    place += 1
    if text[place] == colon {
      guard !isShortened else { return false }
      isShortened = true
      place += 1
    }
  }
  return isShortened ? groups < 8 : groups == 8
}

/// RFC 5321: dots and atoms or a quoted text, then a host name or an address in brackets.
func isEmail(_ text: UnsafeRawBufferPointer, international: Bool) -> Bool {
  guard text.count <= 254, let at = text.lastIndex(of: UInt8(ascii: "@")), at > 0 else {
    return false
  }
  let (local, domain) = (text.part(0..<at), text.part(at + 1..<text.count))
  guard isLocalPart(local, international) else { return false }
  if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]") {
    return isAddressLiteral(domain.part(1..<domain.count - 1))
  }
  return international ? isInternationalHostname(domain) : isHostname(domain)
}

private func isAddressLiteral(_ text: UnsafeRawBufferPointer) -> Bool {
  let mark: StaticString = "IPv6:"
  guard text.count > 5, (0..<5).allSatisfy({ text[$0] | 0x20 == mark.utf8Start[$0] | 0x20 }) else {
    return isIPv4(text)
  }
  return isIPv6(text.part(5..<text.count))
}

private func isLocalPart(_ local: UnsafeRawBufferPointer, _ international: Bool) -> Bool {
  guard local.count <= 64 else { return false }
  if local[0] == UInt8(ascii: "\"") {
    guard local.count >= 2, local[local.count - 1] == UInt8(ascii: "\"") else { return false }
    var place = 1
    while place < local.count - 1 {
      if local[place] == UInt8(ascii: "\\") {
        place += 1
      } else if local[place] == 0x22 {
        return false
      }
      guard place < local.count - 1, local[place] >= 0x20, international || local[place] < 0x7F
      else { return false }
      place += 1
    }
    return true
  }
  let marks: StaticString = "!#$%&'*+-/=?^_`{|}~"
  return local.allParts(separator: UInt8(ascii: ".")) { atom in
    atom.count > 0
      && atom.allSatisfy { isLetterOrDigit($0) || has(marks, $0) || international && $0 >= 0x80 }
  }
}

func has(_ marks: StaticString, _ byte: UInt8) -> Bool {
  for index in 0..<marks.utf8CodeUnitCount where marks.utf8Start[index] == byte { return true }
  return false
}

func isUUID(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count == 36 else { return false }
  for (place, byte) in text.enumerated() {
    let isHyphen = place == 8 || place == 13 || place == 18 || place == 23
    guard isHyphen ? byte == 0x2D : isHexadecimal(byte) else { return false }
  }
  return true
}

/// RFC 6901.
func isJSONPointer(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count > 0 else { return true }
  guard text[0] == UInt8(ascii: "/") else { return false }
  for place in 0..<text.count where text[place] == UInt8(ascii: "~") {
    guard place + 1 < text.count, text[place + 1] == 0x30 || text[place + 1] == 0x31 else {
      return false
    }
  }
  return true
}

func isRelativeJSONPointer(_ text: UnsafeRawBufferPointer) -> Bool {
  var place = 0
  while place < text.count, text[place] &- 0x30 <= 9 { place += 1 }
  guard place > 0, place == 1 || text[0] != 0x30 else { return false }
  let rest = text.part(place..<text.count)
  return rest.count == 1 && rest[0] == UInt8(ascii: "#") || isJSONPointer(rest)
}
