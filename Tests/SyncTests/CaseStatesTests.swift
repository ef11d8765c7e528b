import Configuration
import Events
import Foundation
import Testing

@testable import Sync

private let project = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The project's own file.
func shippedStates() throws -> CaseStates {
  try CaseStates.load(home: project, departments: ["housing-construction"])
}

private func reading(_ path: String) throws -> ConfigurationNode {
  try JSON5.read(Array(Data(contentsOf: project.appending(path: path))), file: path)
}

@Suite("the states of cases and the words for them") struct CaseStatesTests {
  @Test("the states are exactly those of std.case.v1")
  func sameAsSchema() throws {
    let schema = try reading("topology/schemas/std.case.v1.json")
    var object = try schema.object()
    var properties = try object.required("properties").object()
    var state = try properties.required("state").object()
    let names = try state.required("enum").strings()
    #expect(Set(names) == Set(try shippedStates().states.map(\.name)))
    #expect(names.count == 18)
  }

  @Test("the code table of housing construction says what the ministry's vocabulary says")
  func sameAsAdapter() throws {
    var table = try reading("adapters/housing-construction/codes/case-state.json5").object()
    var entries: [String: [String]] = [:]
    for member in try table.required("entries").members() {
      entries[member.name] = try member.node.strings()
    }
    let codes = try #require(try shippedStates().vocabulary("mohurd")).codes
    #expect(
      Dictionary(uniqueKeysWithValues: codes.map { ($0.value, $0.states + [$0.words]) }) == entries)
    var adapter = try reading("adapters/housing-construction/adapter.json5").object()
    let source = try adapter.required("source").name()
    #expect(try shippedStates().system(source)?.department == "housing-construction")
  }

  @Test(
    "nothing leaves an end but a permission that is voided; withdrawn and voided come from anywhere else"
  )
  func ends() throws {
    let states = try shippedStates()
    for state in states.states where state.becomes == state.name {
      if state.isTerminal {
        #expect(state.moves == (state.name == "granted" ? ["voided"] : []), "\(state.name)")
      } else {
        #expect(Set(state.moves).isSuperset(of: ["withdrawn", "voided"]), "\(state.name)")
      }
    }
  }

  @Test("every vocabulary is whole: its codes, and those that tell no state or one of several")
  func vocabularies() throws {
    let found = try shippedStates().vocabularies.map { vocabulary in
      let none = vocabulary.codes.filter(\.states.isEmpty).count
      let several = vocabulary.codes.filter { $0.states.count > 1 }.count
      return "\(vocabulary.name) \(vocabulary.codes.count) \(none) \(several)"
    }
    #expect(
      found == [
        "mohurd 15 0 0", "guangdong 20 0 3", "hunan 12 0 2", "fujian 29 17 1", "epoint 23 2 5",
        "national 9 3 1",
      ])
  }

  @Test("a fault names file, line and the nearest name", arguments: faults)
  func faulty(_ fault: Fault) throws {
    let path = project.appending(path: CaseStates.path)
    let text = try String(contentsOf: path, encoding: .utf8)
    let changed = text.replacing(fault.what, with: fault.by, maxReplacements: 1)
    try #require(changed != text)
    let error = #expect(throws: ConfigurationError.self) {
      try CaseStates.read(
        Array(changed.utf8), file: "states.json5", departments: ["housing-construction"])
    }
    #expect(error?.file == "states.json5" && (error?.line ?? 0) > 0)
    #expect("\(error.map { "\($0)" } ?? "")".contains(fault.says), "\(String(describing: error))")
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription, what, by, says: String

    init(_ name: String, _ what: String, _ by: String, _ says: String) {
      (testDescription, self.what, self.by, self.says) = (name, what, by, says)
    }
  }

  static let faults = [
    Fault("a misspelt move", "\"submitted\"]", "\"submited\"]", "did you mean \"submitted\"?"),
    Fault(
      "a misspelt state of a code", "[\"received\", \"已接件\"]", "[\"recieved\", \"已接件\"]",
      "blzt.1[0]: unknown state \"recieved\"; did you mean \"received\"?"),
    Fault(
      "a code twice", "\"2\": [\"withdrawn\", \"已撤件\"]", "\"1\": [\"withdrawn\", \"已撤件\"]",
      "is there twice"),
    Fault(
      "a state that none comes to", ", \"suspended\", ", ", ",
      "states.suspended: no case can come to it"),
    Fault(
      "an end with moves", "en: \"returned\", ", "en: \"returned\", moves: [\"draft\"], ",
      "nothing leaves an end"),
    Fault(
      "no way to an end", "anywhere: [\"withdrawn\", \"voided\"]", "anywhere: []",
      "no case can come to it"),
    Fault(
      "several states without a note", ", \"BJJGMS tells a refusal in words\"", "", "needs a note"),
    Fault("no state without a note", ", \"RUN_STATUS tells how\"", "", "needs a note"),
    Fault(
      "a misspelt vocabulary", "vocabulary: \"mohurd\"", "vocabulary: \"mohud\"",
      "did you mean \"mohurd\"?"),
    Fault(
      "an unknown department", "department: \"housing-construction\"", "department: \"housing\"",
      "unknown department"),
    Fault(
      "a misspelt member", "terminal: true, undone", "terminal: true, undonee",
      "did you mean \"undone\"?"),
  ]
}
