import Mapping
import Testing

@Suite("Values: paths and the steps on the way") struct ValueTests {
  @Test(
    "a path leads to its value, and a value that is not there leaves its member out",
    arguments: [
      ("'A'", #"{"A":"x"}"#, #"{"v":"x"}"#), ("'A'", #"{"B":"x"}"#, "{}"),
      ("'A'", #"{"A":null}"#, "{}"), ("'A'", #"{"A":"  "}"#, "{}"), ("'A'", #"{"A":""}"#, "{}"),
      ("'A'", #"{"A":12.50}"#, #"{"v":12.50}"#), ("'A'", #"{"A":true}"#, #"{"v":true}"#),
      ("'A.B.C'", #"{"A":{"B":{"C":"x"}}}"#, #"{"v":"x"}"#), ("'A.B'", #"{"A":"x"}"#, "{}"),
      ("'A[1]'", #"{"A":["x","y"]}"#, #"{"v":"y"}"#), ("'A[2]'", #"{"A":["x","y"]}"#, "{}"),
      ("'A[0].B'", #"{"A":{"B":"x"}}"#, #"{"v":"x"}"#), ("'A[1].B'", #"{"A":{"B":"x"}}"#, "{}"),
      (#""['a.b']""#, #"{"a.b":"x"}"#, #"{"v":"x"}"#), ("'@id'", #"{"@id":"7"}"#, #"{"v":"7"}"#),
      ("'A[k=b].n'", #"{"A":[{"k":"a","n":"1"},{"k":"b","n":"2"}]}"#, #"{"v":"2"}"#),
      ("'A[k=b].n'", #"{"A":{"k":"b","n":"2"}}"#, #"{"v":"2"}"#),
      ("'A[k=c].n'", #"{"A":[{"k":"a","n":"1"}]}"#, "{}"),
      ("'A[*].n'", #"{"A":[{"n":"1"},{},{"n":"3"}]}"#, #"{"v":["1","3"]}"#),
      ("'A[*].n'", #"{"A":{"n":"1"}}"#, #"{"v":["1"]}"#), ("'A[*].n'", "{}", "{}"),
      ("'A[*]'", "{\"A\":[]}", "{}"), ("{from: ['A', 'B']}", #"{"B":"y"}"#, #"{"v":"y"}"#),
      ("{from: ['A', 'B']}", #"{"A":" ","B":"y"}"#, #"{"v":"y"}"#),
      ("{from: ['A', 'B']}", #"{"A":"x","B":"y"}"#, #"{"v":"x"}"#),
      ("{from: 'A', default: 'd'}", "{}", "{}"),
    ])
  func paths(rule: String, record: String, expected: String) throws {
    // A default alone makes no group, but the record itself always appears.
    let wanted = rule.contains("default") ? #"{"v":"d"}"# : expected
    #expect(try mapped(rule, record).json == wanted)
  }

  @Test(
    "steps clean, cut and change a text, whatever their order in the file",
    arguments: [
      ("{from: 'A'}", "  x\u{3000}\u{A0}\n", "x"), ("{from: 'A', trim: false}", " x ", " x "),
      ("{from: 'A', width: 'half'}", "ＡＢ１２（３）", "AB12(3)"),
      ("{from: 'A', width: 'half'}", "中文。", "中文。"),
      ("{from: 'A', letters: 'upper'}", "aBé1", "ABé1"),
      ("{from: 'A', letters: 'lower'}", "AbC", "abc"),
      ("{from: 'A', without: ', -'}", "1,0 0-0", "1000"),
      ("{from: 'A', without: '（）'}", "杭州（中国）", "杭州中国"),
      ("{from: 'A', split: '-', part: 2}", "a - b - c", "b"),
      ("{from: 'A', split: '、', part: 3}", "一、二、三", "三"),
      ("{from: 'A', split: '-', part: 4}", "a-b-c", nil),
      ("{from: 'A', characters: [2, 3]}", "一二三四", "二三"),
      ("{from: 'A', characters: [3]}", "一二三𠀀", "三𠀀"), ("{from: 'A', characters: [9]}", "abc", nil),
      ("{from: 'A', absent: ['\\\\N', 'NULL']}", "NULL", nil),
      ("{from: 'A', absent: ['NULL']}", "NULLS", "NULLS"),
      ("{characters: [1, 2], letters: 'upper', width: 'half', from: 'A'}", "ａｂｃ", "AB"),
      ("{from: {from: 'A', split: ':', part: 2}, split: '/', part: 1}", "k:v/w", "v"),
      ("{from: 'A', as: 'text'}", "x", "x"), ("{from: 'A', as: 'division'}", "330106", "330106"),
      ("{from: 'A', as: 'division'}", "330106001002", "330106"),
      ("{from: 'A', as: 'division'}", "３３０１０６", "330106"),
    ] as [(String, String, String?)])
  func steps(rule: String, text: String, expected: String?) throws {
    let result = try mapped(rule, "{\"A\": \(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test(
    "numbers keep every digit and lose what JSON does not allow",
    arguments: [
      ("\"007\"", "7"), ("\"-012.50\"", "-12.50"), ("\"+3\"", "3"), ("\"0\"", "0"),
      ("\"0.10\"", "0.10"),
      ("\"１２\"", "12"), ("1e3", "1e3"),
      ("\"123456789012345678901234567890.1\"", "123456789012345678901234567890.1"),
      ("\"00\"", "0"),
    ])
  func numbers(value: String, expected: String) throws {
    let result = try mapped("{from: 'A', as: 'number'}", "{\"A\": \(value)}")
    #expect(result.json == "{\"v\":\(expected)}")
  }

  @Test(
    "what is no number is refused",
    arguments: [
      ("number", "\"12a\""), ("number", "\"1.\""), ("number", "\".5\""), ("number", "\"-\""),
      ("number", "\"1e3\""), ("number", "true"), ("whole-number", "\"1.5\""),
      ("whole-number", "1.5"),
    ])
  func notNumbers(kind: String, value: String) throws {
    let result = try mapped("{from: 'A', as: '\(kind)'}", "{\"A\": \(value)}")
    #expect(result.codes == [.notANumber])
    #expect(result.outcome == .refused)
  }

  @Test("constants, joined texts and alternatives")
  func sources() throws {
    #expect(try mapped("{constant: 5}", "{}").json == #"{"v":5}"#)
    #expect(try mapped("{constant: true}", "{}").json == #"{"v":true}"#)
    let join = "{join: ['A', {constant: 'and'}, 'B'], with: ' '}"
    #expect(try mapped(join, #"{"A":"x","B":"y"}"#).tree.text("v") == "x and y")
    #expect(try mapped(join, #"{"A":"x"}"#).tree.text("v") == "x and")
    #expect(try mapped(join, "{}").json == "{}")
    #expect(
      try mapped("{join: 'A[*]', with: '/'}", #"{"A":["x","y","z"]}"#).tree.text("v") == "x/y/z")
    #expect(
      try mapped("{join: [{join: ['A', 'B']}, 'C'], with: '-'}", #"{"A":"a","B":"b","C":"c"}"#)
        .tree.text("v") == "ab-c")
    let first = "{first: [{from: 'A', when: {K: '1'}}, {constant: 'none'}]}"
    #expect(try mapped(first, #"{"A":"x","K":"1"}"#).tree.text("v") == "x")
    #expect(try mapped(first, #"{"A":"x","K":"2"}"#).tree.text("v") == "none")
  }

  @Test("a wrong value is not cured by an alternative or a default")
  func noCure() throws {
    let rule = "{first: [{from: 'A', as: 'number'}, 'B'], default: 'c'}"
    #expect(try mapped(rule, #"{"A":"x","B":"y"}"#).codes == [.notANumber])
    #expect(
      try mapped("{from: 'A', as: 'number', default: 0}", #"{"A":"x"}"#).codes == [.notANumber])
  }

  @Test(
    "a list or an object where one value is needed is refused, never silently passed over",
    arguments: [
      ("'A'", #"{"A":["x","y"]}"#, "A"), ("'A'", #"{"A":{"B":"x"}}"#, "A"),
      ("'A.B'", #"{"A":[{"B":"x"},{"B":"y"}]}"#, "A.B"),
    ])
  func notOneValue(rule: String, record: String, source: String) throws {
    let result = try mapped(rule, record)
    #expect(result.codes == [.notAValue])
    #expect(result.faults.first?.source == source)
  }
}

@Suite("Conditions") struct ConditionTests {
  @Test(
    "a rule is taken when its condition holds",
    arguments: [
      ("{K: '1'}", #"{"K":"1"}"#, true), ("{K: '1'}", #"{"K":" 1 "}"#, true),
      ("{K: '1'}", #"{"K":1}"#, true), ("{K: '1'}", "{}", false), ("{K: 1}", #"{"K":"1"}"#, true),
      ("{K: true}", #"{"K":true}"#, true), ("{K: true}", #"{"K":"true"}"#, false),
      ("{K: ['1', '2']}", #"{"K":"2"}"#, true), ("{K: ['1', '2']}", #"{"K":"3"}"#, false),
      ("{K: {present: true}}", #"{"K":"x"}"#, true), ("{K: {present: true}}", #"{"K":" "}"#, false),
      ("{K: {present: true}}", #"{"K":null}"#, false), ("{K: {present: false}}", "{}", true),
      ("{K: {present: true}}", #"{"K":{"a":1}}"#, true),
      ("{K: {present: true}}", #"{"K":[]}"#, false),
      ("{K: {not: '1'}}", #"{"K":"1"}"#, false), ("{K: {not: '1'}}", "{}", true),
      ("{K: {not: ['1', '2'], present: true}}", #"{"K":"3"}"#, true),
      ("{K: '1', L: '2'}", #"{"K":"1","L":"2"}"#, true), ("{K: '1', L: '2'}", #"{"K":"1"}"#, false),
      ("{any: [{K: '1'}, {L: '2'}]}", #"{"L":"2"}"#, true),
      ("{any: [{K: '1'}, {L: '2'}]}", "{}", false),
      ("{all: [{K: '1'}, {L: '2'}]}", #"{"K":"1","L":"2"}"#, true),
      ("{not: {K: '1', L: '2'}}", #"{"K":"1"}"#, true),
      ("{'K[*].a': '2'}", #"{"K":[{"a":"1"},{"a":"2"}]}"#, true),
      ("{'K.a': '2'}", #"{"K":[{"a":"1"},{"a":"2"}]}"#, true),
      ("{K: '2'}", #"{"K":["1","2"]}"#, true), ("{K: '3'}", #"{"K":["1","2"]}"#, false),
    ])
  func conditions(condition: String, record: String, holds: Bool) throws {
    let result = try mapped("{constant: 'yes', when: \(condition)}", record)
    #expect(result.tree.text("v") == (holds ? "yes" : nil))
  }

  @Test("a required value is needed only when its condition holds")
  func requiredWhen() throws {
    let rule = "{from: 'A', required: true, when: {K: '1'}}"
    #expect(try mapped(rule, "{}").codes == [])
    #expect(try mapped(rule, #"{"K":"1"}"#).codes == [.missingField])
  }
}

func quoted(_ text: String) -> String {
  "\"" + text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n") + "\""
}
