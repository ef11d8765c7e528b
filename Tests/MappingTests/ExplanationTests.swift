import Records
import Testing

@testable import Mapping

@Suite("Explanation and coverage") struct ExplanationTests {
  static let text = """
    {a: {from: 'A', when: {K: '1'}}, b: {from: ['B', 'C'], table: {x: '1', y: '2'}},
     l: {each: 'D', item: {n: {from: 'n', as: 'number', required: true}, c: {constant: 'k'}}}, e: 'E[k=v].w'}
    """
  static let record =
    #"{"K":"1","A":"a","C":"x","D":[{"n":"1"},{"n":"2","m":"?"}],"E":{"k":"v","w":"W"},"F":"f","G":{"h":"i"}}"#

  @Test("each value of the output names its native field, its bytes and its rule")
  func fields() throws {
    let mapping = try Mapping.fields(Self.text, more: ", drop: ['F']")
    var machine = MappingMachine()
    let input = try Tree(json: Self.record)
    let explanation = mapping.explain(input, on: &machine)
    #expect(
      explanation.output.json()
        == #"{"a":"a","b":"1","l":[{"n":1,"c":"k"},{"n":2,"c":"k"}],"e":"W"}"#)
    #expect(
      explanation.fields.map(\.target) == ["a", "b", "l[0].n", "l[0].c", "l[1].n", "l[1].c", "e"])
    #expect(explanation.fields.map(\.source) == ["A", "C", "D[0].n", "", "D[1].n", "", "E.w"])
    let second = try #require(explanation.fields.first { $0.target == "l[1].n" })
    let native = input.nodes[try #require(input.find("D[1].n"))]
    #expect((second.byte, second.byteCount) == (Int(native.source), Int(native.sourceCount)))
    #expect(second.rule.sources == ["D[*].n"])
    #expect(second.rule.steps == ["as number"])
    #expect(second.rule.isRequired)
    #expect(explanation.fields[0].rule.steps == ["when K is \"1\""])
    #expect(explanation.fields[1].rule.steps == ["the first that is there", "table inline"])
  }

  @Test("each native field tells where it went")
  func natives() throws {
    let mapping = try Mapping.fields(Self.text, more: ", drop: ['F']")
    var machine = MappingMachine()
    let explanation = mapping.explain(try Tree(json: Self.record), on: &machine)
    let fates = Dictionary(uniqueKeysWithValues: explanation.natives.map { ($0.path, $0.fate) })
    #expect(fates["A"] == .mapped(["a"]))
    #expect(fates["K"] == .read)
    #expect(fates["E.k"] == .read)
    #expect(fates["D[1].n"] == .mapped(["l[1].n"]))
    #expect(fates["F"] == .dropped)
    #expect(explanation.unmentioned == ["D[1].m", "G.h"])
  }

  @Test("coverage tells the rules that never gave a value and the codes that were never met")
  func coverage() throws {
    let mapping = try Mapping.fields(Self.text)
    var machine = MappingMachine()
    machine.trace = MappingTrace(of: mapping)
    var output = Tree()
    _ = mapping.run(try Tree(json: #"{"C":"x","D":{"n":"1"}}"#), into: &output, on: &machine)
    var trace = machine.trace
    var coverage = mapping.coverage(try #require(trace))
    #expect(coverage.silentRules.map(\.target) == ["a", "e"])
    #expect(coverage.unseenCodes == [Coverage.Code(table: "inline", code: "y")])
    _ = mapping.run(
      try Tree(json: #"{"K":"1","A":"a","B":"y","E":{"k":"v","w":"w"}}"#), into: &output,
      on: &machine)
    trace = machine.trace
    coverage = mapping.coverage(try #require(trace))
    #expect(coverage == Coverage(silentRules: [], unseenCodes: []))
  }

  @Test("tracing does not change what comes out")
  func same() throws {
    let mapping = try Mapping.fields(Self.text)
    var machine = MappingMachine()
    #expect(
      mapping.explain(try Tree(json: Self.record), on: &machine).output.json()
        == (try mapping.map(Self.record).json))
    let trace = machine.trace
    #expect(trace?.steps.count == nil)
  }
}
