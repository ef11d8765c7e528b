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
    for kind in [IdentifierKind.gb11643, .gb32100, .bankCard] {
      let judged = zip(cases, verdicts).filter { $0.0.0 == kind }.map(\.1)
      print(
        "differential: python-stdnum judged \(judged.count) \(kind.rawValue), "
          + "\(judged.count { $0 == "True" }) valid, seed \(seed)")
    }
    for ((kind, number), verdict) in zip(cases, verdicts) {
      let ours = kind.check(written: number, Reference(today: today)).isAccepted
      #expect(
        ours == (verdict == "True"), "seed \(seed): \(kind.rawValue) of \(number.count) characters")
    }
  }

  /// True numbers, true ones with a character changed, and rubbish of nearly the right form.
  ///
  /// Left out is what python-stdnum judges otherwise, by what it knows: it refuses credit codes of the authorities A, N
  /// and Y, takes the authority and the kind 0, has no number of fifteen digits, no today, and a list of divisions.
  private func randomCase(_ random: inout Seeded) -> (IdentifierKind, String) {
    switch Int.random(in: 0...2, using: &random) {
    case 0: (.gb11643, identityNumber(&random))
    case 1: (.gb32100, creditCode(&random))
    default: (.bankCard, bankCard(&random))
    }
  }

  private func identityNumber(_ random: inout Seeded) -> String {
    let day = CivilDate(daysSince1970: Int.random(in: 0...18_000, using: &random))
    var birth = (day?.description ?? "").filter { $0 != "-" }
    if Int.random(in: 0..<4, using: &random) == 0 {
      // Days that no calendar has among days that are right.
      let (month, day) = (
        Int.random(in: 0...14, using: &random), Int.random(in: 0...33, using: &random)
      )
      birth = "\(Int.random(in: 1950...2019, using: &random))" + twoDigits(month) + twoDigits(day)
    }
    var bytes = Array("110101\(birth)\(Int.random(in: 100...999, using: &random))".utf8)
    bytes.append(bytes.withUnsafeBytes { checkCharacter($0) })
    let number = changed(bytes, "0123456789X", from: 6, &random)
    return number.utf8.count == 15 ? number + "0" : number
  }

  private func creditCode(_ random: inout Seeded) -> String {
    let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    var code = (0..<2).map { _ in UInt8.random(in: 0x31...0x39, using: &random) }
    code += (0..<6).map { _ in UInt8.random(in: 0x30...0x39, using: &random) }
    code += (0..<9).map { _ in alphabet[Int.random(in: 0..<31, using: &random)] }
    let sum = (0..<17).reduce((sum: 0, weight: 1)) { so, place in
      let value = alphabet.firstIndex(of: code[place]) ?? 0
      return (so.sum + value * so.weight, so.weight * 3 % 31)
    }.sum
    code.append(alphabet[(31 - sum % 31) % 31])
    return changed(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", from: 8, &random)
  }

  /// Of seventeen or eighteen digits, the last of which is right by Luhn; a bank card has sixteen to nineteen.
  private func bankCard(_ random: inout Seeded) -> String {
    var digits = (0..<Int.random(in: 16...17, using: &random)).map { _ in
      UInt8.random(in: 0...9, using: &random)
    }
    let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
      let value = Int(digit.element) * (digit.offset % 2 == 0 ? 2 : 1)
      return sum + value / 10 + value % 10
    }
    digits.append(UInt8((10 - sum % 10) % 10))
    return changed(digits.map { $0 + 0x30 }, "0123456789", from: 0, &random)
  }

  private func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

  /// As it is, or with a character changed, lost, doubled, or swapped with its neighbour.
  private func changed(
    _ number: [UInt8], _ alphabet: String, from first: Int, _ random: inout Seeded
  ) -> String {
    var number = number
    let place = Int.random(in: first..<number.count - 1, using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: number[place] = Array(alphabet.utf8).randomElement(using: &random) ?? 0x30
    case 1: number.remove(at: place)
    case 2: number.insert(number[place], at: place)
    case 3: number.swapAt(place, place + 1)
    default: break
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
