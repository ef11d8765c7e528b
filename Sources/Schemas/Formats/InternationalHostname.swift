/// Internationalised host names: the rules of RFC 5891 to 5893 that can be told from Unicode's properties.

/// Labels between full stops, the ideographic and the half- and full-width ones among them.
func isInternationalHostname(_ text: UnsafeRawBufferPointer) -> Bool {
  guard text.count > 0, text.count <= 1_000 else { return false }
  let name = String(decoding: text, as: UTF8.self)
  let stops: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]
  let labels = name.unicodeScalars.split(omittingEmptySubsequences: false) { stops.contains($0) }
  let encoded = labels.map { encodedLength(Array($0)) }
  guard encoded.reduce(0, +) + labels.count - 1 <= 253 else { return false }
  return labels.allSatisfy { label in
    let scalars = Array(label)
    guard scalars.allSatisfy(\.isASCII) else { return isUnicodeLabel(scalars) }
    var text = String(String.UnicodeScalarView(scalars))
    return text.withUTF8 { isHostname(UnsafeRawBufferPointer($0)) && $0.count <= 63 }
  }
}

private func encodedLength(_ label: [Unicode.Scalar]) -> Int {
  label.allSatisfy(\.isASCII) ? label.count : 4 + Punycode.encodedCount(label)
}

/// A label such as `xn--…`: what it decodes to must be a valid label that is not plain ASCII.
func isPunycodeLabel(_ label: UnsafeRawBufferPointer) -> Bool {
  guard label.count > 4, label[0] | 0x20 == UInt8(ascii: "x"), label[1] | 0x20 == UInt8(ascii: "n"),
    let scalars = Punycode.decode(label.part(4..<label.count))
  else { return false }
  return !scalars.allSatisfy(\.isASCII) && isUnicodeLabel(scalars)
}

private func isUnicodeLabel(_ label: [Unicode.Scalar]) -> Bool {
  guard let first = label.first, first != "-", label.last != "-",
    encodedLength(label) <= 63,
    !(label.count >= 4 && label[2] == "-" && label[3] == "-"), !isMark(first)
  else { return false }
  return label.indices.allSatisfy { isAllowed(label, $0) }
}

private func isMark(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .spacingMark, .enclosingMark: true
  default: false
  }
}

/// The contextual rules of RFC 5892, and its categories for all others.
private func isAllowed(_ label: [Unicode.Scalar], _ place: Int) -> Bool {
  let scalar = label[place]
  let before = place > 0 ? label[place - 1] : nil
  let after = place + 1 < label.count ? label[place + 1] : nil
  switch scalar.value {
  case 0xB7: return before == "l" && after == "l"
  case 0x375: return after.map { (0x370...0x3FF).contains($0.value) } ?? false
  case 0x5F3, 0x5F4: return before.map { (0x590...0x5FF).contains($0.value) } ?? false
  case 0x30FB: return label.contains { isJapaneseOrHan($0) }
  case 0x660...0x669: return !label.contains { (0x6F0...0x6F9).contains($0.value) }
  case 0x6F0...0x6F9: return !label.contains { (0x660...0x669).contains($0.value) }
  case 0x200C: return before.map(isVirama) ?? false || joins(before, after)
  case 0x200D: return before.map(isVirama) ?? false
  case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
  case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
  default: break
  }
  switch scalar.properties.generalCategory {
  case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark,
    .decimalNumber:
    return !scalar.properties.changesWhenNFKCCaseFolded
  default: return scalar == "-"
  }
}

private func isVirama(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.canonicalCombiningClass == .virama
}

/// Whether Arabic letters would join over what stands between them.
private func joins(_ before: Unicode.Scalar?, _ after: Unicode.Scalar?) -> Bool {
  guard let before, let after else { return false }
  func isArabic(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .otherLetter && (0x620...0x6D3).contains(scalar.value)
  }
  switch before.value {
  // These letters join to the right only.
  case 0x621...0x625, 0x627, 0x629, 0x62F...0x632, 0x648, 0x671...0x677, 0x688...0x699, 0x6C0,
    0x6C3...0x6CB, 0x6CD, 0x6CF, 0x6D2...0x6D3:
    return false
  default: return isArabic(before) && isArabic(after)
  }
}

private func isJapaneseOrHan(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF: true
  default: scalar.properties.isUnifiedIdeograph || scalar.value == 0x3005 || scalar.value == 0x3007
  }
}

/// RFC 3492, as far as a check needs it.
private enum Punycode {
  static func decode(_ text: UnsafeRawBufferPointer) -> [Unicode.Scalar]? {
    var output: [Unicode.Scalar] = []
    var place = 0
    if let hyphen = text.lastIndex(of: 0x2D) {
      output = text[0..<hyphen].map { Unicode.Scalar($0) }
      place = hyphen + 1
    }
    var (code, index, bias) = (128, 0, 72)
    while place < text.count {
      let before = index
      var (weight, step) = (1, 36)
      while true {
        guard place < text.count, let digit = digit(text[place]) else { return nil }
        place += 1
        index += digit * weight
        let threshold = min(max(step - bias, 1), 26)
        if digit < threshold { break }
        weight *= 36 - threshold
        step += 36
        guard weight < 1 << 40, index < 1 << 40 else { return nil }
      }
      bias = adapted(index - before, output.count + 1, isFirst: before == 0)
      code += index / (output.count + 1)
      index %= output.count + 1
      guard code <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
      output.insert(scalar, at: index)
      index += 1
    }
    return output
  }

  /// How many characters the encoded label has, without `xn--`.
  static func encodedCount(_ label: [Unicode.Scalar]) -> Int {
    let basic = label.count { $0.isASCII }
    var (count, handled, code, delta, bias) = (basic + (basic > 0 ? 1 : 0), basic, 128, 0, 72)
    while handled < label.count {
      let next = label.reduce(Int.max) {
        Int($1.value) >= code ? min($0, Int($1.value)) : $0
      }
      delta += (next - code) * (handled + 1)
      code = next
      for scalar in label {
        if Int(scalar.value) < code { delta += 1 }
        guard Int(scalar.value) == code else { continue }
        count += digitCount(delta, bias)
        bias = adapted(delta, handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      code += 1
    }
    return count
  }

  private static func digitCount(_ delta: Int, _ bias: Int) -> Int {
    var (rest, step, count) = (delta, 36, 1)
    while true {
      let threshold = min(max(step - bias, 1), 26)
      if rest < threshold { return count }
      rest = (rest - threshold) / (36 - threshold)
      step += 36
      count += 1
    }
  }

  private static func digit(_ byte: UInt8) -> Int? {
    if byte &- 0x30 <= 9 { return Int(byte) - 0x30 + 26 }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 26 ? Int(letter) : nil
  }

  private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var (delta, turns) = (isFirst ? delta / 700 : delta / 2, 0)
    delta += delta / count
    while delta > 455 {
      delta /= 35
      turns += 36
    }
    return turns + 36 * delta / (delta + 38)
  }
}
