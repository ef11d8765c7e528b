import Foundation
import Testing

@testable import Configuration

@Suite("JSON5 files") struct JSON5Tests {
  @Test(
    "a document means the same to us as to Foundation",
    arguments: [
      "{}", "[]", "[1, 2.5, -3, +4, 0x1F, .5, 1e3]",
      "{a: 1, 'b': \"x\", \"c\": [true, false, null],}",
      "// top\n{ /* in */ a: 'it\\'s', b: \"\\u4e2d\\ud840\\udc00\\x41\\n\" }",
      "{unquoted_$1: 'one line', 中文: 1}",
    ])
  func agreesWithFoundation(text: String) throws {
    let ours = try JSON5.read(Array(text.utf8), file: "t")
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    #expect(try decoder.decode(Plain.self, from: Data(text.utf8)) == Plain(ours))
  }

  @Test(
    "a broken document names its line and what was expected",
    arguments: [
      ("{\n  a: 1\n  b: 2\n}", 3, "expected \",\" or \"}\""),
      ("{a: tru}", 1, "strings need quotes"), ("{a: 'x\n'}", 1, "has no end"),
      ("{a: 1, a: 2}", 1, "twice"), ("/* never", 1, "no end"), ("{a: 1} 2", 1, "end of the file"),
      ("{a: '\\ud800'}", 1, "surrogate"), ("", 1, "end of the file"),
      ("{\n\n a 1}", 3, "expected \":\""),
    ])
  func names(text: String, line: Int, words: String) {
    #expect {
      try JSON5.read(Array(text.utf8), file: "x.json5")
    } throws: { error in
      guard let error = error as? ConfigurationError else { return false }
      return error.line == line && error.message.contains(words)
        && "\(error)".hasPrefix("x.json5:\(line)")
    }
  }

  @Test("a backslash at the end of a line continues the string, as the specification says")
  func continuation() throws {
    #expect(try JSON5.read(Array("'a\\\nb'".utf8), file: "t").string() == "ab")
  }

  @Test("nesting beyond the bound is refused, not followed")
  func depth() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: ConfigurationError.self) { try JSON5.read(Array(text.utf8), file: "deep") }
  }

  @Test("random bytes never crash the reader")
  func garbage() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("{}[]:,'\"\\/*u0x1.e-+ \nabtruefalsn".utf8)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      if let node = try? JSON5.read(bytes, file: "g") { #expect(node.line >= 1) }
    }
  }
}

@Suite("typed reading") struct ReadingTests {
  private func object(_ text: String) throws -> ConfigurationObject {
    try JSON5.read(Array(text.utf8), file: "f.json5").object()
  }

  @Test("a misspelt name is an error that offers the right one")
  func misspelt() throws {
    var object = try object("{\n exchange: 'x',\n quues: []\n}")
    _ = object.optional("exchange")
    _ = object.optional("queues")
    #expect {
      try object.end()
    } throws: { error in
      "\(error)" == "f.json5:3: quues: unknown name \"quues\"; did you mean \"queues\"?"
    }
  }

  @Test("a value of the wrong kind names path, expectation and what was found")
  func wrongKind() throws {
    var object = try object("{list: [1, 'two']}")
    let list = try object.required("list").array()
    #expect(try list[0].int(0...9) == 1)
    #expect {
      try list[1].int()
    } throws: { error in
      "\(error)" == "f.json5:1: list[1]: expected a whole number, found the string \"two\""
    }
    #expect(throws: ConfigurationError.self) { try list[0].int(2...3) }
    #expect(throws: ConfigurationError.self) { try object.required("absent") }
  }

  @Test(
    "lengths of time have units",
    arguments: [
      ("'250ms'", 0.25), ("'30s'", 30.0), ("'5m'", 300), ("'2h'", 7200), ("'3d'", 259200), ("7", 7),
    ])
  func seconds(text: String, expected: Double) throws {
    #expect(try JSON5.read(Array(text.utf8), file: "t").seconds() == expected)
  }

  @Test("the nearest name is offered only when it is near")
  func nearest() {
    #expect(nearestName(to: "topik", in: ["topic", "direct"]) == "topic")
    #expect(nearestName(to: "nmae", in: ["name", "note"]) == "name", "a swap is one slip")
    #expect(nearestName(to: "zebra", in: ["topic", "direct"]) == nil)
  }
}

/// A value without places, as Foundation reads it and as we do.
enum Plain: Equatable, Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([Plain])
  case object([String: Plain])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let items = try? container.decode([Plain].self) {
      self = .array(items)
    } else {
      self = .object(try container.decode([String: Plain].self))
    }
  }

  init(_ node: ConfigurationNode) {
    switch node.value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .number(let text): self = .number(Double(text) ?? .nan)
    case .string(let text): self = .string(text)
    case .array(let items): self = .array(items.map(Plain.init))
    case .object(let members):
      self = .object(Dictionary(uniqueKeysWithValues: members.map { ($0.name, Plain($0.node)) }))
    }
  }
}
