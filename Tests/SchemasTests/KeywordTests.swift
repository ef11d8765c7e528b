import Records
import Testing

@testable import Schemas

/// A schema with instances that it accepts and instances that it does not.
struct Example: Sendable, CustomTestStringConvertible {
  let schema: String
  let valid: [String]
  let invalid: [String]

  init(_ schema: String, valid: [String], invalid: [String]) {
    self.schema = schema
    self.valid = valid
    self.invalid = invalid
  }

  var testDescription: String { schema }
}

func compile(_ json: String, formats: Bool = false) throws -> Schema {
  try Schema.compile(
    json: Array(json.utf8), name: "test", options: SchemaOptions(assertsFormats: formats))
}

@Suite("keywords") struct KeywordTests {
  private static let core: [Example] = [
    Example("true", valid: ["1", "null", "{}"], invalid: []),
    Example("false", valid: [], invalid: ["1", "null", "{}"]),
    Example("{}", valid: ["1", "[]"], invalid: []),
    Example(
      ##"{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"string"}}}"##, valid: [#""x""#],
      invalid: ["1"]),
    Example(
      ##"{"$ref":"#here","$defs":{"a":{"$anchor":"here","minimum":3}}}"##, valid: ["3"],
      invalid: ["2"]),
    Example(
      ##"{"$ref":"#/$defs/a","maximum":5,"$defs":{"a":{"minimum":3}}}"##, valid: ["4"],
      invalid: ["2", "6"]),
    Example(
      #"{"$id":"http://x/a","$ref":"b","$defs":{"b":{"$id":"http://x/b","type":"null"}}}"#,
      valid: ["null"], invalid: ["1"]),
    Example(
      ##"{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}"##,
      valid: ["{}", #"{"next":{"next":{}}}"#], invalid: [#"{"next":{"x":1}}"#]),
    Example(
      ##"{"$id":"http://x/strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,"$defs":{"t":{"$id":"tree","$dynamicAnchor":"node","properties":{"kids":{"items":{"$dynamicRef":"#node"}},"v":true}}}}"##,
      valid: [#"{"kids":[{"v":1}]}"#], invalid: [#"{"kids":[{"w":1}]}"#, #"{"w":1}"#]),
    Example(
      #"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#,
      valid: [#"{"type":"string","properties":{"a":{"minimum":1}}}"#, "true"],
      invalid: [#"{"type":"strnig"}"#, #"{"properties":{"a":{"minimum":"1"}}}"#, "1"]),
    Example(
      ##"{"$defs":{"a%b":{"type":"null"}},"$ref":"#/$defs/a%25b"}"##, valid: ["null"],
      invalid: ["1"]),
    Example(
      ##"{"$comment":"not a schema: ","const":{"$ref":"#/nowhere"}}"##,
      valid: [##"{"$ref":"#/nowhere"}"##], invalid: ["{}"]),
  ]

  private static let values: [Example] = [
    Example(#"{"type":"null"}"#, valid: ["null"], invalid: ["0", "false", #""""#, "[]", "{}"]),
    Example(#"{"type":"boolean"}"#, valid: ["true", "false"], invalid: ["0", "null"]),
    Example(
      #"{"type":"integer"}"#, valid: ["1", "-0", "1.0", "1e2", "12.50e1"],
      invalid: ["1.5", "1e-1", #""1""#]),
    Example(#"{"type":"number"}"#, valid: ["1", "1.5", "-1e400"], invalid: [#""1""#]),
    Example(#"{"type":"string"}"#, valid: [#""""#], invalid: ["1", "null"]),
    Example(#"{"type":["array","null"]}"#, valid: ["[]", "null"], invalid: ["{}"]),
    Example(#"{"type":"object"}"#, valid: ["{}"], invalid: ["[]"]),
    Example(#"{"const":1}"#, valid: ["1", "1.0", "10e-1"], invalid: ["true", #""1""#, "1.00001"]),
    Example(
      #"{"const":{"a":1,"b":[2]}}"#, valid: [#"{"b":[2.0],"a":1}"#],
      invalid: [#"{"a":1}"#, #"{"a":1,"b":[2],"c":3}"#, #"{"a":1,"b":[2,2]}"#]),
    Example(#"{"const":false}"#, valid: ["false"], invalid: ["0", "null", "[]"]),
    Example(
      #"{"const":12345678901234567890}"#, valid: ["12345678901234567890", "1234567890123456789e1"],
      invalid: ["12345678901234567891"]),
    Example(
      #"{"enum":["a","b"]}"#, valid: [#""a""#, #""b""#], invalid: [#""c""#, #""""#, "1", "[]"]),
    Example(
      #"{"enum":[1,null,{"a":[]}]}"#, valid: ["1.0", "null", #"{"a":[]}"#],
      invalid: ["2", #"{"a":[1]}"#]),
    Example(#"{"enum":[]}"#, valid: [], invalid: ["null"]),
    Example(
      #"{"minimum":1.1}"#, valid: ["1.1", "1.10", "2", #""x""#], invalid: ["1.0999999999999999999"]),
    Example(#"{"maximum":-3}"#, valid: ["-3", "-3.0", "-4"], invalid: ["-2.9", "0"]),
    Example(#"{"exclusiveMinimum":0}"#, valid: ["1e-400"], invalid: ["0", "-0.0", "-1"]),
    Example(#"{"exclusiveMaximum":100}"#, valid: ["99.99"], invalid: ["100", "1e2", "1E+3"]),
    Example(
      #"{"multipleOf":0.01}"#, valid: ["0", "19.99", "1e10", "0.07"], invalid: ["0.001", "19.999"]),
    Example(#"{"multipleOf":7}"#, valid: ["49", "7e30", "-14"], invalid: ["50", "1e30"]),
    Example(#"{"multipleOf":1.5e2}"#, valid: ["300", "450"], invalid: ["100"]),
    Example(#"{"minLength":2}"#, valid: [#""ab""#, #""中文""#, "1"], invalid: [#""a""#, #""𠀀""#]),
    Example(#"{"maxLength":2}"#, valid: [#""𠀀𠀀""#, #""""#], invalid: [#""abc""#]),
    Example(
      #"{"pattern":"^a+$"}"#, valid: [#""aa""#, "1"], invalid: [#""ab""#, #""""#, #""a\n""#]),
    Example(#"{"pattern":"b"}"#, valid: [#""abc""#], invalid: [#""ac""#]),
    Example(#"{"minItems":1}"#, valid: ["[[1,2]]"], invalid: ["[]"]),
    Example(#"{"maxItems":1}"#, valid: ["[[1,2]]", "[]"], invalid: ["[1,2]"]),
    Example(
      #"{"uniqueItems":true}"#, valid: ["[1,2]", "[0,false]", #"[{"a":1},{"a":2}]"#, "[]"],
      invalid: ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#, "[[1],[1]]"]),
    Example(
      #"{"uniqueItems":true}"#, valid: ["[1,2,3,4,5,6,7,8,9,10,11,12,13,14]"],
      invalid: ["[1,2,3,4,5,6,7,8,9,10,11,12,13,10.0]"]),
    Example(#"{"uniqueItems":false}"#, valid: ["[1,1]"], invalid: []),
    Example(#"{"minProperties":1}"#, valid: [#"{"a":{}}"#], invalid: ["{}"]),
    Example(
      #"{"maxProperties":1}"#, valid: [#"{"a":{"b":1,"c":2}}"#], invalid: [#"{"a":1,"b":2}"#]),
    Example(
      #"{"required":["a","b"]}"#, valid: [#"{"b":1,"a":2}"#, "[]"], invalid: [#"{"a":1}"#, "{}"]),
    Example(#"{"minLength":2.0,"maxLength":1e100}"#, valid: [#""ab""#], invalid: [#""a""#]),
    Example(
      #"{"dependentRequired":{"a":["b"],"c":[]}}"#, valid: ["{}", #"{"a":1,"b":1}"#, #"{"c":1}"#],
      invalid: [#"{"a":1}"#]),
    Example(#"{"format":"ipv4"}"#, valid: [#""not an address""#], invalid: []),
  ]

  private static let applicators: [Example] = [
    Example(
      #"{"properties":{"a":{"type":"string"},"b":false}}"#, valid: [#"{"a":"x","c":1}"#, "1"],
      invalid: [#"{"a":1}"#, #"{"b":1}"#]),
    Example(
      #"{"patternProperties":{"^n":{"type":"number"},"x$":{"minimum":2}}}"#,
      valid: [#"{"n":1,"nx":2,"z":"s"}"#], invalid: [#"{"n":"1"}"#, #"{"nx":1}"#]),
    Example(
      #"{"properties":{"a":true},"patternProperties":{"^b":true},"additionalProperties":{"type":"null"}}"#,
      valid: [#"{"a":1,"bb":1,"c":null}"#], invalid: [#"{"c":1}"#]),
    Example(#"{"additionalProperties":false}"#, valid: ["{}", "[1]"], invalid: [#"{"a":1}"#]),
    Example(
      #"{"propertyNames":{"maxLength":2,"pattern":"^[a-z]*$"}}"#, valid: [#"{"ab":1}"#, "{}"],
      invalid: [#"{"abc":1}"#, #"{"A":1}"#]),
    Example(#"{"propertyNames":false}"#, valid: ["{}"], invalid: [#"{"a":1}"#]),
    Example(#"{"propertyNames":{"const":"a"}}"#, valid: [#"{"a":1}"#], invalid: [#"{"b":1}"#]),
    Example(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1,2]"], invalid: [#"[1,"2"]"#]),
    Example(
      #"{"prefixItems":[{"const":1}],"items":{"const":2}}"#, valid: ["[]", "[1]", "[1,2,2]"],
      invalid: ["[2]", "[1,1]"]),
    Example(
      #"{"prefixItems":[true,{"type":"null"}]}"#, valid: ["[1]", "[1,null,3]"], invalid: ["[1,2]"]),
    Example(#"{"items":false}"#, valid: ["[]"], invalid: ["[1]"]),
    Example(#"{"contains":{"const":1}}"#, valid: ["[0,1]", "{}"], invalid: ["[]", "[0]"]),
    Example(
      #"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, valid: ["[1,1]", "[1,0,1,1]"],
      invalid: ["[1]", "[1,1,1,1]"]),
    Example(#"{"contains":{"const":1},"minContains":0}"#, valid: ["[]", "[2]"], invalid: []),
    Example(#"{"contains":false,"minContains":0,"maxContains":0}"#, valid: ["[1]"], invalid: []),
    Example(#"{"minContains":5}"#, valid: ["[]"], invalid: []),
    Example(#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, valid: ["2"], invalid: ["0", "4"]),
    Example(
      #"{"anyOf":[{"type":"string"},{"minimum":2}]}"#, valid: [#""x""#, "3", "null"], invalid: ["1"]
    ),
    Example(
      #"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, valid: ["1", "2.5"], invalid: ["3", "1.5"]),
    Example(#"{"not":{"type":"string"}}"#, valid: ["1"], invalid: [#""x""#]),
    Example(
      #"{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}"#,
      valid: [#"{"a":1,"b":1}"#, #"{"a":2,"c":1}"#], invalid: [#"{"a":1}"#, #"{"a":2,"b":1}"#]),
    Example(#"{"then":false,"else":false}"#, valid: ["1"], invalid: []),
    Example(#"{"if":true,"else":false}"#, valid: ["1"], invalid: []),
    Example(
      #"{"dependentSchemas":{"a":{"maxProperties":1}}}"#, valid: [#"{"a":1}"#, #"{"b":1,"c":2}"#],
      invalid: [#"{"a":1,"b":2}"#]),
  ]

  private static let unevaluated: [Example] = [
    Example(
      #"{"properties":{"a":true},"unevaluatedProperties":false}"#, valid: [#"{"a":1}"#, "{}", "1"],
      invalid: [#"{"b":1}"#]),
    Example(
      #"{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":{"type":"null"}}"#,
      valid: [#"{"a":1,"b":null}"#], invalid: [#"{"a":1,"b":2}"#]),
    Example(
      #"{"anyOf":[{"properties":{"a":{"const":1}}},{"properties":{"b":{"const":2}}}],"unevaluatedProperties":false}"#,
      valid: [#"{"a":1,"b":2}"#, #"{"a":1}"#], invalid: [#"{"a":2,"b":2}"#, #"{"c":1}"#]),
    Example(
      #"{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"properties":{"b":true}},"unevaluatedProperties":false}"#,
      valid: [#"{"a":1,"b":2}"#], invalid: [#"{"a":2}"#, #"{"b":2}"#]),
    Example(
      #"{"not":{"not":{"properties":{"a":true}}},"unevaluatedProperties":false}"#, valid: ["{}"],
      invalid: [#"{"a":1}"#]),
    Example(
      #"{"dependentSchemas":{"a":{"properties":{"b":true}}},"properties":{"a":true},"unevaluatedProperties":false}"#,
      valid: [#"{"a":1,"b":2}"#], invalid: [#"{"b":2}"#]),
    Example(
      ##"{"$ref":"#/$defs/base","unevaluatedProperties":false,"$defs":{"base":{"properties":{"a":true}}}}"##,
      valid: [#"{"a":1}"#], invalid: [#"{"b":1}"#]),
    Example(
      #"{"patternProperties":{"^x":true},"unevaluatedProperties":false}"#, valid: [#"{"x1":1}"#],
      invalid: [#"{"y":1}"#]),
    Example(
      #"{"allOf":[{"additionalProperties":true}],"unevaluatedProperties":false}"#,
      valid: [#"{"a":1}"#],
      invalid: []),
    Example(
      #"{"properties":{"a":{"properties":{"b":true},"unevaluatedProperties":false}},"unevaluatedProperties":false}"#,
      valid: [#"{"a":{"b":1}}"#], invalid: [#"{"a":{"c":1}}"#, #"{"b":1}"#]),
    Example(
      #"{"oneOf":[{"required":["a"],"properties":{"a":true}},{"required":["b"],"properties":{"b":true}}],"unevaluatedProperties":false}"#,
      valid: [#"{"a":1}"#, #"{"b":1}"#], invalid: [#"{"a":1,"c":1}"#, #"{"a":1,"b":1}"#]),
    Example(
      #"{"prefixItems":[true],"unevaluatedItems":false}"#, valid: ["[1]", "[]"], invalid: ["[1,2]"]),
    Example(
      #"{"allOf":[{"prefixItems":[true,true]}],"unevaluatedItems":{"const":9}}"#,
      valid: ["[1,2,9]"],
      invalid: ["[1,2,3]"]),
    Example(
      #"{"contains":{"const":1},"unevaluatedItems":{"type":"null"}}"#, valid: ["[1,null,1]"],
      invalid: ["[1,2]", "[null]"]),
    Example(#"{"allOf":[{"items":true}],"unevaluatedItems":false}"#, valid: ["[1,2]"], invalid: []),
    Example(
      #"{"anyOf":[{"prefixItems":[{"const":1}]},{"prefixItems":[true,{"const":2}]}],"unevaluatedItems":false}"#,
      valid: ["[1]", "[0,2]", "[1,2]"], invalid: ["[1,3]"]),
  ]

  @Test(
    "a schema accepts what it describes and nothing else",
    arguments: core + values + applicators + unevaluated)
  func examples(example: Example) throws {
    let schema = try compile(example.schema)
    for text in example.valid {
      let violations = schema.check(try Tree(json: text))
      #expect(violations.isEmpty, "\(text)")
    }
    for text in example.invalid {
      #expect(!schema.check(try Tree(json: text)).isEmpty, "\(text)")
      #expect(!schema.accepts(try Tree(json: text)), "\(text)")
    }
  }

  @Test("the tables hold more than 150 cases")
  func enough() {
    let all = Self.core + Self.values + Self.applicators + Self.unevaluated
    #expect(all.reduce(0) { $0 + $1.valid.count + $1.invalid.count } >= 150)
  }

  @Test(
    "a format is asserted when asked, and only then",
    arguments: [
      ("date", ["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", "2024-02-29T00:00:00Z"]),
      (
        "time", ["08:30:06Z", "23:59:60Z", "08:30:06.283185+08:00", "01:29:60+01:30"],
        ["08:30:06", "24:00:00Z", "22:59:60Z", "08:30:06+8:00"]
      ),
      (
        "date-time", ["2026-11-24T04:40:29.125Z", "1990-02-15t01:00:00+08:00"],
        ["2026-11-24 04:40:29Z", "2026-11-31T00:00:00Z", "2026-11-24T04:40:29"]
      ),
      (
        "duration", ["P4DT12H30M5S", "P1Y", "PT1S", "P2W", "P1Y2M3D"],
        ["P", "PT", "P1D2H", "4D", "P1YT", "P1D2M", "PT1D", "P1Y2W", "P1YT1D", "P1Y1D"]
      ),
      (
        "email", ["joe@example.com", "\"a b\"@x.cn", "te.st@[127.0.0.1]", "a@[IPv6:::1]"],
        ["joe", ".a@x.cn", "a..b@x.cn", "a@-x.cn", "@x.cn", "a@[300.0.0.1]"]
      ),
      ("idn-email", ["张@例子.中国"], ["张", "张@"]),
      (
        "hostname", ["www.example.com", "xn--4gbwdl.xn--wgbh1c", "a"],
        ["-a.cn", "a-.cn", "a_b", "", "a..b", "a.", "xn--X"]
      ),
      ("idn-hostname", ["例子.中国", "a·b".replacing("a·b", with: "l·l")], ["-例", "a·b", "〮例"]),
      ("ipv4", ["192.168.0.1"], ["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4.", "1.2.3.a"]),
      (
        "ipv6", ["::", "::1", "1:2:3:4:5:6:7:8", "::ffff:192.168.0.1", "1::8"],
        [
          "1:2:3:4:5:6:7", "1:::2", "12345::", "::1.2.3", "1::2::3", ":1", "1:2:3:4:5:6:7:8:9",
          "1:",
        ]
      ),
      (
        "uri", ["http://a.cn/b?c#d", "urn:x:y", "ftp://u:p@[::1]:80/"],
        ["/a", "http://a b", "http://a/%zz", "http://[::g]/", "://x", "http://a:b/", "http://中"]
      ),
      ("uri-reference", ["/a", "#x", "a/b", ""], ["\\\\x", "a:b:c d"]),
      ("iri", ["http://例子.中国/路"], ["/路"]), ("iri-reference", ["/路"], ["a b"]),
      ("uri-template", ["http://x/{a}/{b*}{?c:3,d}"], ["{", "}", "{a", "{}", "{a b}", "{a:0}"]),
      (
        "uuid", ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"],
        ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8"]
      ),
      ("json-pointer", ["", "/a~1b/~0"], ["a", "/~2", "/~"]),
      ("relative-json-pointer", ["0", "1/a", "2#"], ["", "/a", "-1", "01", "0##"]),
      ("regex", ["^a(b|c)*$", "\\p{L}"], ["(", "a**", "\\Z", "[b-a]"]),
      ("gb11643", ["11010519491231002X", "110105491231002"], ["110105194912310021", "x"]),
      ("gb32100", ["91110000600037341L", "91110105MA00TE5T1P"], ["91110105MA00TE5T20"]),
      ("mobile-phone", ["13800138000"], ["1380013800"]),
    ] as [(String, [String], [String])])
  func formats(name: String, valid: [String], invalid: [String]) throws {
    let asserting = try compile("{\"format\":\"\(name)\"}", formats: true)
    let remarking = try compile("{\"format\":\"\(name)\"}")
    for text in valid { #expect(asserting.check(string(text)).isEmpty, "\(text)") }
    for text in invalid {
      #expect(asserting.check(string(text)).count == 1, "\(text)")
      #expect(remarking.check(string(text)).isEmpty)
    }
    #expect(asserting.check(try Tree(json: "1")).isEmpty)
  }

  @Test("a format that nobody knows is no assertion")
  func unknownFormat() throws {
    #expect(try compile(#"{"format":"moon-phase"}"#, formats: true).accepts(string("x")))
  }
}

/// A tree that is one text.
func string(_ text: String) -> Tree {
  var tree = Tree()
  let slice = tree.intern(text)
  tree.append(.string, text: slice)
  return tree
}
