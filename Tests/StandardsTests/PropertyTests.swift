import TestSupport
import Testing

@testable import Standards

@Suite("identifiers, at random") struct PropertyTests {
  @Test("one wrong or two exchanged characters are always noticed in a number with MOD 11-2")
  func errorsAreNoticed() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    for _ in 0..<2_000 {
      let number = randomIdentityNumber(&random)
      #expect(accepted(.gb11643, number), "seed \(seed)")
      let place = Int.random(in: 0..<17, using: &random)
      var changed = number
      changed[place] =
        UInt8(ascii: "0")
        + (changed[place] - UInt8(ascii: "0") + 1 + UInt8.random(in: 0..<9, using: &random)) % 10
      #expect(!accepted(.gb11643, changed), "seed \(seed)")
      var exchanged = number
      if place < 16, exchanged[place] != exchanged[place + 1] {
        exchanged.swapAt(place, place + 1)
        #expect(!accepted(.gb11643, exchanged), "seed \(seed)")
      }
    }
  }

  @Test("one wrong character is always noticed in a credit code")
  func creditCodeErrors() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    let code = Array("91350100M000100Y43".utf8)
    for _ in 0..<2_000 {
      var changed = code
      let place = Int.random(in: 0..<18, using: &random)
      changed[place] = alphabet[Int.random(in: 0..<31, using: &random)]
      #expect(accepted(.gb32100, changed) == (changed == code), "seed \(seed)")
    }
  }

  @Test("random bytes never crash a check, and its finding never repeats them")
  func garbage() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    for _ in 0..<5_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        random.next() & 3 == 0
          ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 48...57, using: &random)
      }
      for kind in IdentifierKind.allCases {
        let outcome = bytes.withUnsafeBytes { raw in
          Canonical.withForm(of: raw, kind: kind) { kind.check($0, Reference(today: today)) }
        }
        let words = outcome.finding?.expectation.description ?? ""
        if bytes.count > 4 { #expect(!words.utf8.contains(bytes), "seed \(seed)") }
      }
    }
  }

  @Test("every day of four centuries is counted there and back")
  func days() throws {
    var before = try #require(CivilDate(year: 1800, month: 1, day: 1))
    for days in before.daysSince1970 + 1..<before.daysSince1970 + 146_097 {
      let date = try #require(CivilDate(daysSince1970: days))
      #expect(date > before)
      #expect(date.daysSince1970 == days)
      before = date
    }
  }

  private func accepted(_ kind: IdentifierKind, _ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { kind.check($0, Reference(today: today)).isAccepted }
  }

  private func randomIdentityNumber(_ random: inout Seeded) -> [UInt8] {
    let date = CivilDate(daysSince1970: Int.random(in: -60_000...20_000, using: &random))
    let birth = (date?.description ?? "").filter { $0 != "-" }
    let sequence = Int.random(in: 100...999, using: &random)
    var bytes = Array("110101\(birth)\(sequence)".utf8)
    bytes.append(bytes.withUnsafeBytes { checkCharacter($0) })
    return bytes
  }
}
