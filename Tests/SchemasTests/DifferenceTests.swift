import Records
import TestSupport
import Testing

@testable import Schemas

@Suite("the difference of two schemas") struct DifferenceTests {
  struct Case: CustomTestStringConvertible {
    let old: String
    let new: String
    let verdict: SchemaDifference.Verdict
    /// A part of the first reason for the side that breaks, if one does.
    var reason = ""
    var testDescription: String { "\(old) → \(new)" }
  }

  @Test(
    "says whether old data stays valid and new data is still understood",
    arguments: [
      Case(old: "{}", new: #"{"title":"a"}"#, verdict: .full),
      Case(old: "true", new: "false", verdict: .forward, reason: "no value"),
      Case(
        old: #"{"type":"integer"}"#, new: #"{"type":"number"}"#, verdict: .backward,
        reason: "/: refuses values of type number (/type)"),
      Case(
        old: #"{"type":["string","null"]}"#, new: #"{"type":["null","integer"]}"#, verdict: .none,
        reason: "refuses values of type string"),
      Case(old: #"{"enum":["a","b"]}"#, new: #"{"enum":["b","a","c"]}"#, verdict: .backward),
      Case(
        old: #"{"enum":["a","b"]}"#, new: #"{"const":"a"}"#, verdict: .forward,
        reason: ##"refuses "b""##),
      Case(old: #"{"enum":["aa","b"]}"#, new: #"{"maxLength":2}"#, verdict: .backward),
      Case(
        old: #"{"properties":{"a":{}},"additionalProperties":false}"#,
        new: #"{"properties":{"a":{},"b":{}},"additionalProperties":false}"#, verdict: .backward,
        reason: "/b: no value may stand here"),
      Case(
        old: #"{"properties":{"a":{}}}"#, new: #"{"properties":{"a":{}},"required":["a"]}"#,
        verdict: .forward, reason: #"/: "a" must be there, for the other it need not (/required)"#),
      Case(
        old: #"{"properties":{"a":{"maxLength":5}}}"#,
        new: #"{"properties":{"a":{"maxLength":9}}}"#, verdict: .backward,
        reason: "/a: allows 5, the other 9 (/properties/a/maxLength)"),
      Case(
        old: #"{"type":"number","minimum":1}"#, new: #"{"type":"number","exclusiveMinimum":0.5}"#,
        verdict: .backward),
      Case(
        old: #"{"type":"number","exclusiveMinimum":1}"#, new: #"{"type":"number","minimum":1}"#,
        verdict: .backward),
      Case(
        old: #"{"type":"integer","multipleOf":6}"#, new: #"{"type":"integer","multipleOf":3}"#,
        verdict: .backward, reason: "multiples of 6"),
      Case(
        old: #"{"pattern":"^a$"}"#, new: #"{"pattern":"^b$"}"#, verdict: .none,
        reason: ##"was "^a$""##),
      Case(old: #"{"format":"date"}"#, new: "{}", verdict: .backward, reason: "is new"),
      Case(
        old: ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}"##, new: #"{"type":"string"}"#,
        verdict: .full),
      Case(
        old: #"{"allOf":[{"minLength":2},{"maxLength":4}]}"#,
        new: #"{"minLength":1,"maxLength":4}"#, verdict: .backward),
      Case(
        old: #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, new: #"{"type":["string","null"]}"#,
        verdict: .backward),
      Case(
        old: #"{"type":"string"}"#, new: #"{"anyOf":[{"type":"string"},{"type":"integer"}]}"#,
        verdict: .backward),
      Case(
        old: #"{"oneOf":[{"type":"string"},{"type":"null"}]}"#,
        new: #"{"oneOf":[{"type":"null"}]}"#, verdict: .none, reason: "cannot be shown"),
      Case(
        old: ##"{"properties":{"next":{"$ref":"#"}},"required":["next"]}"##,
        new: ##"{"properties":{"next":{"$ref":"#"}}}"##, verdict: .backward),
      Case(
        old: #"{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"}}"#,
        new: #"{"type":"array","items":{"type":["string","integer"]}}"#, verdict: .backward),
      Case(
        old: #"{"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false}"#,
        new:
          #"{"patternProperties":{"^x":{"type":["string","null"]}},"additionalProperties":false}"#,
        verdict: .backward),
      // A kind that is new comes with a number of its own form.
      Case(
        old: """
          {"properties":{"kind":{"enum":["a"]}},"required":["kind"],
           "if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["x"]}}
          """,
        new: """
          {"properties":{"kind":{"enum":["a","b"]}},"required":["kind"],
           "if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["x"]},
           "else":{"if":{"properties":{"kind":{"const":"b"}}},"then":{"required":["y"]}}}
          """, verdict: .backward),
      // A property may be called like an annotation.
      Case(
        old: #"{"not":{"properties":{"title":{"const":1}}}}"#,
        new: #"{"not":{"properties":{"title":{"const":2}}}}"#, verdict: .none),
    ])
  func verdicts(_ one: Case) throws {
    let difference = try difference(one.old, one.new)
    #expect(difference.verdict == one.verdict, "\(difference)")
    let words = (difference.backward + difference.forward).map(\.description)
    #expect(one.reason.isEmpty || words.contains { $0.contains(one.reason) }, "\(words)")
  }

  @Test("is never wrong where it promises, and every schema goes fully with itself")
  func sound() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomJSON(seed: seed)
    var promises = 0
    for _ in 0..<600 {
      let old = random.schema(depth: 2)
      let new =
        Bool.random(using: &random.generator) ? random.changed(old) : random.schema(depth: 2)
      let difference = try difference(old, new)
      let (one, other) = (try compile(old, formats: true), try compile(new, formats: true))
      guard difference.verdict != .none else { continue }
      promises += 1
      for _ in 0..<20 {
        let value = random.value(depth: 2)
        let tree = try Tree(json: value)
        let (isOld, isNew) = (one.accepts(tree), other.accepts(tree))
        if difference.backward.isEmpty {
          #expect(!isOld || isNew, "seed \(seed): \(old) → \(new) on \(value)")
        }
        if difference.forward.isEmpty {
          #expect(!isNew || isOld, "seed \(seed): \(old) → \(new) on \(value)")
        }
      }
    }
    #expect(promises > 50, "seed \(seed)")
  }

  @Test("a schema goes fully with itself, whatever stands in it")
  func itself() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomJSON(seed: seed)
    for _ in 0..<300 {
      let text = random.schema(depth: 3)
      #expect(try difference(text, text).verdict == .full, "seed \(seed): \(text)")
    }
  }

  private func difference(_ old: String, _ new: String) throws -> SchemaDifference {
    try .between(
      try Tree(json: Array(old.utf8)), named: "old", and: try Tree(json: Array(new.utf8)),
      named: "new")
  }
}

extension RandomJSON {
  /// The schema with one constraint put beside it or taken as an alternative.
  mutating func changed(_ schema: String) -> String {
    let other = self.schema(depth: 1)
    return switch Int.random(in: 0...2, using: &generator) {
    case 0: "{\"allOf\":[\(schema),\(other)]}"
    case 1: "{\"anyOf\":[\(other),\(schema)]}"
    default: "{\"allOf\":[\(schema)],\"title\":\"again\"}"
    }
  }
}
