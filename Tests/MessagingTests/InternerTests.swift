import Testing

@testable import Messaging

@Suite struct InternerTests {
  @Test("whatever came before, the text is that of the octets: no collision ever shows")
  func faithful() {
    var interner = Interner()
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    for _ in 0..<20_000 {
      // Alike at both ends and of few lengths, so that they meet in one slot.
      let middle = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        "ab".randomElement(using: &random) ?? "a"
      }
      let text = "cloudEvents_\(String(middle))_same-end"
      let octets = Array((Bool.random(using: &random) ? text : String(middle)).utf8)
      #expect(
        octets.withUnsafeBytes { interner.text($0) } == String(decoding: octets, as: UTF8.self),
        "seed \(seed)")
    }
  }

  @Test(
    "octets that are not UTF-8 are no text",
    arguments: [[0xFF], [0xC0, 0x80], Array(repeating: 0xB9, count: 200)])
  func invalid(octets: [UInt8]) {
    var interner = Interner()
    #expect(octets.withUnsafeBytes { interner.text($0) } == nil)
    #expect(([] as [UInt8]).withUnsafeBytes { interner.text($0) } == "")
  }
}
