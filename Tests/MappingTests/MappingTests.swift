import Configuration
import Mapping
import Records
import Standards
import Testing

@Suite("The envelope") struct EnvelopeTests {
  static let text = """
    {from: 'e', to: 'std.x.v1',
     event: {
       id: 'ID', region: {from: 'R', as: 'division'},
       change: {first: [{constant: 'reversed', when: {C: '1'}}, {from: 'T', table: {N: 'created', U: 'updated', D: 'deleted'}}]},
       entity: [{person: 'P'}, {enterprise: 'E'}], subject: 'S', time: {from: 'W', time: 'yyyyMMddHHmmss'},
       reverses: {from: 'O', when: {C: '1'}},
     },
     fields: {p: 'P'}}
    """

  @Test("tells the change, the region, whose record it is, and when")
  func envelope() throws {
    let mapping = try Mapping.read(Self.text)
    let result = try mapping.map(
      #"{"ID":" 7 ","R":"330106001","T":"N","P":"p1","S":"s","W":"20240131120000","O":"6"}"#)
    #expect(result.change == .created)
    #expect(result.envelope(\.id) == "7")
    #expect(result.envelope(\.region) == "330106")
    #expect(result.envelope(\.entity) == "person:p1")
    #expect(result.envelope(\.subject) == "s")
    #expect(result.envelope(\.time) == "2024-01-31T12:00:00+08:00")
    #expect(result.envelope(\.reverses) == "")
    #expect(result.json == #"{"p":"p1"}"#)
  }

  @Test("a reversal names what it takes back, and the second kind of entity steps in for the first")
  func reversal() throws {
    let result = try Mapping.read(Self.text).map(
      #"{"ID":"7","R":"330106","T":"U","E":"e1","C":"1","O":"6"}"#)
    #expect(result.change == .reversed)
    #expect(result.envelope(\.reverses) == "6")
    #expect(result.envelope(\.entity) == "enterprise:e1")
    #expect(result.envelope(\.time) == "")
  }

  @Test("without id, change, region or entity a record is refused, with all of them named")
  func missing() throws {
    let result = try Mapping.read(Self.text).map("{}")
    #expect(result.outcome == .refused)
    #expect(result.codes == Array(repeating: .missingField, count: 4))
    #expect(
      result.faults.map(\.target) == ["event.id", "event.change", "event.region", "event.entity"])
  }

  @Test("a change that is none of the four is a mistake in the file")
  func wrongChange() throws {
    let text = Self.text.replacing("'deleted'", with: "'deletd'")
    #expect {
      try Mapping.read(text)
    } throws: {
      "\($0)" == "m.json5:4: event.change: unknown change \"deletd\"; did you mean \"deleted\"?"
    }
  }

  @Test("a change that comes from the record itself must be one of the four")
  func nativeChange() throws {
    let text = Self.text.replacing(
      "{from: 'T', table: {N: 'created', U: 'updated', D: 'deleted'}}", with: "'T'")
    let record = #"{"ID":"7","R":"330106","T":"X","P":"p"}"#
    let result = try Mapping.read(text).map(record)
    #expect(result.codes == [.malformedValue])
    #expect(try Mapping.read(text).map(record.replacing("X", with: "deleted")).change == .deleted)
  }
}

@Suite("Faults and warnings") struct FaultTests {
  @Test("a fault says code, target, source, byte, expectation and rule, and never the value")
  func fault() throws {
    let mapping = try Mapping.fields("{g: [{n: {from: 'A.B', as: 'identity-number'}}]}")
    let record = #"{"A":{"B":"110105194912310021"}}"#
    let result = try mapping.map(record)
    let fault = try #require(result.faults.first)
    #expect(fault.code == .wrongCheckCharacter)
    #expect(fault.target == "g[0].n")
    #expect(fault.source == "A.B")
    #expect(
      Array(record.utf8)[fault.byte...].starts(with: Array("\"110".utf8))
        || Array(record.utf8)[fault.byte...].starts(with: Array("110".utf8)))
    #expect(fault.rule == "m.json5: fields.g[0].n")
    #expect(!"\(fault)".contains("19491231"))
    #expect("\(fault)".contains("GB 11643"))
  }

  @Test("all faults of a record are told, up to a bound")
  func all() throws {
    let result = try Mapping.fields(
      "{a: {from: 'A', required: true}, b: {from: 'B', as: 'number'}, c: {from: 'C', date: 'any'}, d: 'D'}"
    ).map(#"{"B":"x","C":"2024-02-30","D":"d"}"#)
    #expect(result.codes == [.missingField, .notANumber, .impossibleDate])
    let many = (0..<100).map { "f\($0): {from: 'F\($0)', required: true}" }.joined(separator: ",")
    #expect(try Mapping.fields("{\(many)}").map("{}").faults.count == 32)
  }

  @Test("one bad value is one fault, however many rules use it")
  func once() throws {
    let result = try Mapping.fields(
      "{a: {from: 'A', as: 'number'}, b: {from: 'A', as: 'whole-number'}, c: {join: ['B', {from: 'A', as: 'number'}]}}"
    ).map(#"{"A":"x","B":"y"}"#)
    #expect(result.codes == [.notANumber])
    #expect(result.faults.first?.target == "a")
  }

  @Test("inside a list the fault names the item, in the output and in the record")
  func items() throws {
    let result = try Mapping.fields("{l: {each: 'D.E', item: {n: {from: 'n', as: 'number'}}}}")
      .map(#"{"D":{"E":[{"n":"1"},{"n":"x"},{"n":"y"}]}}"#)
    #expect(result.faults.map(\.target) == ["l[1].n", "l[2].n"])
    #expect(result.faults.map(\.source) == ["D.E[1].n", "D.E[2].n"])
  }

  @Test("a machine forgets the faults of the record before")
  func forgets() throws {
    let mapping = try Mapping.fields("{a: {from: 'A', required: true}}")
    var machine = MappingMachine()
    var output = Tree()
    #expect(mapping.run(try Tree(json: "{}"), into: &output, on: &machine) == .refused)
    #expect(machine.faults.count == 1)
    #expect(mapping.run(try Tree(json: #"{"A":"x"}"#), into: &output, on: &machine) != .refused)
    #expect(machine.faults.isEmpty)
    #expect(output.json() == #"{"a":"x"}"#)
  }

  @Test("a record that is no object has nothing to map")
  func noObject() throws {
    for record in ["[]", "1", "\"x\"", "null", "[{\"A\":\"x\"}]"] {
      #expect(
        try Mapping.fields("{a: 'A', b: {from: 'B', required: true}}").map(record).outcome
          == .refused)
    }
  }
}
