import Foundation
import TestSupport
import Testing

@testable import Standards

/// Agreement with PyPI's python-stdnum, where it is at hand: `TONGBAN_DIFFERENTIAL=1` asks for it.
@Suite(
  "identifiers beside python-stdnum",
  .enabled(
    if: ProcessInfo.processInfo.environment["TONGBAN_DIFFERENTIAL"] == "1",
    "TONGBAN_DIFFERENTIAL=1 asks for it; it needs python3 with python-stdnum"))
struct DifferentialTests {
  @Test("credit codes, identity numbers and bank cards are judged alike")
  func differential() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    let cases = (0..<20_000).map { _ in randomCase(&random) }
    let verdicts = verdicts(cases.map { "\($0.rawValue) \($1)" })
    #expect(verdicts.count == cases.count)
    print(
      "differential: \(cases.count) numbers, \(verdicts.count { $0 == "True" }) valid, seed \(seed)"
    )
    for ((kind, number), verdict) in zip(cases, verdicts) {
      let ours = kind.check(written: number, Reference(today: today)).isAccepted
      #expect(
        ours == (verdict == "True"), "seed \(seed): \(kind.rawValue) of \(number.count) characters")
    }
  }

  /// True numbers, and true ones with a character changed. Divisions and authorities are those that stdnum knows too.
  private func randomCase(_ random: inout Seeded) -> (IdentifierKind, String) {
    switch Int.random(in: 0...2, using: &random) {
    case 0:
      let day = CivilDate(daysSince1970: Int.random(in: 0...18_000, using: &random))
      let birth = (day?.description ?? "").filter { $0 != "-" }
      var bytes = Array("110101\(birth)\(Int.random(in: 100...999, using: &random))".utf8)
      bytes.append(bytes.withUnsafeBytes { checkCharacter($0) })
      return (.gb11643, changed(bytes, "0123456789X", from: 6, &random))
    case 1:
      let codes = [
        "91110000600037341L", "91350100M000100Y43", "12520302429400744T", "914403001922038216",
      ]
      let code = Array(codes[Int.random(in: 0..<codes.count, using: &random)].utf8)
      return (.gb32100, changed(code, "0123456789ABCDEFGHJKLMNPQRTUWXY", from: 8, &random))
    default:
      return (.bankCard, changed(Array("6228480012345678903".utf8), "0123456789", from: 0, &random))
    }
  }

  private func changed(
    _ number: [UInt8], _ alphabet: String, from first: Int, _ random: inout Seeded
  ) -> String {
    var number = number
    if Bool.random(using: &random) {
      let characters = Array(alphabet.utf8)
      let place = Int.random(in: first..<number.count, using: &random)
      number[place] = characters[Int.random(in: 0..<characters.count, using: &random)]
    }
    return String(decoding: number, as: UTF8.self)
  }

  private func verdicts(_ lines: [String]) -> [String] {
    let script = """
      import sys
      from stdnum import luhn
      from stdnum.cn import ric, uscc
      kinds = {'gb11643': ric, 'gb32100': uscc, 'bank-card': luhn}
      for line in sys.stdin:
          kind, number = line.split()
          print(kinds[kind].is_valid(number))
      """
    return TestServers.run(
      "/usr/bin/env", ["python3", "-c", script], input: lines.joined(separator: "\n")
    ).split(separator: "\n").map(String.init)
  }
}
