import Configuration
import Mapping
import Records
import Testing

@Suite("Lookups into the base library") struct LookupTests {
  private func run(_ mapping: Mapping, _ record: String, _ answers: LookupAnswers) throws -> (
    Mapped, [LookupQuestion]
  ) {
    var machine = MappingMachine()
    machine.answers = answers
    var output = Tree()
    let outcome = mapping.run(try Tree(json: record), into: &output, on: &machine)
    let mapped = Mapped(
      outcome: outcome, tree: output, faults: machine.faults, warnings: machine.warnings)
    return (mapped, machine.questions)
  }

  private func question(_ key: String, _ field: String) -> LookupQuestion {
    LookupQuestion(kind: .person, key: key, field: field)
  }

  @Test(
    "a record asks first, all it wants to know at once, and is mapped when that is known; a value may be none"
  )
  func asks() throws {
    let mapping = try Mapping.fields(
      """
      {name: {lookup: 'person', by: 'A', field: 'name', required: true},
       text: {first: ['T', {lookup: 'person', by: {passport: {from: 'B', letters: 'upper'}}, field: 'address.text'}]},
       firm: {lookup: 'enterprise', by: 'C', field: 'name', default: 'none'}, b: 'B'}
      """)
    let record = #"{"A":"1","B":"p2"}"#
    let (first, questions) = try run(mapping, record, LookupAnswers())
    #expect(first.outcome == .asks && first.faults.isEmpty)
    let expected = [question("resident-id:1", "name"), question("passport:P2", "address.text")]
    #expect(questions == expected)
    var answers = LookupAnswers()
    answers.add([
      LookupAnswer(expected[0], value: "王小宁"), LookupAnswer(expected[1], value: nil),
    ])
    let (second, none) = try run(mapping, record, answers)
    #expect(none.isEmpty)
    #expect(second.json == #"{"name":"王小宁","firm":"none","b":"p2"}"#)
  }

  @Test("what is refused whatever the library says asks nothing and is refused at once")
  func refused() throws {
    let mapping = try Mapping.fields(
      "{n: {lookup: 'person', by: {from: 'A', as: 'identity-number'}, field: 'name'}, v: {from: 'B', required: true}}"
    )
    let (mapped, _) = try run(mapping, #"{"A":"110103194903070021"}"#, LookupAnswers())
    #expect(mapped.outcome == .refused && mapped.codes == [.wrongCheckCharacter, .missingField])
  }

  @Test("without anybody to ask there is no value, and the rule says what then")
  func nobody() throws {
    let rules = [
      ("{lookup: 'person', by: 'A', field: 'name'}", "{}", false),
      ("{lookup: 'person', by: 'A', field: 'name', default: 'd'}", #"{"v":"d"}"#, false),
      ("{lookup: 'person', by: 'A', field: 'name', required: true}", "{}", true),
      ("{first: [{lookup: 'person', by: 'A', field: 'name'}, 'A']}", #"{"v":"1"}"#, false),
    ]
    for (rule, json, isRefused) in rules {
      let (mapped, _) = try run(
        try Mapping.fields("{v: \(rule)}"), #"{"A":"1"}"#, LookupAnswers(complete: []))
      #expect(mapped.json == json && (mapped.outcome == .refused) == isRefused, "\(rule)")
    }
  }

  @Test("a lookup by what was looked up asks again; the steps of a rule come after it")
  func again() throws {
    let mapping = try Mapping.fields(
      "{v: {lookup: 'enterprise', by: {tax: {lookup: 'person', by: 'A', field: 'employer'}}, field: 'name', letters: 'upper'}}"
    )
    var answers = LookupAnswers()
    answers.add([LookupAnswer(question("resident-id:1", "employer"), value: "77")])
    let (_, questions) = try run(mapping, #"{"A":"1"}"#, answers)
    let firm = LookupQuestion(kind: .enterprise, key: "tax:77", field: "name")
    #expect(questions == [firm])
    answers.add([LookupAnswer(firm, value: "acme")])
    #expect(try run(mapping, #"{"A":"1"}"#, answers).0.json == #"{"v":"ACME"}"#)
  }

  @Test("a question shows its field and never whom it is about")
  func masked() {
    let text = "\(question("resident-id:330103189003070016", "name"))"
    #expect(text == "name of one person")
    #expect(!String(reflecting: question("resident-id:1", "name")).contains("resident-id"))
  }

  @Test(
    "mistakes are told",
    arguments: [
      ("{lookup: 'persn', by: 'A', field: 'name'}", "did you mean \"person\"?"),
      ("{lookup: 'person', by: 'A'}", "\"field\" is missing"),
      ("{lookup: 'person', field: 'name'}", "\"by\" is missing"),
      ("{lookup: 'person', from: 'A', by: 'A', field: 'n'}", "one source, and this one has 2"),
      ("{lookup: 'person', by: 'A[*]', field: 'n'}", "one value is needed here"),
      ("{lookup: 'person', by: {'a:b': 'A'}, field: 'n'}", "expected a kind of number"),
      ("{lookup: 'person', by: {a: 'A', b: 'B'}, field: 'n'}", "a rule needs a source"),
    ])
  func mistakes(rule: String, message: String) throws {
    #expect { try Mapping.fields("{v: \(rule)}") } throws: { "\($0)".contains(message) }
  }
}
