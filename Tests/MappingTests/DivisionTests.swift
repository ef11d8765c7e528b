import Configuration
import Mapping
import Records
import Testing

/// `records`: what of a native record becomes records of its own.
@Suite("One record that becomes several") struct DivisionTests {
  private struct Item {
    var number: Int
    var mapped: Mapped
  }

  private func items(_ mapping: Mapping, _ record: String) throws -> [Item] {
    var machine = MappingMachine()
    var output = Tree()
    var items: [Item] = []
    mapping.runEach(try Tree(json: record), into: &output, on: &machine) {
      number, outcome, output, machine in
      items.append(
        Item(
          number: number,
          mapped: Mapped(
            outcome: outcome, tree: output, faults: machine.faults, warnings: machine.warnings)))
    }
    return items
  }

  private static let text = """
    {from: 'x', to: 'y', records: {each: 'P', when: {t: {not: 'skip'}}},
     event: {id: {join: ['$.N', 'n'], with: '-'}, change: {constant: 'updated'}, region: '$.R',
             entity: {person: 'n'}},
     fields: {n: {from: 'n', as: 'whole-number', required: true}, all: '$.N', kinds: 'k[*]',
              list: {each: 'k', item: {v: '.', n: '$.N'}}, rest: {from: 't', letters: 'upper'}}}
    """

  @Test(
    "fields and envelope are found from each item, and $ reaches the record; the numbers are those of the list"
  )
  func each() throws {
    let found = try items(
      try Mapping.read(Self.text),
      #"{"N":"7","R":"330106","P":[{"n":"1","k":["a","b"]},{"n":"2","t":"skip"},{"n":"3","t":"x"}]}"#
    )
    #expect(found.map(\.number) == [1, 3])
    #expect(
      found.map(\.mapped.json) == [
        #"{"n":1,"all":"7","kinds":["a","b"],"list":[{"v":"a","n":"7"},{"v":"b","n":"7"}]}"#,
        #"{"n":3,"all":"7","rest":"X"}"#,
      ])
    #expect(found.map { $0.mapped.envelope(\.id) } == ["7-1", "7-3"])
    #expect(found.map { $0.mapped.envelope(\.entity) } == ["person:1", "person:3"])
  }

  @Test("what is no list counts as a list of one")
  func one() throws {
    let found = try items(try Mapping.read(Self.text), #"{"N":"7","R":"1","P":{"n":"1"}}"#)
    #expect(found.map(\.number) == [1] && found[0].mapped.json == #"{"n":1,"all":"7"}"#)
  }

  @Test("a bad item is told with its place and does not stop its neighbours")
  func neighbours() throws {
    let found = try items(
      try Mapping.read(Self.text),
      #"{"N":"7","R":"1","P":[{"n":"1"},{"n":"x"},{"n":"3"},{"k":["a"]}]}"#)
    #expect(found.map(\.number) == [1, 2, 3, 4])
    #expect(found.map(\.mapped.codes) == [[], [.notANumber], [], [.missingField, .missingField]])
    #expect(found[1].mapped.faults[0].source == "P[1].n" && found[1].mapped.faults[0].byte > 0)
    #expect(found[2].mapped.json == #"{"n":3,"all":"7"}"#)
  }

  @Test(
    "a record without items is refused, unless the mapping says that there may be none",
    arguments: [
      ("{each: 'P'}", ["MISSING_FIELD"]), ("{each: 'P', none: 'refuse'}", ["MISSING_FIELD"]),
      ("{each: 'P', none: 'absent'}", []),
      // Left out on purpose.
      ("{when: {N: '8'}}", []), ("{when: {N: '7'}}", [""]),
    ])
  func empty(records: String, codes: [String]) throws {
    let mapping = try Mapping.read("{from: 'x', to: 'y', records: \(records), fields: {a: 'N'}}")
    let found = try items(mapping, #"{"N":"7","P":[]}"#)
    #expect(found.map { $0.mapped.codes.first?.rawValue ?? "" } == codes)
    #expect(found.allSatisfy { $0.number == 0 })
  }

  @Test("what several rules convert alike is converted once an item")
  func registers() throws {
    let mapping = try Mapping.read(
      "{from: 'x', to: 'y', records: {each: 'P'}, fields: {a: {from: 'd', date: 'any'}, b: {from: 'd', date: 'any'}}}"
    )
    let found = try items(mapping, #"{"P":[{"d":"20240131"},{"d":"20240201"},{}]}"#)
    #expect(
      found.map(\.mapped.json) == [
        #"{"a":"2024-01-31","b":"2024-01-31"}"#, #"{"a":"2024-02-01","b":"2024-02-01"}"#, "{}",
      ])
  }

  @Test("items are bounded in number, and in what they become together")
  func bounds() throws {
    let mapping = try Mapping.read(
      "{from: 'x', to: 'y', records: {each: 'P'}, fields: {a: '$.BIG', n: '.'}}")
    func record(_ items: Int, big: Int) -> String {
      let list = (0..<items).map(String.init).joined(separator: ",")
      return "{\"BIG\":\"\(String(repeating: "x", count: big))\",\"P\":[\(list)]}"
    }
    #expect(try items(mapping, record(10_000, big: 1)).count == 10_000)
    let many = try items(mapping, record(10_001, big: 1))
    #expect(many.map(\.mapped.codes) == [[.tooLarge]] && many[0].number == 0)
    let large = try items(mapping, record(100, big: 1 << 20))
    #expect((60...64).contains(large.count))
    #expect(large.dropLast().allSatisfy { $0.mapped.faults.isEmpty })
    #expect(large.last?.mapped.codes == [.tooLarge])
  }

  @Test("ten thousand bad items are told in one pass over the list")
  func manyBad() throws {
    let list = (0..<10_000).map { "{\"n\":\"x\($0)\"}" }.joined(separator: ",")
    let found = try items(try Mapping.read(Self.text), "{\"N\":\"7\",\"R\":\"1\",\"P\":[\(list)]}")
    #expect(found.count == 10_000 && found.last?.mapped.faults[0].source == "P[9999].n")
  }

  @Test("an explanation of an item speaks of the record's own fields")
  func explained() throws {
    let mapping = try Mapping.read(Self.text)
    var machine = MappingMachine()
    let record = try Tree(json: #"{"N":"7","R":"1","P":[{"n":"1"},{"n":"3","t":"x"}]}"#)
    let items = try #require(mapping.items(of: record, on: &machine))
    #expect(items.map(\.number) == [1, 2])
    let explanation = mapping.explain(record, item: items[1], on: &machine)
    let natives = explanation.fields.map { $0.natives.map(\.path) }
    #expect(natives.contains(["P[1].n"]) && natives.contains(["N"]) && natives.contains(["P[1].t"]))
    #expect(explanation.natives.first { $0.path == "P[1].t" }?.fate == .mapped(["rest"]))
  }

  @Test(
    "mistakes in records are told",
    arguments: [
      ("{}", "expected \"each\""), ("{each: 'P[x]'}", "is not a path"),
      ("{each: 'P', nome: 'absent'}", "did you mean \"none\"?"),
      ("{when: {N: '1'}, none: 'absent'}", "\"none\" speaks of the list"),
      ("{each: 'P', none: 'keep'}", "unknown value \"keep\""),
    ])
  func mistakes(records: String, message: String) throws {
    #expect {
      try Mapping.read("{from: 'x', to: 'y', records: \(records), fields: {a: 'N'}}")
    } throws: { "\($0)".contains(message) && "\($0)".contains("records") }
  }
}
