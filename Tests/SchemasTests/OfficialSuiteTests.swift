import Foundation
import Records
import Testing

@testable import Schemas

/// The JSON-Schema-Test-Suite of json-schema.org, where it is at hand: `TONGBAN_JSON_SCHEMA_SUITE` names its folder.
private let suite = ProcessInfo.processInfo.environment["TONGBAN_JSON_SCHEMA_SUITE"]

@Suite(
  "the official test suite",
  .enabled(if: suite != nil, "TONGBAN_JSON_SCHEMA_SUITE names its folder"))
struct OfficialSuiteTests {
  /// Other drafts, which this validator does not read.
  private static let otherDrafts: Set<String> = [
    "optional/cross-draft.json", "optional/dependencies-compatibility.json",
  ]

  @Test("agrees with every case of draft 2020-12, the optional ones among them")
  func everyCase() throws {
    let root = URL(filePath: suite ?? "")
    let remotes = root.appending(path: "remotes")
    let tests = root.appending(path: "tests/draft2020-12")
    var count = 0
    let files = try #require(FileManager.default.enumerator(atPath: tests.path))
    for case let file as String in files where file.hasSuffix(".json") {
      guard !Self.otherDrafts.contains(file) else { continue }
      let tree = try Tree(json: [UInt8](Data(contentsOf: tests.appending(path: file))))
      for group in tree.children(of: 0) {
        count += try run(group, tree, file, remotes)
      }
    }
    #expect(count > 1_000)
    print("official suite: \(count) cases")
  }

  private func run(_ group: Int, _ tree: Tree, _ file: String, _ remotes: URL) throws -> Int {
    let title = tree.text("description", from: group) ?? ""
    let node = try #require(tree.member("schema", of: group))
    let asserts = file.contains("format/") || file.contains("ecmascript-regex")
    let options = SchemaOptions(assertsFormats: asserts) { address in
      let prefix = "http://localhost:1234/"
      guard address.hasPrefix(prefix) else { return nil }
      let place = remotes.appending(path: String(address.dropFirst(prefix.count)))
      return (try? Data(contentsOf: place)).flatMap { try? Tree(json: [UInt8]($0)) }
    }
    let schema: Schema
    do {
      schema = try Schema.compile(
        json: Array(tree.json(at: node).utf8), name: "case", options: options)
    } catch {
      Issue.record("\(file): \(title): \(error)")
      return 0
    }
    var count = 0
    for test in tree.children(of: try #require(tree.member("tests", of: group))) {
      let data = try #require(tree.member("data", of: test))
      let expected = try #require(tree.member("valid", of: test))
      let isValid = tree.nodes[expected].kind == .true
      let violations = schema.check(tree, at: data)
      #expect(
        violations.isEmpty == isValid,
        "\(file): \(title): \(tree.text("description", from: test) ?? ""): \(tree.json(at: data))")
      #expect(schema.accepts(tree, at: data) == isValid)
      count += 1
    }
    return count
  }
}
