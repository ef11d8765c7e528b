import Mapping
import Records
import Testing

@Suite("The shape of the output") struct StructureTests {
  @Test("dotted names and nested objects are two ways to write the same")
  func groups() throws {
    let record = #"{"A":"1","B":"2"}"#
    let expected = #"{"g":{"a":"1","h":{"b":"2"}},"c":true}"#
    for fields in [
      "{g: {a: 'A', h: {b: 'B'}}, c: {constant: true}}",
      "{'g.a': 'A', 'g.h.b': 'B', c: {constant: true}}",
      "{g: {a: 'A', 'h.b': 'B'}, c: {constant: true}}",
    ] {
      #expect(try Mapping.fields(fields).map(record).json == expected)
    }
  }

  @Test(
    "a group appears when something in it came from the record, and not for its constants alone")
  func emptyGroups() throws {
    let mapping = try Mapping.fields(
      "{list: [{kind: {constant: 'k'}, number: 'A'}, {kind: {constant: 'l'}, number: 'B'}], g: {x: {y: 'C', d: {from: 'E', default: 'd'}}}}"
    )
    #expect(try mapping.map("{}").json == "{}")
    #expect(try mapping.map(#"{"B":"2"}"#).json == #"{"list":[{"kind":"l","number":"2"}]}"#)
    #expect(try mapping.map(#"{"C":"3"}"#).json == #"{"g":{"x":{"y":"3","d":"d"}}}"#)
  }

  @Test("a group has a condition of its own")
  func conditionalGroup() throws {
    let mapping = try Mapping.fields("{g: {when: {K: '1'}, a: 'A'}}")
    #expect(try mapping.map(#"{"K":"1","A":"x"}"#).json == #"{"g":{"a":"x"}}"#)
    #expect(try mapping.map(#"{"K":"2","A":"x"}"#).json == "{}")
  }

  @Test("each makes one item of each place, with paths from the item and from the record")
  func each() throws {
    let mapping = try Mapping.fields(
      "{list: {each: 'D', when: {u: {not: 'x'}}, item: {n: 'n', r: '$.R', inner: {each: 'e[*]', item: {from: '.', letters: 'upper'}}}}}"
    )
    let record = #"{"R":"r","D":[{"n":"1","e":["a","b"]},{"n":"2","u":"x"},{"n":"3","e":"c"}]}"#
    #expect(
      try mapping.map(record).json
        == #"{"list":[{"n":"1","r":"r","inner":["A","B"]},{"n":"3","r":"r","inner":["C"]}]}"#)
    #expect(try mapping.map(#"{"R":"r"}"#).json == "{}")
  }

  @Test("nested wildcards give one flat list")
  func nestedWildcards() throws {
    #expect(
      try mapped("'A[*].b[*]'", #"{"A":[{"b":["1","2"]},{"b":"3"},{}]}"#).json
        == #"{"v":["1","2","3"]}"#)
  }

  @Test("a member called like a word of the language is written with a dot")
  func reservedNames() throws {
    let mapping = try Mapping.fields("{from: 'A', date: 'B', g: {'.table': 'A', 'from.as': 'B'}}")
    #expect(
      try mapping.map(#"{"A":"1","B":"2"}"#).json
        == #"{"from":"1","date":"2","g":{"table":"1","from":{"as":"2"}}}"#)
  }

  @Test("values keep their place in the native input")
  func places() throws {
    let record = #"{"A":"x","B":{"C":"2024-01-31"}}"#
    let result = try Mapping.fields(
      "{b: {from: 'B.C', date: 'yyyy-MM-dd', into: 'yyyyMMdd'}, k: {constant: 1}}"
    )
    .map(record)
    let input = try Tree(json: record)
    let native = input.nodes[try #require(input.find("B.C"))]
    let written = result.tree.nodes[try #require(result.tree.find("b"))]
    #expect((written.source, written.sourceCount) == (native.source, native.sourceCount))
    #expect(result.tree.nodes[try #require(result.tree.find("k"))].source == -1)
  }

  @Test("records of changing shape are read right by a machine that remembers the last one")
  func hints() throws {
    let mapping = try Mapping.fields("{x: 'X', y: 'A.X', z: 'Z'}")
    var machine = MappingMachine()
    var output = Tree()
    // X stands at the same index as another object's X before: only a direct member counts.
    let records: [(String, String)] = [
      (#"{"A":"1","X":"2","Z":"3"}"#, #"{"x":"2","z":"3"}"#),
      (#"{"A":{"X":"1"},"Z":"3"}"#, #"{"y":"1","z":"3"}"#),
      (#"{"A":{"X":"1"},"X":"2"}"#, #"{"x":"2","y":"1"}"#), ("{}", "{}"),
      (#"{"Z":"3","X":"2","A":{"B":"0","X":"1"}}"#, #"{"x":"2","y":"1","z":"3"}"#),
    ]
    for _ in 0..<2 {
      for (record, expected) in records {
        _ = mapping.run(try Tree(json: record), into: &output, on: &machine)
        #expect(output.json() == expected)
      }
    }
  }

  @Test(
    "a conversion that several rules make gives each of them the same, also behind conditions and in lists"
  )
  func sharedConversions() throws {
    let mapping = try Mapping.fields(
      """
      {a: {from: 'A', date: 'any', when: {K: '1'}}, b: {first: ['Z', {from: 'A', date: 'any'}]},
       c: {from: 'A', date: 'any'}, d: {from: 'A', date: 'any', default: 'none'},
       e: {from: 'A', date: 'any', into: 'yyyyMMdd'}, f: {from: 'A', date: 'any', required: true},
       l: {each: 'L', item: {g: {from: 'A', date: 'any'}, h: {from: '$.A', date: 'any'}}}}
      """)
    let day = "2024-01-31"
    #expect(
      try mapping.map(#"{"A":"20240131","L":[{"A":"20240201"}]}"#).json
        == "{\"b\":\"\(day)\",\"c\":\"\(day)\",\"d\":\"\(day)\",\"e\":\"20240131\",\"f\":\"\(day)\",\"l\":[{\"g\":\"2024-02-01\",\"h\":\"\(day)\"}]}"
    )
    #expect(
      try mapping.map(#"{"A":"20240131","K":"1","Z":"z"}"#).json.hasPrefix(
        "{\"a\":\"\(day)\",\"b\":\"z\""))
    let absent = try mapping.map("{}")
    #expect(absent.json == #"{"d":"none"}"#)
    #expect(absent.codes == [.missingField])
    #expect(try mapping.map(#"{"A":"x","K":"1"}"#).codes == [.malformedValue])
  }

  @Test("long texts are rewritten and joined in whole")
  func longTexts() throws {
    let long = String(repeating: "ａb", count: 20_000)
    let mapping = try Mapping.fields(
      "{a: {from: 'A', width: 'half', letters: 'upper'}, b: {join: ['A', 'B', 'A'], with: '-'}, c: {from: 'B', letters: 'upper'}}"
    )
    let record = "{\"A\":\"\(long)\",\"B\":\"b\"}"
    for _ in 0..<2 {
      let result = try mapping.map(record)
      #expect(result.tree.text("a") == String(repeating: "AB", count: 20_000))
      #expect(result.tree.text("b") == "\(long)-b-\(long)")
      #expect(result.tree.text("c") == "B")
    }
  }

  @Test("a record that is not the root of its tree is mapped from where it stands")
  func subtree() throws {
    let tree = try Tree(json: #"{"a":[{"X":"1"},{"X":"2","Y":{"Z":"3"}}]}"#)
    let mapping = try Mapping.fields("{x: 'X', z: '$.Y.Z'}")
    var machine = MappingMachine()
    var output = Tree()
    let root = try #require(tree.find("a[1]"))
    _ = mapping.run(tree, at: root, into: &output, on: &machine)
    #expect(output.json() == #"{"x":"2","z":"3"}"#)
  }
}
