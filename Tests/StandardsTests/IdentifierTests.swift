import Testing

@testable import Standards

/// What a table expects of a number: accepted, a warning, or a refusal with its reason.
enum Expected: Sendable, Equatable {
  case valid
  case warning(Reason)
  case invalid(Reason)

  init(_ outcome: Outcome) {
    switch outcome {
    case .valid: self = .valid
    case .warning(let finding): self = .warning(finding.reason)
    case .invalid(let finding): self = .invalid(finding.reason)
    }
  }
}

let today = CivilDate(year: 2026, month: 11, day: 24)

func outcome(_ kind: IdentifierKind, _ number: String, strict: Bool = true) -> Expected {
  let reference = Reference(today: today)
  guard strict else { return Expected(kind.check(written: number, reference)) }
  return Expected(withBytes(of: number) { kind.check($0, reference) })
}

@Suite("identifiers") struct IdentifierTests {
  @Test(
    "an identity number is judged by its characters, check, day and division",
    arguments: [
      ("11010519491231002X", Expected.valid), ("440524188001010014", .valid),
      ("110105491231002", .valid), ("360426199101010071", .valid),
      ("110101199003078814", .valid), ("330106198511020027", .valid),
      ("510104202002291013", .valid), ("650102199510153032", .valid),
      ("810000199003078818", .valid), ("820000198501010020", .valid),
      ("830000197812310036", .valid), ("330103198001011017", .valid),
      ("11010519491231002x", .valid),
      ("110101199003078810", .invalid(.wrongCheckCharacter)),
      ("110101199002308817", .invalid(.impossibleDate)),
      ("110101203001018817", .invalid(.futureDate)),
      ("190101199003078819", .warning(.unknownRegion)),
      ("110105490231002", .invalid(.impossibleDate)),
      ("11010549123100X", .invalid(.malformedValue)),
      ("1101051949123100 2X", .invalid(.malformedValue)),
      ("1101051949123100X2", .invalid(.malformedValue)),
      ("", .invalid(.malformedValue)), ("11010519491231002", .invalid(.malformedValue)),
      ("11010519491231002X1", .invalid(.malformedValue)),
      ("１１０１０５１９４９１２３１００２Ｘ", .invalid(.malformedValue)),
    ])
  func identityNumbers(number: String, expected: Expected) {
    #expect(outcome(.gb11643, number) == expected)
  }

  @Test(
    "a credit code is judged by its alphabet and check; the code inside only warns",
    arguments: [
      ("91110000600037341L", Expected.valid), ("91350100M000100Y43", .valid),
      ("11100000000013338W", .valid), ("11100000000013661B", .valid),
      ("11440232MB2D06811W", .valid), ("11370800MB28559184", .valid),
      ("11430000006122244L", .valid), ("11330105002500287C", .valid),
      ("11110000000021135M", .valid), ("11420503087246977F", .valid),
      ("113700000045030270", .valid), ("113700000045046442", .valid),
      ("11100000MB03271699", .valid), ("11100000MB0341032Y", .valid),
      ("12520302429400744T", .valid), ("914403001922038216", .valid),
      ("91440300708461136T", .valid), ("91110105MA00TE5T2T", .valid),
      ("93330106MF00TE5T0W", .valid), ("92510104MA6CTE5T4E", .valid),
      ("52110000MJ00TE5T58", .valid), ("N2330106MF98TE5T4B", .valid),
      ("Y1440300MD00TE5T31", .valid), ("A1110000MA00AAAA4M", .valid),
      ("91110105MA00TE5T20", .invalid(.wrongCheckCharacter)),
      ("91110105MA00TE5T1P", .warning(.wrongEmbeddedCode)),
      ("91110105MAI0TE5T2T", .invalid(.malformedValue)),
      ("91110105ma00te5t2t", .invalid(.malformedValue)),
      ("B1110105MA00TE5T2T", .invalid(.malformedValue)),
      ("90110105MA00TE5T2T", .invalid(.malformedValue)),
      ("9111010AMA00TE5T2T", .invalid(.malformedValue)), ("", .invalid(.malformedValue)),
    ])
  func creditCodes(number: String, expected: Expected) {
    #expect(outcome(.gb32100, number) == expected)
  }

  @Test(
    "the other kinds are judged by their own rules",
    arguments: [
      (IdentifierKind.gb11714, "D2143569X", Expected.valid), (.gb11714, "600037341", .valid),
      (.gb11714, "192203821", .valid), (.gb11714, "000013338", .valid),
      (.gb11714, "MB2D06811", .valid), (.gb11714, "D21435690", .invalid(.wrongCheckCharacter)),
      (.gb11714, "D2143569-X", .invalid(.malformedValue)),
      (.gb11714, "D2143569Y", .invalid(.malformedValue)),
      (.residencePermit, "810000199003078818", .valid),
      (.residencePermit, "820000198501010020", .valid),
      (.residencePermit, "830000197812310036", .valid),
      (.residencePermit, "810000199003078810", .invalid(.wrongCheckCharacter)),
      (.residencePermit, "110101199003078814", .invalid(.malformedValue)),
      (.foreignPermanentResidence, "911124198108030024", .valid),
      (.foreignPermanentResidence, "911124198108030025", .invalid(.wrongCheckCharacter)),
      (.foreignPermanentResidence, "CAN110081080310", .valid),
      (.foreignPermanentResidence, "CAN110081080311", .invalid(.wrongCheckCharacter)),
      (.foreignPermanentResidence, "can110081080310", .invalid(.malformedValue)),
      (.passport, "E12345678", .valid), (.passport, "EA1234567", .valid),
      (.passport, "G12345678", .valid), (.passport, "GA1234567", .invalid(.malformedValue)),
      (.passport, "X12345678", .invalid(.malformedValue)),
      (.hongKongMacaoPermit, "H12345678", .valid), (.hongKongMacaoPermit, "M1234567801", .valid),
      (.hongKongMacaoPermit, "T12345678", .invalid(.malformedValue)),
      (.taiwanPermit, "12345678", .valid), (.taiwanPermit, "1234567890B", .valid),
      (.taiwanPermit, "123456789", .invalid(.malformedValue)),
      (.mobilePhone, "13800138000", .valid),
      (.mobilePhone, "12800138000", .invalid(.malformedValue)),
      (.mobilePhone, "1380013800", .invalid(.malformedValue)),
      (.mobilePhone, "1380013800a", .invalid(.malformedValue)),
      (.bankCard, "6228480012345678903", .valid), (.bankCard, "6217001234567890122", .valid),
      (.bankCard, "6222021234567894", .valid),
      (.bankCard, "6228480012345678900", .invalid(.wrongCheckCharacter)),
      (.bankCard, "622848", .invalid(.malformedValue)),
      (.taxpayerNumber, "91110000600037341L", .valid), (.taxpayerNumber, "110105600037341", .valid),
      (.taxpayerNumber, "11010519491231002X", .valid),
      (.taxpayerNumber, "11010519491231002X01", .valid),
      (.taxpayerNumber, "91110000600037340L", .invalid(.wrongCheckCharacter)),
      (.taxpayerNumber, "1101056000", .invalid(.malformedValue)),
      (.serviceItemCode, "000117051000", .valid),
      (.serviceItemCode, "11440232MB2D06811W4000117051000", .valid),
      (.serviceItemCode, "11370800MB285591843370117002011", .valid),
      (.serviceItemCode, "11370800MB28559184337011700201101", .valid),
      (.serviceItemCode, "11370800MB285591842370117002011X", .invalid(.malformedValue)),
      (.serviceItemCode, "11370800MB285591809370117002011", .invalid(.malformedValue)),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U", .valid
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0", .valid
      ),
      // The issuer is a division.
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", .valid
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
        .invalid(.wrongCheckCharacter)
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.D",
        .valid
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.3.11100000000013338W011.11430000006122244L.20230000403.001.U",
        .invalid(.malformedValue)
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.01.U",
        .invalid(.malformedValue)
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001",
        .invalid(.malformedValue)
      ),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L..001.U", .invalid(.malformedValue)
      ),
      (.division, "330106", .valid), (.division, "330106001", .valid),
      (.division, "190000", .warning(.unknownRegion)),
      (.division, "33010", .invalid(.malformedValue)),
    ])
  func others(kind: IdentifierKind, number: String, expected: Expected) {
    #expect(outcome(kind, number) == expected)
  }

  @Test(
    "a number as people write it is the same number",
    arguments: [
      (IdentifierKind.gb11643, " 11010519491231002X ", "11010519491231002X"),
      (.gb11643, "11010519491231002x", "11010519491231002X"),
      (.gb11643, "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
      (.gb11643, "\u{3000}１１０１０５１９４９１２３１００２ｘ\u{A0}\t", "11010519491231002X"),
      (.gb32100, "91110105ma00te5t2t", "91110105MA00TE5T2T"),
      (.gb32100, "91110105MA00TE5T2T\n", "91110105MA00TE5T2T"),
      (.gb11714, "D2143569-X", "D2143569X"), (.gb11714, "Ｄ２１４３５６９－Ｘ", "D2143569X"),
      (.mobilePhone, "+86 138-0013-8000", "13800138000"),
      (.mobilePhone, "008613800138000", "13800138000"),
      (.bankCard, "6222 0212 3456 7894", "6222021234567894"),
      (
        .licenceIdentifier,
        "1.2.156.3005.2.11100000000013661b006.113700000045046442.209fa4e88f9e4c878f3e9bed2ce7ea49.001.d",
        "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.D"
      ),
    ])
  func written(kind: IdentifierKind, written: String, canonical: String) {
    #expect(Canonical.form(of: written, kind: kind) == canonical)
    #expect(outcome(kind, written, strict: false) == .valid)
  }

  @Test(
    "what is no number of any kind is refused and not repaired",
    arguments: [
      "***********", "1101 0519491231002X", "\u{FFFD}", String(repeating: "1", count: 200), "\0",
      "",
    ])
  func hopeless(text: String) {
    for kind in IdentifierKind.allCases {
      let result = kind.check(written: text, Reference(today: today))
      #expect(!result.isAccepted)
      let words = result.finding?.expectation.description ?? ""
      #expect(!words.isEmpty && (text.isEmpty || !words.contains(text)))
    }
  }

  @Test(
    "fifteen digits become eighteen; the last sequences belong to people born in the 1800s",
    arguments: [
      ("110105491231002", "11010519491231002X"), ("110101991231996", "110101189912319962"),
      ("110101991231995", "110101199912319953"),
    ])
  func conversion(old: String, new: String) {
    #expect(IdentityNumber.converted(old) == new)
    #expect(outcome(.gb11643, new) == .valid)
  }

  @Test("what does not have fifteen digits is not converted")
  func noConversion() {
    #expect(IdentityNumber.converted("11010549123100X") == nil)
    #expect(IdentityNumber.converted("11010519491231002X") == nil)
  }

  @Test("day of birth and sex are read from both forms")
  func parts() {
    let birth = CivilDate(year: 1949, month: 12, day: 31)
    for number in ["11010519491231002X", "110105491231002"] {
      #expect(withBytes(of: number, IdentityNumber.birthDate) == birth)
      #expect(withBytes(of: number, IdentityNumber.sex) == UInt8(ascii: "2"))
    }
    #expect(withBytes(of: "110101199003078814", IdentityNumber.sex) == UInt8(ascii: "1"))
    #expect(withBytes(of: "1101", IdentityNumber.birthDate) == nil)
    #expect(withBytes(of: "1101", IdentityNumber.sex) == nil)
  }

  @Test("without a day for today, no number is in the future")
  func noClock() {
    #expect(Expected(withBytes(of: "110101203001018817") { IdentityNumber.check($0) }) == .valid)
  }

  @Test("every kind is found by its name, and by the words that people use")
  func names() {
    for kind in IdentifierKind.allCases { #expect(IdentifierKind(name: kind.rawValue) == kind) }
    #expect(IdentifierKind(name: "uscc") == .gb32100)
    #expect(IdentifierKind(name: "resident-id") == .gb11643)
    #expect(IdentifierKind(name: "nothing") == nil)
  }
}
