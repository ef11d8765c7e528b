import Adapters
import Foundation
import Testing

@testable import Routing

@Suite struct DifferenceTests {
  @Test("events differ field by field, and are paired by their ids")
  func events() {
    let differences = Difference.between(
      expected: [
        #"{"id":"1","data":{"a":"x","b":1}}"#, #"{"id":"2","data":{"a":"y"}}"#,
      ],
      found: [#"{"id":"2","data":{"a":"z","l":[true]}}"#, #"{"id":"3","data":{}}"#], "event",
      keys: ["id", "type"])
    #expect(
      differences == [
        Difference(
          what: "event 1", path: "", expected: #"{"id":"1","data":{"a":"x","b":1}}"#, found: nil),
        Difference(what: "event 2", path: "data.a", expected: "\"y\"", found: "\"z\""),
        Difference(what: "event 2", path: "data.l[0]", expected: nil, found: "true"),
        Difference(what: "event 3", path: "", expected: nil, found: #"{"id":"3","data":{}}"#),
      ])
  }

  @Test("lines with one id twice are paired in order; equal ones do not differ")
  func repeated() {
    let lines = [#"{"record":1,"reason":"A"}"#, #"{"record":1,"reason":"B"}"#]
    #expect(
      Difference.between(expected: lines, found: lines, "letter", keys: ["record", "item"]).isEmpty)
    let differences = Difference.between(
      expected: lines, found: lines.reversed(), "letter", keys: ["record", "item"])
    #expect(differences.map(\.what) == ["letter 1", "letter 2"])
    #expect(differences.map(\.path) == ["reason", "reason"])
  }

  @Test("what differs in writing alone is told as that")
  func writing() {
    let differences = Difference.between(
      expected: [#"{"id":"1","a":1,"b":2}"#], found: [#"{"id":"1","b":2,"a":1}"#], "event",
      keys: ["id", "type"])
    #expect(differences.count == 1 && differences[0].path.hasPrefix("the order of members"))
  }

  @Test("bodies in a department's format differ by fields, or by octets where the fields are equal")
  func bodies() throws {
    let adapters = try AdapterSet.load(home: home).adapters
    let native = try #require(
      adapters["social-security"]?.deliveries["std.tax-registration.v1"]?.native)
    let line = Array("91330106000000422Y,A,1,20261102090000,U\r\n".utf8)
    let other = Array("91330106000000422Y,B,1,20261102090000,U\r\n".utf8)
    #expect(
      Difference.between(expected: line, found: other, in: native) == [
        Difference(what: "body", path: "AAB004", expected: "\"A\"", found: "\"B\"")
      ])
    let bare = Difference.between(expected: line, found: line.dropLast(2), in: native)
    #expect(bare.map(\.path) == ["byte 39"] && bare[0].expected == "2 bytes: 0D 0A")
    #expect(bare[0].found == "the end")
    let nothing = Difference.between(expected: nil, found: line, in: native)
    #expect(nothing.count == 1 && nothing[0].expected == nil)
    #expect(Difference.between(expected: nil, found: nil, in: native).isEmpty)
  }
}

extension Difference {
  fileprivate static func between(
    expected: [UInt8]?, found: ArraySlice<UInt8>, in native: NativeFormat
  ) -> [Difference] {
    between(expected: expected, found: Array(found), in: native)
  }
}
