import Configuration
import Mapping
import Testing

@Suite("Mistakes in a mapping file") struct CompileErrorTests {
  @Test(
    "have line, path and the nearest right name",
    arguments: [
      (
        "{v: {frm: 'A', table: {a: '1'}}}",
        "fields.v.frm: unknown name \"frm\" in a rule; did you mean \"from\"?"
      ),
      (
        "{v: {from: 'A', tabl: 'x'}}",
        "fields.v.tabl: unknown name \"tabl\"; did you mean \"table\"?"
      ),
      (
        "{v: {from: 'A', table: 'sx'}}",
        "fields.v.table: unknown code table \"sx\"; did you mean \"sex\"?"
      ),
      ("{v: {from: 'A', as: 'identity-numbr'}}", "did you mean \"identity-number\"?"),
      ("{v: {from: 'A', letters: 'uper'}}", "unknown value \"uper\"; did you mean \"upper\"?"),
      ("{v: {from: 'A', unknown: 'kep', table: {a: '1'}}}", "did you mean \"keep\"?"),
      ("{v: {table: {a: '1'}}}", "\"table\" needs a source beside it"),
      ("{v: {from: 'A', constant: '1'}}", "a rule has one source, and this one has 2"),
      ("{v: {from: 'A', as: 'number', date: 'any'}}", "a value is converted once"),
      ("{v: {from: 'A', date: 'yyyyMMDD'}}", "\"yyyyMMDD\" is not the shape of a date"),
      ("{v: {from: 'A', date: 'dd.MM'}}", "is not the shape of a date"),
      ("{v: {from: 'A', date: 'yyMMdd'}}", "needs \"century\""),
      ("{v: {from: 'A', date: 'yyyyMM'}}", "needs day: \"first\" or \"last\""),
      ("{v: {from: 'A', into: 'yyyyMM'}}", "unknown name \"into\""),
      ("{v: {from: 'A', split: '-'}}", "\"part\" is missing"),
      ("{v: {from: 'A', characters: [0]}}", "expected a number from 1"),
      ("{v: {from: 'A', characters: [3, 2]}}", "expected a number from 3"),
      ("{v: 'A..B'}", "\"A..B\" is not a path"), ("{v: 'A[x]'}", "is not a path"),
      ("{v: 'A['}", "is not a path"), ("{v: 'A.'}", "is not a path"),
      ("{v: 'A[1]B'}", "is not a path"),
      ("{v: 'A[k=]'}", "is not a path"), ("{v: ''}", "expected a name"),
      ("{v: 5}", "expected a path"),
      ("{v: {from: []}}", "expected at least one path"),
      ("{v: {from: ['A[*]', 'B']}}", "a path with [*] gives a list and stands alone"),
      ("{v: {first: ['A[*]']}}", "one value is needed here"),
      ("{v: {from: 'A[*]', required: true}}", "speak of one value"),
      ("{v: 'A', v: 'B'}", "the name \"v\" is there twice"),
      ("{v: 'A', 'v.w': 'B'}", "\"v\" is given above as a value"),
      ("{'v.w': 'A', v: {w: 'B'}}", "\"v\" is given twice"),
      ("{'v..w': 'A'}", "is not a member's name"),
      ("{'v[0]': 'A'}", "is not a member's name"),
      ("{v: {from: 'A', when: {}}}", "expected at least one condition"),
      ("{v: {from: 'A', when: {K: {presnt: true}}}}", "did you mean \"present\"?"),
      ("{v: {from: 'A', when: {K: {}}}}", "expected a value, a list of values"),
      ("{v: {each: 'A', itm: 'B'}}", "did you mean \"item\"?"),
      ("{v: {constant: null}}", "a rule needs a source"),
      ("{v: {constant: [1]}}", "expected a string, a number, true or false"),
    ])
  func mistakes(fields: String, message: String) throws {
    let tables = ["sex": try codeTable("sex", [("1", "1")])]
    #expect {
      try Mapping.read("{from: 'x', to: 'y',\n fields: \(fields)}", tables: tables)
    } throws: { error in
      guard let error = error as? ConfigurationError else { return false }
      let isRight = "\(error)".contains(message) && error.file == "m.json5" && error.line == 2
      if !isRight { print("wanted \(message), got \(error)") }
      return isRight
    }
  }

  @Test(
    "of the file as a whole are found too",
    arguments: [
      ("{from: 'x', to: 'y'}", "\"fields\" is missing"),
      ("{to: 'y', fields: {}}", "\"from\" is missing"),
      ("{from: 'x', to: 'y', feilds: {}, fields: {}}", "did you mean \"fields\"?"),
      ("{from: 'x', to: 'std.y.v1', fields: {}}", "\"event\" is missing"),
      (
        "{from: 'x', to: 'y', fields: {a: 'A'}, drop: ['A']}",
        "\"A\" is dropped here and used above"
      ),
      ("{from: 'x', to: 'y', fields: {}, event: {id: 'A'}}", "\"change\" is missing"),
      (
        "{from: 'x', to: 'y', fields: {}, event: {id: 'A', change: {constant: 'updated'}, region: 'R', entity: 'P'}}",
        "event.entity: expected an object"
      ),
      ("{from: 'x', to: 'y', version: 0, fields: {}}", "expected a number from 1"),
      ("[]", "expected an object"),
    ])
  func whole(text: String, message: String) throws {
    #expect { try Mapping.read(text) } throws: { "\($0)".contains(message) }
  }

  @Test("names that the schema or the record's format does not have are mistakes")
  func knownNames() throws {
    let node = try JSON5.read(
      Array("{from: 'x', to: 'y', fields: {list: [{kind: 'K'}]}}".utf8), file: "m.json5")
    let targets = ["list", "list[*].kind", "name"]
    _ = try Mapping.compile(node, knownTargets: targets, knownSources: ["K"])
    #expect {
      try Mapping.compile(node, knownTargets: ["list", "list[*].kinds"])
    } throws: {
      "\($0)".contains("unknown member \"list[*].kind\"; did you mean \"list[*].kinds\"?")
    }
    #expect { try Mapping.compile(node, knownSources: ["KK"]) } throws: {
      "\($0)".contains("unknown field \"K\"; did you mean \"KK\"?")
    }
  }
}
