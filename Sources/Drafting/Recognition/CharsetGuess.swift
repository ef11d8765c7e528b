import Records

/// In which charset a body is written, by what is valid and by how usual the characters are.
struct CharsetGuess {
  let charset: Charset
  let text: DecodedText
  let guess: Guess
  /// Nothing but ASCII was seen: it would read the same in most charsets.
  let isPlain: Bool

  /// Nil for what is no text.
  init?(_ body: [UInt8]) {
    if let marked = Self.mark(of: body) {
      guard let text = DecodedText(body, charset: marked), Self.isText(text) else { return nil }
      self.init(marked, text, Guess(99, ["a byte order mark"]))
      return
    }
    if body.contains(0) {
      guard let found = Self.utf16(body) else { return nil }
      self = found
      return
    }
    guard let utf8 = DecodedText(body, charset: .utf8), Self.isText(utf8) else { return nil }
    if utf8.wide == 0, utf8.faults == 0 {
      self.init(.utf8, utf8, Guess(90, ["only ASCII was seen"]), isPlain: true)
      return
    }
    guard let gb = DecodedText(body, charset: .gb18030) else { return nil }
    self.init(utf8, gb)
  }

  private init(_ charset: Charset, _ text: DecodedText, _ guess: Guess, isPlain: Bool = false) {
    (self.charset, self.text, self.guess, self.isPlain) = (charset, text, guess, isPlain)
  }

  /// UTF-8 or GB18030. Text of the one is hardly ever valid in the other, and where it is, its characters are
  /// rare ones.
  private init?(_ utf8: DecodedText, _ gb: DecodedText) {
    let (bad8, badGB) = (Self.badShare(utf8), Self.badShare(gb))
    guard min(bad8, badGB) <= 20 else { return nil }
    let isUTF8 =
      bad8 == badGB ? utf8.common * max(1, gb.wide) >= gb.common * max(1, utf8.wide) : bad8 < badGB
    let chosen = isUTF8 ? utf8 : gb
    let other = isUTF8 ? gb : utf8
    let usual = chosen.common * 100 / max(1, chosen.wide)
    var reasons = [
      chosen.faults == 0
        ? "\(chosen.wide) characters outside ASCII are all valid"
        : "\(chosen.faults) bytes are no character, of \(chosen.wide + chosen.faults)",
      "\(usual) % of them are common ones",
    ]
    if other.faults > 0 {
      reasons.append(
        "\(isUTF8 ? "GB18030" : "UTF-8") would leave \(other.faults) bytes without meaning")
    }
    let valid = (isUTF8 ? 90 : 70) + usual / 4 - (chosen.wide < 4 ? 15 : 0)
    self.init(
      isUTF8 ? .utf8 : .gb18030, chosen,
      Guess(valid - min(30, Self.badShare(chosen) * 3), reasons))
  }

  /// Of a hundred characters outside ASCII, how many are none.
  private static func badShare(_ text: DecodedText) -> Int {
    let all = text.wide + text.faults
    return all == 0 ? 0 : (text.faults * 100 + all - 1) / all
  }

  private static func mark(of body: [UInt8]) -> Charset? {
    if body.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8 }
    if body.starts(with: [0xFF, 0xFE]) || body.starts(with: [0xFE, 0xFF]) { return .utf16 }
    return body.starts(with: [0x84, 0x31, 0x95, 0x33]) ? .gb18030 : nil
  }

  /// Without a mark, UTF-16 shows by the zeros beside its ASCII: behind it in little-endian, before it in
  /// big-endian.
  private static func utf16(_ body: [UInt8]) -> CharsetGuess? {
    guard body.count % 2 == 0 else { return nil }
    var zeros = (even: 0, odd: 0)
    for index in body.indices where body[index] == 0 {
      if index % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
    }
    let isLittle = zeros.odd > zeros.even
    guard min(zeros.even, zeros.odd) * 20 <= max(zeros.even, zeros.odd) else { return nil }
    let charset = isLittle ? Charset.utf16LittleEndian : .utf16BigEndian
    guard let text = DecodedText(body, charset: charset), text.faults == 0, isText(text) else {
      return nil
    }
    let side = isLittle ? "behind" : "before"
    return CharsetGuess(
      charset, text,
      Guess(93, ["zeros stand \(side) \(max(zeros.even, zeros.odd)) ASCII characters"]))
  }

  /// Text has hardly any control characters.
  private static func isText(_ text: DecodedText) -> Bool {
    let controls = text.utf8.lazy.filter { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1 }
      .count
    return controls * 100 <= text.utf8.count
  }
}
