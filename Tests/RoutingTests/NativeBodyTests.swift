import Records
import Testing

@testable import Routing

@Suite struct NativeBodyTests {
  @Test("lines are counted from 1, in UTF-16 too")
  func lines() {
    let text = NativeBody(Array("a\nb\n\nc".utf8), charset: .gb18030)
    #expect([0, 1, 2, 4, 5].map { text.line(of: $0) } == [1, 1, 2, 3, 4])
    // U+0A0A, a line break, A, U+0A41, a line break, B: octets of 0x0A that end no line.
    let wide = NativeBody(
      [0x0A, 0x0A, 0, 0x0A, 0, 0x41, 0x0A, 0x41, 0, 0x0A, 0, 0x42], charset: .utf16BigEndian)
    #expect([0, 4, 6, 10].map { wide.line(of: $0) } == [1, 2, 2, 3])
    let little = NativeBody([0xFF, 0xFE, 0, 0x0A, 0x0A, 0, 0x41, 0], charset: .utf16)
    #expect([2, 4, 6].map { little.line(of: $0) } == [1, 1, 2])
  }

  @Test(
    "octets are text where they are ASCII or UTF-8, else hexadecimal, and nothing outside the body")
  func octets() {
    let body = NativeBody([0x41, 0xCD, 0xF5, 0x42], charset: .gb18030)
    #expect(body.raw(at: 0, count: 1) == "A")
    #expect(body.raw(at: 1, count: 2) == "CD F5")
    #expect(body.raw(at: 3, count: 2) == nil && body.raw(at: -1, count: 1) == nil)
    #expect(NativeBody(Array("王".utf8), charset: .utf8).raw(at: 0, count: 3) == "王")
    #expect(NativeBody([0x0A], charset: .utf8).raw(at: 0, count: 1) == "0A")
  }
}
