import Records
import TestSupport
import Testing

@testable import Schemas

@Suite("schemas") struct SchemaTests {
  @Test(
    "a violation says where, which keyword, and what was expected, without the value",
    arguments: [
      (
        #"{"properties":{"a/b":{"items":{"type":"string"}}}}"#, #"{"a/b":["x",12345]}"#, "/a~1b/1",
        "/properties/a~1b/items/type", "string"
      ),
      (#"{"required":["id"]}"#, #"{"x":1}"#, "", "/required", "a member \"id\""),
      (#"{"enum":["0","1"]}"#, #""12345""#, "", "/enum", #"one of "0", "1""#),
      (#"{"const":{"a":[1]}}"#, "12345", "", "/const", #"the value {"a":[1]}"#),
      (
        #"{"additionalProperties":false}"#, #"{"extra":12345}"#, "/extra", "/additionalProperties",
        "nothing here"
      ),
      (#"{"maxLength":4}"#, #""12345""#, "", "/maxLength", "at most 4 characters"),
      (#"{"minItems":1}"#, "[]", "", "/minItems", "at least 1 item"),
      (#"{"maximum":1e3}"#, "12345", "", "/maximum", "at most 1e3"),
      (#"{"multipleOf":2}"#, "12345", "", "/multipleOf", "a multiple of 2"),
      (#"{"pattern":"^a$"}"#, #""12345""#, "", "/pattern", "a text matching ^a$"),
      (#"{"format":"date"}"#, #""12345""#, "", "/format", "the format date"),
      (#"{"format":"gb11643"}"#, #""110105194912310021""#, "", "/format", "check character"),
      (
        #"{"propertyNames":{"maxLength":3}}"#, #"{"abcd":12345}"#, "/abcd",
        "/propertyNames/maxLength", "at most 3"
      ),
      (
        #"{"anyOf":[{"type":"null"},{"type":"string"}]}"#, "12345", "", "/anyOf",
        "at least one of 2 alternatives"
      ),
      (#"{"oneOf":[true,true]}"#, "12345", "", "/oneOf", "not several"),
      (#"{"not":{}}"#, "12345", "", "/not", "not"),
      (
        ##"{"$ref":"#/$defs/x","$defs":{"x":{"minimum":99999}}}"##, "12345", "", "/$defs/x/minimum",
        "at least 99999"
      ),
      (#"{"if":true,"then":{"type":"null"}}"#, "12345", "", "/then/type", "null"),
      (
        #"{"dependentRequired":{"a":["b"]}}"#, #"{"a":12345}"#, "", "/dependentRequired/a",
        "\"b\" beside \"a\""
      ),
      (
        #"{"unevaluatedProperties":false}"#, #"{"a":12345}"#, "/a", "/unevaluatedProperties",
        "nothing here"
      ),
      (#"{"contains":{"type":"null"}}"#, "[12345]", "", "/contains", "at least 1 of the items"),
      (#"{"uniqueItems":true}"#, "[12345,12345]", "", "/uniqueItems", "differ"),
    ])
  func violations(schema: String, instance: String, path: String, keyword: String, words: String)
    throws
  {
    let violations = try compile(schema, formats: true).check(try Tree(json: instance))
    let violation = try #require(violations.first)
    #expect(violations.count == 1)
    #expect(violation.instancePath == path)
    #expect(violation.keywordPath == keyword)
    #expect(violation.expectation.contains(words))
    #expect(
      !violation.expectation.contains("12345") && !violation.expectation.contains("1101051949"))
  }

  @Test("all violations are told, and no more than the bound")
  func several() throws {
    let schema = try compile(
      #"{"properties":{"a":{"type":"null"},"b":{"type":"null"}},"required":["c","d"]}"#)
    #expect(schema.check(try Tree(json: #"{"a":1,"b":2}"#)).count == 4)
    let items = try compile(#"{"items":{"type":"null"}}"#)
    let many = "[" + Array(repeating: "1", count: 500).joined(separator: ",") + "]"
    #expect(items.check(try Tree(json: many)).count == Schema.maximumViolations)
  }

  @Test(
    "a broken schema names itself, the keyword's place and what was expected",
    arguments: [
      (#"{"type":"strnig"}"#, "/type", "one of null"),
      (#"{"properties":{"a":{"minimum":"1"}}}"#, "/properties/a/minimum", "a number"),
      (#"{"required":["a","a"]}"#, "/required", "each once"),
      (#"{"required":"a"}"#, "/required", "list of names"),
      (#"{"pattern":"("}"#, "/pattern", "regular expression"),
      (#"{"patternProperties":{"(":true}}"#, "/patternProperties", "regular expression"),
      (#"{"minLength":-1}"#, "/minLength", "0 or more"),
      (#"{"minLength":1.5}"#, "/minLength", "whole number"),
      (#"{"multipleOf":0}"#, "/multipleOf", "greater than 0"),
      (#"{"items":[true]}"#, "/items", "prefixItems"),
      (#"{"allOf":[]}"#, "/allOf", "at least one"), (#"{"allOf":{}}"#, "/allOf", "list of schemas"),
      (##"{"$ref":"#/nowhere"}"##, "/$ref", "/nowhere"),
      (##"{"$ref":"#nobody"}"##, "/$ref", "anchor"),
      (#"{"$ref":"http://elsewhere/x"}"#, "/$ref", "nothing is fetched"),
      (#"{"properties":{"a":1}}"#, "/properties/a", "a schema"),
      (#"{"$anchor":"1x"}"#, "/$anchor", "a letter"),
      (##"{"$id":"x#y"}"##, "/$id", "without a fragment"),
      (#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#, "/$schema", "2020-12"),
      (#"{"format":1}"#, "/format", "a string"),
      (#"{"uniqueItems":1}"#, "/uniqueItems", "true or false"), (#"{"enum":1}"#, "/enum", "a list"),
      ("{", "", "JSON"), ("1", "", "a schema"),
    ])
  func faults(schema: String, path: String, words: String) {
    #expect {
      try compile(schema)
    } throws: { error in
      guard let error = error as? SchemaError else { return false }
      return error.path == path && error.schema == "test" && "\(error)".contains(words)
    }
  }

  @Test("another document comes from the resolver, asked once and at compile time only")
  func resolving() throws {
    let other = ##"{"$defs":{"n":{"type":"integer"}},"properties":{"self":{"$ref":"#/$defs/n"}}}"##
    let options = SchemaOptions(resolve: {
      $0 == "http://x/dir/other.json" ? try? Tree(json: other) : nil
    })
    let schema = try Schema.compile(
      json: Array(
        #"{"$id":"http://x/dir/one","properties":{"a":{"$ref":"other.json#/$defs/n"},"b":{"$ref":"./other.json"}}}"#
          .utf8),
      name: "one", options: options)
    #expect(schema.accepts(try Tree(json: #"{"a":1,"b":{"self":2}}"#)))
    let violation = try #require(schema.check(try Tree(json: #"{"b":{"self":"x"}}"#)).first)
    #expect(violation.instancePath == "/b/self")
    #expect(violation.keywordPath == "http://x/dir/other.json#/$defs/n/type")
  }

  @Test(
    "a schema that recurses without end, or an instance that nests without end, is an answer and no crash"
  )
  func recursion() throws {
    let endless = try compile(##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##)
    let violations = endless.check(try Tree(json: "1"))
    #expect(violations.count == 1 && violations.first?.expectation.contains("nesting") == true)
    let nested = try compile(##"{"items":{"$ref":"#"}}"##)
    var tree = Tree()
    let containers = (0..<100_000).map { _ in tree.open(.array) }
    for container in containers.reversed() { tree.close(container) }
    #expect(nested.check(tree).first?.expectation.contains("nesting") == true)
    let deep = "[" + String(repeating: "[", count: 60) + String(repeating: "]", count: 60) + "]"
    #expect(nested.accepts(try Tree(json: deep)))
  }

  @Test("a part of a tree can be the instance, and paths begin there")
  func part() throws {
    let tree = try Tree(json: #"{"data":{"a":"x"}}"#)
    let node = try #require(tree.member("data", of: 0))
    let violations = try compile(#"{"properties":{"a":{"type":"null"}}}"#).check(tree, at: node)
    #expect(violations.first?.instancePath == "/a")
  }

  @Test("memory kept from check to check changes no outcome")
  func scratch() throws {
    let schema = try compile(
      #"{"anyOf":[{"properties":{"a":true}},{"properties":{"b":true}}],"unevaluatedProperties":false}"#
    )
    var scratch = Scratch()
    for _ in 0..<3 {
      #expect(schema.check(try Tree(json: #"{"a":1,"b":2}"#), scratch: &scratch).isEmpty)
      #expect(schema.check(try Tree(json: #"{"c":1}"#), scratch: &scratch).count == 1)
    }
  }

  @Test("more than 64 required members are all required")
  func manyRequired() throws {
    let names = (0..<100).map { "\"m\($0)\"" }
    let schema = try compile("{\"required\":[\(names.joined(separator: ","))]}")
    let all = names.map { "\($0):1" }
    #expect(schema.accepts(try Tree(json: "{\(all.joined(separator: ","))}")))
    for missing in [0, 63, 64, 99] {
      var some = all
      some.remove(at: missing)
      let violations = schema.check(try Tree(json: "{\(some.joined(separator: ","))}"))
      #expect(violations.map(\.expectation) == ["a member \"m\(missing)\""])
    }
  }

  @Test("a schema that must not be judged by a vocabulary it does not use")
  func vocabularies() throws {
    let meta =
      #"{"$id":"http://x/meta","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,"https://json-schema.org/draft/2020-12/vocab/applicator":true}}"#
    let options = SchemaOptions(resolve: { $0 == "http://x/meta" ? try? Tree(json: meta) : nil })
    let schema = try Schema.compile(
      json: Array(#"{"$schema":"http://x/meta","minimum":5,"properties":{"a":false}}"#.utf8),
      name: "v", options: options)
    #expect(schema.accepts(try Tree(json: "1")))
    #expect(!schema.accepts(try Tree(json: #"{"a":1}"#)))
  }
}

@Suite("numbers") struct NumeralTests {
  @Test(
    "numbers are compared by their value, however they are written",
    arguments: [
      ("0", "-0.0", 0), ("1", "1.0", 0), ("1e2", "100", 0), ("1.5E+1", "15", 0),
      ("0.001", "1e-3", 0),
      ("100e-2", "1", 0), ("-1", "1", -1), ("0", "-1", 1), ("0.1", "0.09999999999999999999999", 1),
      ("12345678901234567890123", "12345678901234567890124", -1), ("-5", "-4", -1),
      ("1e400", "1e401", -1),
      ("0", "1e-999", -1), ("10", "9", 1), ("0.5", "0.05", 1), ("99999", "1e5", -1),
      ("0e99", "0", 0),
      ("1e99999999999999999999", "2", 1), ("-1e99999999999999999999", "2", -1),
    ])
  func comparing(left: String, right: String, order: Int) {
    let result = withNumerals(left, right) { $0.compared(to: $1).signum() }
    #expect(result == order)
    #expect(withNumerals(right, left) { $0.compared(to: $1).signum() } == -order)
    #expect((withNumerals(left, right) { $0.hash == $1.hash }) == (order == 0))
  }

  @Test("sums of random whole numbers are compared and divided as 64 bits do it")
  func whole() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    for _ in 0..<5_000 {
      let left = Int.random(in: -100_000...100_000, using: &random)
      let right = Int.random(in: 1...400, using: &random)
      let written = Bool.random(using: &random) ? "\(left)" : "\(left)0e-1"
      withNumerals(written, "\(right)") { a, b in
        #expect(a.compared(to: b).signum() == (left - right).signum(), "seed \(seed)")
        if let divisor = Divisor(b) {
          #expect(
            a.isMultiple(of: divisor) == (left % right == 0), "seed \(seed): \(written) / \(right)")
        }
      }
    }
  }

  private func withNumerals<Result>(
    _ left: String, _ right: String, _ body: (Numeral, Numeral) -> Result
  ) -> Result {
    var (left, right) = (left, right)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        body(Numeral(UnsafeRawBufferPointer(left)), Numeral(UnsafeRawBufferPointer(right)))
      }
    }
  }
}
