import Records
import Standards

/// Codes and numbers: translation by table, checks by the national standards.
extension Run {
  mutating func translate(_ number: Int32) {
    let table = program.codes.base[Int(number)]
    slot = -1
    if table.periods >= 0 {
      return translateByDay(
        table, Int32(truncatingIfNeeded: codeHash(value.text)) & table.mask)
    }
    guard let place = place(of: value.text, in: table) else { return unknown(table) }
    take(program.slots.base[Int(place)], at: place)
  }

  /// The slot of a code.
  @inline(__always) private func place(
    of code: UnsafeRawBufferPointer, in table: CodeProgram
  ) -> Int32? {
    var place = Int32(truncatingIfNeeded: codeHash(code)) & table.mask
    while true {
      let slot = program.slots.base[Int(table.start + place)]
      guard slot.isTaken else { return nil }
      if same(text(slot.code), code) { return table.start + place }
      place = (place + 1) & table.mask
    }
  }

  /// A code and its name that disagree are a warning: the code counts. A name that is the beginning of the other says
  /// the same in short.
  mutating func compare(_ number: Int32, _ path: Int32) {
    let table = program.codes.base[Int(number)]
    let node = find(path)
    guard node >= 0, case .string = nodes[Int(node)].kind,
      let place = place(of: value.text, in: table)
    else { return }
    let label = text(program.slots.base[Int(place)].label)
    let told = trimmed(text(of: nodes[Int(node)]))
    let length = min(label.count, told.count)
    guard length > 0,
      !same(
        UnsafeRawBufferPointer(rebasing: label[..<length]),
        UnsafeRawBufferPointer(rebasing: told[..<length]))
    else { return }
    warn(.nameDisagrees, "the name that the table \(name(of: table)) has for the code")
  }

  @inline(__always) mutating func take(_ found: CodeSlot, at place: Int32) {
    if isTracing {
      trace?.codes[Int(place)] &+= 1
      slot = place
    }
    take(found.value)
  }

  @inline(__always) private mutating func take(_ constant: ConstantValue) {
    value.kind = constant.kind
    value.text = text(constant.text)
    value.interned = constant.text.offset
  }

  func name(of table: CodeProgram) -> String {
    String(decoding: text(table.name), as: UTF8.self)
  }

  mutating func unknown(_ table: CodeProgram) {
    let expectation = "a code of the table \(name(of: table))"
    if table.constant >= 0 {
      warn(.unmappedCode, expectation)
      return take(constants[Int(table.constant)])
    }
    switch table.unknown {
    case .refuse: refuse(.unmappedCode, expectation)
    case .keep: warn(.unmappedCode, expectation)
    case .absent:
      warn(.unmappedCode, expectation)
      value.state = .absent
    }
  }

  // MARK: Numbers of the national standards

  /// Checks a number and puts its canonical form in hand; an identity number of fifteen digits becomes one of eighteen.
  mutating func identify(_ kind: IdentifierKind) {
    // A pattern: `!=` on an enumeration of another module is a call by its table of witnesses.
    if case .mobilePhone = kind { return identifyWritten(kind) }
    guard isPlain(value.text), value.text.count != 15 else { return identifyWritten(kind) }
    value.kind = .string
    conclude(kind.check(value.text, reference))
  }

  /// Digits and capital letters are the canonical form already.
  @inline(__always) private func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
    for byte in text where !isDigit(byte) && byte &- UInt8(ascii: "A") >= 26 { return false }
    return true
  }

  private mutating func conclude(_ outcome: Outcome) {
    switch outcome {
    case .valid: break
    case .warning(let finding):
      warn(MappingFault.Code(finding.reason), finding.expectation.description)
    case .invalid(let finding):
      refuse(MappingFault.Code(finding.reason), finding.expectation.description)
    }
  }

  private mutating func identifyWritten(_ kind: IdentifierKind) {
    let room = scratch.take(Canonical.maximumCount)
    var count = 0
    let reference = self.reference
    let outcome = Canonical.withForm(of: value.text, kind: kind) { form in
      let outcome = kind.check(form, reference)
      guard outcome.isAccepted, form.count <= room.count else { return outcome }
      if kind == .gb11643, IdentityNumber.convert(form, into: room) {
        count = 18
      } else {
        room.append(form, at: &count)
      }
      return outcome
    }
    value.kind = .string
    if outcome.isAccepted {
      let form = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[0..<count])
      if !same(form, value.text) {
        let isFifteen = kind == .gb11643 && value.text.count == 15
        cleanse(isFifteen ? .fifteenDigits : .form)
      }
      take(room, count)
    }
    conclude(outcome)
  }

  /// The first six digits of a division code, whatever level the record names. One that no table knows is a
  /// warning: no table is ever complete.
  mutating func divide() {
    if !value.text.allSatisfy({ isDigit($0) }) { halveWidth() }
    let text = value.text
    guard text.count == 6 || text.count == 9 || text.count == 12,
      text.allSatisfy({ isDigit($0) })
    else { return refuse(.malformedValue, "a division code of 6, 9 or 12 digits") }
    value.kind = .string
    value.text = UnsafeRawBufferPointer(rebasing: text[0..<6])
    value.interned = -1
    conclude(DivisionCode.check(value.text, reference))
  }

  // MARK: Decimal numbers

  /// A decimal number as JSON writes it, to the last digit: no plus, no zeros before it.
  mutating func readNumber(whole: Bool) {
    if case .number = value.kind, !whole { return }
    if value.text.contains(where: { $0 == 0xEF }) { halveWidth() }
    let text = value.text
    var start = 0
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative || text.first == UInt8(ascii: "+") { start = 1 }
    let digits = text[start...].prefix { isDigit($0) }
    var end = start + digits.count
    if !whole, end < text.count, text[end] == UInt8(ascii: ".") {
      let fraction = text[(end + 1)...].prefix { isDigit($0) }
      end = fraction.isEmpty ? -1 : end + 1 + fraction.count
    }
    guard !digits.isEmpty, end == text.count else {
      return refuse(.notANumber, whole ? "a whole number" : "a decimal number such as 1200.50")
    }
    let zeros = digits.dropLast().prefix { $0 == UInt8(ascii: "0") }.count
    value.kind = .number
    value.interned = -1
    guard isNegative else {
      value.text = UnsafeRawBufferPointer(rebasing: text[(start + zeros)..<end])
      return
    }
    let room = scratch.take(text.count)
    room[0] = UInt8(ascii: "-")
    var count = 1
    room.append(UnsafeRawBufferPointer(rebasing: text[(start + zeros)..<end]), at: &count)
    take(room, count)
  }
}

@inline(__always) func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
