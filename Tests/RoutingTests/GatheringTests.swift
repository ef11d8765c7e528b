import Foundation
import Testing

@testable import Routing

/// Consecutive records that belong together become one.
@Suite struct GatheringTests {
  private static let csv = "{kind: 'delimited', columns: ['K', 'V'], header: false}"
  private static let rows = ScratchHome.mapping("{id: 'K', rows: 'ROWS[*].V', name: 'ROWS[0].V'}")
    .replacing("'id'", with: "'K'")

  private func home(
    _ gather: String = "{by: 'K', as: 'ROWS'}", format: String = csv, mapping: String = rows
  ) throws -> ScratchHome {
    try ScratchHome(
      format: format, event: "gather: \(gather), mapping: 'm'", mappings: ["m": mapping])
  }

  private func data(_ home: ScratchHome, _ body: String) throws -> [String] {
    try home.work(body).messages.map(text)
  }

  @Test(
    "records of one key become one event with a list, whatever the format",
    arguments: [
      (csv, "a,1\na,2\nb,3\n"),
      (
        "{kind: 'json', lines: true}",
        #"{"K":"a","V":"1"}"# + "\n" + #"{"K":" a","V":"2"}"# + "\n" + #"{"K":"b","V":"3"}"#
      ),
      (
        "{kind: 'xml', record: 'R/W'}",
        "<R><W><K>a</K><V>1</V></W><W><K>a</K><V>2</V></W><W><K>b</K><V>3</V></W></R>"
      ),
      ("{kind: 'fixed-width', length: 2, fields: {K: [1, 1], V: [2, 1]}}", "a1\na2\nb3\n"),
      ("{kind: 'key-value'}", "K=a\nV=1\n\nK=a\nV=2\n\nK=b\nV=3\n"),
    ])
  func formats(format: String, body: String) throws {
    #expect(
      try data(try home(format: format), body) == [
        #"{"id":"a","rows":["1","2"],"name":"1"}"#, #"{"id":"b","rows":["3"],"name":"3"}"#,
      ])
  }

  @Test("a first record begins anew where the lines after it have no key")
  func start() throws {
    let mapping = ScratchHome.mapping(
      "{id: 'ROWS[0].V', rows: {each: 'ROWS', when: {K: 'D'}, item: 'V'}}"
    ).replacing("'id'", with: "'ROWS[0].V'")
    let home = try home("{start: {K: ['H', 'h']}, as: 'ROWS'}", mapping: mapping)
    #expect(
      try data(home, "H,x\nD,1\nD,2\nh,y\n") == [#"{"id":"x","rows":["1","2"]}"#, #"{"id":"y"}"#])
    let letter = try home.work("D,1\nD,2\nH,x\n").letter
    #expect(
      letter?.code == "RECORDS_INCOMPLETE" && letter?.place.hasPrefix("records 1 to 2") == true)
  }

  @Test("ids are those of the first record, and the same in a repeat")
  func ids() throws {
    let home = try home()
    let ids = try home.work("a,1\na,2\nb,3\n").messages.map(\.properties.messageID)
    #expect(Set(ids).count == 2)
    #expect(try home.work("a,1\na,2\nb,3\n").messages.map(\.properties.messageID) == ids)
  }

  @Test(
    "a bad record takes what it may belong to with it, unless the adapter leaves it out",
    arguments: [
      // a1 a2 | bad | b3: the bad one may be of a or of b.
      (
        "refuse", "a,1\na,2\na\nb,3\nc,4\n", [#"{"id":"c","rows":["4"],"name":"4"}"#],
        "records 1, 4"
      ),
      // In the midst of a, it can only be of a.
      ("refuse", "a,1\na\na,2\nb,3\n", [#"{"id":"b","rows":["3"],"name":"3"}"#], "records 1"),
      // Without a key.
      ("refuse", ",1\nb,3\nc,4\n", [#"{"id":"c","rows":["4"],"name":"4"}"#], "records 2"),
      (
        "absent", "a,1\na\na,2\nb,3\n",
        [#"{"id":"a","rows":["1","2"],"name":"1"}"#, #"{"id":"b","rows":["3"],"name":"3"}"#], ""
      ),
    ])
  func bad(policy: String, body: String, events: [String], others: String) throws {
    let verdict = try home("{by: 'K', as: 'ROWS', bad: '\(policy)'}").work(body)
    #expect(verdict.messages.map(text) == events)
    let letter = try #require(verdict.letter)
    #expect(letter.code == (body.hasPrefix(",") ? "MISSING_FIELD" : "COLUMN_COUNT"))
    #expect(letter.place.hasPrefix("record "))
    #expect(
      others.isEmpty
        ? !letter.expectation.contains("also bad")
        : letter.expectation.hasSuffix("(also bad: \(others))"), "\(letter.expectation)")
  }

  @Test("a fault of one member names its own place, not that of the first")
  func place() throws {
    let mapping = Self.rows.replacing(
      "'ROWS[*].V'",
      with: "{each: 'ROWS', item: {from: 'V', table: {'1': '1', '2': '2', '3': '3'}}}")
    let letter = try home(mapping: mapping).work("a,1\na,2\nb,3\nb,x\n").letter
    #expect(
      letter?.place == "record 4, line 4, byte 14: ROWS[1].V → rows[1]", "\(letter?.place ?? "")")
  }

  @Test("a body that ends in the midst is not taken for whole, whatever the policy")
  func torn() throws {
    let format = "{kind: 'json', record: 'r'}"
    let home = try home("{by: 'K', as: 'ROWS', bad: 'absent'}", format: format)
    let verdict = try home.work(#"{"r":[{"K":"a","V":"1"},{"K":"b","V":"2"},{"K":"b","V":"#)
    #expect(!verdict.messages.map(text).contains { $0.contains(#""b""#) })
    #expect(verdict.letter?.code == "NOT_JSON")
  }

  @Test("a key that comes again later is refused, since half of a whole would pass for it")
  func scattered() throws {
    let verdict = try home().work("a,1\nb,2\na,3\n")
    #expect(verdict.messages.count == 2)
    #expect(verdict.letter?.code == "RECORDS_SCATTERED")
    #expect(verdict.letter?.place == "records 3 to 3, line 3: ROWS")
  }

  @Test("what belongs together is bounded, and the next goes on")
  func bounds() throws {
    let verdict = try home("{by: 'K', as: 'ROWS', most: 3}").work("a,1\na,2\na,3\na,4\na,5\nb,1\n")
    #expect(verdict.messages.map(text) == [#"{"id":"b","rows":["1"],"name":"1"}"#])
    #expect(verdict.letter?.code == "TOO_LARGE")
    #expect(verdict.letter?.place.hasPrefix("records 1 to 5") == true)
    let long = String(repeating: "x", count: 9 << 20)
    let octets = try home().work("a,\(long)\na,\(long)\nb,1\n")
    #expect(octets.messages.count == 1 && octets.letter?.code == "TOO_LARGE")
  }

  @Test(
    "mistakes are told with the nearest right name",
    arguments: [
      ("{by: 'KK', as: 'ROWS'}", "unknown field \"KK\"; did you mean \"K\"?"),
      ("{by: 'K'}", "\"as\" is missing"), ("{as: 'ROWS'}", "expected \"by\""),
      ("{by: 'K', start: {K: '1'}, as: 'ROWS'}", "expected \"by\""),
      ("{by: 'K', as: 'K'}", "need two names"),
      ("{by: 'K', as: 'ROWS', most: 0}", "expected a number from 1 to 100000"),
      ("{start: {K: '1', V: '2'}, as: 'ROWS'}", "expected one field and its values"),
      ("{start: {K: '1'}, as: 'ROWS', bad: 'absent'}", "needs \"by\""),
      ("{by: 'K', as: 'ROW'}", "unknown field \"ROWS.V\"; did you mean \"ROW.V\"?"),
    ])
  func mistakes(gather: String, message: String) throws {
    #expect {
      try home(gather).adapters()
    } throws: { "\($0)".contains(message) }
  }

  @Test("lines that travel alone cannot be gathered")
  func lines() throws {
    let home = try ScratchHome(
      format: Self.csv, event: "gather: {by: 'K', as: 'ROWS'}, mapping: 'm'",
      mappings: ["m": Self.rows],
      more: ", edge: {collect: [{files: 'out', event: 'rent', region: '330106', records: 'lines'}]}"
    )
    #expect { try home.adapters() } throws: { "\($0)".contains("each line would travel alone") }
  }
}
