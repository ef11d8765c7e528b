import Foundation
import Records
import TestSupport
import Testing

@testable import Schemas

@Suite("random schemas") struct RandomTests {
  @Test("a check of any schema and instance ends, and its two passes agree")
  func smoke() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomJSON(seed: seed)
    for _ in 0..<600 {
      let text = random.schema(depth: 3)
      let schema = try compile(text, formats: true)
      for _ in 0..<5 {
        let instance = random.value(depth: 3)
        let tree = try Tree(json: instance)
        let violations = schema.check(tree)
        #expect(violations.isEmpty == schema.accepts(tree), "seed \(seed): \(text) on \(instance)")
        for violation in violations {
          #expect(
            !violation.keywordPath.isEmpty || text == "false",
            "seed \(seed): \(text) on \(instance)")
        }
      }
    }
  }

  @Test("broken schemas are refused or compiled, never a crash")
  func garbage() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomJSON(seed: seed)
    let keywords = [
      "type", "enum", "const", "minimum", "multipleOf", "minLength", "pattern", "required", "items",
      "prefixItems", "properties",
      "patternProperties", "additionalProperties", "$ref", "$id", "$anchor", "$dynamicRef",
      "$schema", "allOf", "not", "if",
      "dependentRequired", "dependentSchemas", "contains", "minContains", "format",
      "unevaluatedItems", "uniqueItems", "propertyNames",
    ]
    for _ in 0..<600 {
      let members = (0..<3).map { _ in
        "\"\(keywords.randomElement(using: &random.generator) ?? "type")\":\(random.value(depth: 2))"
      }
      guard let schema = try? compile("{\(members.joined(separator: ","))}"),
        let tree = try? Tree(json: random.value(depth: 2))
      else { continue }
      _ = schema.check(tree)
    }
  }

  @Test(
    "agrees with PyPI's jsonschema-rs on random schemas and instances",
    .enabled(
      if: Oracle.isAsked, "TONGBAN_DIFFERENTIAL=1 asks for it; it needs python3 with jsonschema-rs")
  )
  func differential() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomJSON(seed: seed)
    var cases: [(schema: String, instance: String)] = []
    for _ in 0..<4_000 {
      let schema = random.schema(depth: 3)
      for _ in 0..<5 { cases.append((schema, random.value(depth: 3))) }
    }
    let lines = cases.map { "[\($0.schema),\($0.instance)]" }
    let verdicts = Oracle.jsonSchema(lines)
    #expect(verdicts.count == cases.count)
    print(
      "differential: jsonschema-rs judged \(cases.count) instances, "
        + "\(verdicts.count { $0 == "true" }) valid, seed \(seed)")
    for (one, verdict) in zip(cases, verdicts) {
      let ours = try compile(one.schema).accepts(try Tree(json: one.instance))
      #expect("\(ours)" == verdict, "seed \(seed): \(one.schema) on \(one.instance)")
    }
  }
}

/// Random schemas that compile, and values that have a chance to satisfy them.
struct RandomJSON {
  var generator: Seeded
  private static let names = ["a", "b", "c", "d"]
  private static let scalars = [
    "null", "true", "false", "0", "1", "1.0", "2", "-3", "2.5", "1e2", #""""#, #""a""#, #""ab""#,
    #""中文""#, #""b1""#,
  ]

  init(seed: UInt64) { generator = Seeded(seed) }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &generator)]
  }

  private mutating func several(_ range: ClosedRange<Int>, _ make: (inout RandomJSON) -> String)
    -> String
  {
    (0..<Int.random(in: range, using: &generator)).map { _ in make(&self) }.joined(separator: ",")
  }

  private mutating func members(_ make: (inout RandomJSON) -> String) -> String {
    let names = Self.names.filter { _ in Bool.random(using: &generator) }
    return "{" + names.map { "\"\($0)\":\(make(&self))" }.joined(separator: ",") + "}"
  }

  mutating func value(depth: Int) -> String {
    let kind = depth == 0 ? 0 : Int.random(in: 0...5, using: &generator)
    switch kind {
    case 4: return "[" + several(0...4) { $0.value(depth: depth - 1) } + "]"
    case 3, 5: return members { $0.value(depth: depth - 1) }
    default: return pick(Self.scalars)
    }
  }

  mutating func schema(depth: Int) -> String {
    if depth == 0 {
      return pick([
        "true", "true", "false", #"{"type":"string"}"#, #"{"type":"integer"}"#, #"{"const":1}"#,
        "{}",
      ])
    }
    let count = Int.random(in: 1...4, using: &generator)
    var keywords: [String: String] = [:]
    for _ in 0..<count {
      let (name, value) = keyword(depth - 1)
      keywords[name] = value
    }
    if keywords["if"] != nil {
      keywords["then"] = schema(depth: depth - 1)
      if Bool.random(using: &generator) { keywords["else"] = schema(depth: depth - 1) }
    }
    if keywords["contains"] != nil, Bool.random(using: &generator) {
      keywords["minContains"] = pick(["0", "2"])
    }
    return "{"
      + keywords.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(
        separator: ",") + "}"
  }

  private mutating func keyword(_ depth: Int) -> (String, String) {
    switch Int.random(in: 0...29, using: &generator) {
    case 0:
      (
        "type",
        pick(
          ["string", "integer", "number", "object", "array", "null", "boolean"].map { "\"\($0)\"" })
      )
    case 1: ("type", #"["object","array","string"]"#)
    case 2: ("const", value(depth: 1))
    case 3: ("enum", "[" + several(1...4) { $0.value(depth: 1) } + "]")
    case 4:
      (
        pick(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]),
        pick(["0", "1", "1.5", "2", "1e1"])
      )
    case 5: ("multipleOf", pick(["1", "0.5", "2", "3"]))
    case 6: (pick(["minLength", "maxLength"]), pick(["0", "1", "2"]))
    case 7: ("pattern", pick([#""^a""#, #""b$""#, #""^\\p{L}+$""#, #""[0-9]""#, #""^(a|ab)*$""#]))
    case 8:
      (pick(["minItems", "maxItems", "minProperties", "maxProperties"]), pick(["0", "1", "2"]))
    case 9: ("uniqueItems", "true")
    case 10: ("required", pick([#"["a"]"#, #"["a","b"]"#, "[]"]))
    case 11: ("dependentRequired", #"{"a":["b"]}"#)
    case 12, 13: ("properties", members { $0.schema(depth: depth) })
    case 14: ("patternProperties", "{\"^[ab]\":\(schema(depth: depth))}")
    case 15: ("additionalProperties", schema(depth: depth))
    case 16:
      (
        "propertyNames",
        pick([#"{"maxLength":1}"#, #"{"pattern":"^[abc]"}"#, #"{"enum":["a","b","c"]}"#])
      )
    case 17, 18: ("items", schema(depth: depth))
    case 19: ("prefixItems", "[" + several(1...2) { $0.schema(depth: depth) } + "]")
    case 20: ("contains", schema(depth: depth))
    case 21: ("allOf", "[" + several(1...2) { $0.schema(depth: depth) } + "]")
    case 22: ("anyOf", "[" + several(1...3) { $0.schema(depth: depth) } + "]")
    case 23: ("oneOf", "[" + several(1...3) { $0.schema(depth: depth) } + "]")
    case 24: ("not", schema(depth: depth))
    case 25: ("if", schema(depth: depth))
    case 26: ("dependentSchemas", "{\"a\":\(schema(depth: depth))}")
    case 27, 28: ("unevaluatedProperties", pick(["false", schema(depth: depth)]))
    default: ("unevaluatedItems", pick(["false", schema(depth: depth)]))
    }
  }
}

/// Another implementation, where it is at hand.
enum Oracle {
  static let isAsked = ProcessInfo.processInfo.environment["TONGBAN_DIFFERENTIAL"] == "1"

  /// One verdict a line, for lines `[schema, instance]`.
  static func jsonSchema(_ lines: [String]) -> [String] {
    let script = """
      import sys, json, jsonschema_rs
      for line in sys.stdin:
          schema, instance = json.loads(line)
          print(str(jsonschema_rs.Draft202012Validator(schema).is_valid(instance)).lower())
      """
    return TestServers.run(
      "/usr/bin/env", ["python3", "-c", script], input: lines.joined(separator: "\n")
    ).split(separator: "\n").map(String.init)
  }
}
