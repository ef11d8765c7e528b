import Configuration
import Foundation
import Testing

@testable import Topology

/// The files of a topology, given as text.
func compile(_ texts: String...) throws -> (topology: Topology, faults: [ConfigurationError]) {
  Topology.compile(
    try texts.enumerated().map {
      try JSON5.read(Array($0.element.utf8), file: "topology/\($0.offset).json5")
    })
}

/// The repository's own `topology/`.
let ownFolder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appending(path: "topology").path

@Suite("the files of a topology") struct TopologyFileTests {
  @Test("the project's own topology is sound and has what the hub's lanes read")
  func ownFiles() throws {
    #expect(Topology.validate(folder: ownFolder).isEmpty)
    let topology = try Topology.load(folder: ownFolder)
    let queues = Set(topology.queues.map(\.name))
    let lanes = [
      "core.0", "core.1", "distribute.0", "distribute.1", "sync.0", "sync.1", "case-events",
      "case-states", "notices",
      "deadletters",
    ]
    // Everyone who has an adapter takes part: data and tasks each have a queue.
    let adapters = try FileManager.default.contentsOfDirectory(atPath: "\(ownFolder)/../adapters")
    #expect(Set(topology.departments) == Set(adapters))
    #expect(
      queues
        == Set(lanes + adapters.flatMap { ["department.\($0)", "tasks.\($0)"] }))
    #expect(topology.queues.allSatisfy { $0.isQuorum })
  }

  @Test("one line makes a family: a hash exchange fed by the source, and queues of equal weight")
  func family() throws {
    let (topology, faults) = try compile(
      """
      { owns: ["*"], exchanges: { "gov.intake": { type: "topic" } },
        families: { core: { from: "gov.intake", partitions: 3 } } }
      """)
    #expect(faults.isEmpty)
    let via = topology.exchanges.first { $0.name == "gov.intake.partitions" }
    #expect(via?.type == "x-consistent-hash")
    #expect(via?.arguments == ["hash-header": .text("tongban-partition")])
    #expect(topology.queues.map(\.name) == ["core.0", "core.1", "core.2"])
    #expect(topology.queues(ofFamily: "core") == ["core.0", "core.1", "core.2"])
    #expect(topology.queues(ofFamily: "cor").isEmpty)
    #expect(
      topology.queues.allSatisfy { $0.arguments["x-single-active-consumer"] == .bool(true) })
    #expect(
      topology.bindings == [
        Binding(source: "gov.intake", destination: .exchange("gov.intake.partitions"), key: "#")
      ]
        + (0..<3).map {
          Binding(source: "gov.intake.partitions", destination: .queue("core.\($0)"), key: "1")
        })
  }

  @Test("one line makes a department: a queue and its binding for each kind that it takes")
  func departments() throws {
    let (topology, faults) = try compile(
      """
      { owns: ["*"], exchanges: { d: { type: "topic" }, t: { type: "topic" } },
        takes: { data: { queue: "department.{department}", from: "d", key: "{department}.#" },
                 tasks: { queue: "tasks.{department}", from: "t", key: "{department}.#" } },
        departments: { tax: "税务", police: { takes: ["tasks"] } } }
      """)
    #expect(faults.isEmpty)
    #expect(topology.queues.map(\.name) == ["department.tax", "tasks.tax", "tasks.police"])
    #expect(topology.bindings.map(\.key) == ["tax.#", "tax.#", "police.#"])
    #expect(
      topology.participants == [
        Department(code: "tax", title: "税务", takes: ["data", "tasks"]),
        Department(code: "police", title: "police", takes: ["tasks"]),
      ])
  }

  @Test("a topology may be spread over files, and one may name what another declares")
  func severalFiles() throws {
    let (topology, faults) = try compile(
      "{ owns: ['a'], exchanges: { a: { type: 'topic' } } }",
      "{ owns: ['q*'], queues: { q1: { from: 'a' } } }")
    #expect(faults.isEmpty)
    #expect(topology.owned == Ownership(["a", "q*"]))
    #expect(
      topology.bindings == [Binding(source: "a", destination: .queue("q1"), key: "#")])
  }

  @Test("a folder that is not there is an error that names it")
  func noFolder() {
    let faults = Topology.validate(folder: "/nowhere/topology")
    #expect(faults.map(\.file) == ["/nowhere/topology"])
  }

  @Test("a fault in one declaration does not hide the next one's")
  func manyFaults() throws {
    let (_, faults) = try compile(
      """
      { owns: ["*"],
        exchanges: { a: { typ: "topic" }, b: { type: "topic" } },
        queues: { q: { from: "bb" }, r: { from: "b", type: "quorumm" } } }
      """)
    #expect(faults.count == 3)
    #expect(faults.contains { $0.line == 2 && $0.message.contains("\"type\" is missing") })
    #expect(faults.contains { $0.line == 3 && $0.message.contains("did you mean \"b\"?") })
    #expect(faults.contains { $0.line == 3 && $0.message.contains("did you mean \"quorum\"?") })
  }

  private static let exchanges = "owns: ['*'], exchanges: { a: { type: 'topic' } }"

  @Test(
    "each mistake is named with its line and what to do",
    arguments: [
      (
        "owns: ['q'], exchanges: {\na: { type: 'topic' } }", 2,
        "exchange a is not covered by \"owns\""
      ),
      (
        "\(exchanges), \nfamilies: { core: { from: 'ab', partitions: 2 } }", 2,
        "did you mean \"a\"?"
      ),
      ("\(exchanges), families: {\n core: { from: 'a', partitions: 0 } }", 2, "from 1 to 256"),
      ("\(exchanges), families: {\n core: { from: 'a', partitons: 2 } }", 2, "is missing"),
      ("\(exchanges), \nqueues: { q: {} }", 2, "nothing is bound to queue q"),
      ("\(exchanges), \nqueues: { q: { key: 'x' } }", 2, "\"key\" stands without \"from\""),
      (
        "\(exchanges), \nqueues: { a: { from: 'a' } }", 2,
        "has the name of the exchange at 0.json5:1"
      ),
      ("\(exchanges), bindings: [\n{ from: 'a', to: 'nothing' }]", 2, "unknown queue or exchange"),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, \nbindings: [{ from: 'a', to: 'q', key: '#' }]",
        2,
        "is there already, at line 1"
      ),
      ("\(exchanges), queues: { q: { \nfrom: 'a', key: 'tax#' } }", 1, "can never match"),
      (
        "owns: ['*'], exchanges: { h: { type: 'x-consistent-hash' } }, \nqueues: { q: { from: 'h', key: '#' } }",
        2, "is no weight"
      ),
      (
        "\(exchanges), queues: {\n q: { from: 'a', arguments: { 'x-delivery-limit': 3 } } }", 2,
        "set \"delivery-limit\" in a policy"
      ),
      (
        "\(exchanges), queues: {\n q: { from: 'a', arguments: { 'x-single-activ-consumer': true } } }",
        2,
        "did you mean \"x-single-active-consumer\"?"
      ),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, policies: {\n p: { pattern: 'q', definition: { 'delivery-limt': 2 } } }",
        2, "did you mean \"delivery-limit\"?"
      ),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, policies: {\n p: { pattern: 'q', definition: { overflow: 'drop' } } }",
        2, "unknown value \"drop\""
      ),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, policies: {\n p: { pattern: '[', definition: { expires: 2 } } }",
        2, "is not a regular expression"
      ),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, policies: {\n p: { pattern: '^z', definition: { expires: 2 } } }",
        2, "selects none of the declared queues"
      ),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, policies: { p: { pattern: 'q', definition: { expires: 2 } },\n r: { pattern: 'q', definition: { expires: 2 } } }",
        2, "both select queue q"
      ),
      (
        "\(exchanges), queues: { q: { from: 'a' } }, policies: {\n p: { pattern: 'q', definition: { 'dead-letter-exchange': 'aa' } } }",
        2, "did you mean \"a\"?"
      ),
      (
        "\(exchanges), queues: { q: { from: 'a', type: 'classic' } }, policies: {\n p: { pattern: 'q', definition: { 'dead-letter-strategy': 'at-least-once', 'dead-letter-exchange': 'b' , overflow: 'reject-publish'} } }, exchanges: { b: { type: 'topic' } }",
        2, "twice"
      ),
      (
        "\(exchanges), takes: {\n data: { queue: 'd', from: 'a', key: '#' } }", 2,
        "all departments would share"
      ),
      (
        "\(exchanges), takes: { data: { queue: 'd.{department}', from: 'a', key: '#' } }, departments: {\n tax: { takes: ['dat'] } }",
        2, "did you mean \"data\"?"
      ),
      ("\(exchanges), departments: {\n 'Tax.1': '税务' }", 2, "a department's code"),
      ("\(exchanges), exchange: {}", 1, "did you mean \"exchanges\"?"),
    ])
  func mistakes(text: String, line: Int, words: String) {
    let faults: [ConfigurationError]
    do { faults = try compile("{ \(text) }").faults } catch {
      faults = [error].compactMap { $0 as? ConfigurationError }
    }
    #expect(
      faults.contains { $0.line == line && "\($0)".contains(words) },
      "expected line \(line): \(words); found \(faults.map(\.description))")
  }

  @Test(
    "at-least-once dead-lettering without a precondition is a fault, since the broker would say nothing"
  )
  func atLeastOnce() throws {
    func faults(_ definition: String, type: String = "quorum") throws -> [String] {
      try compile(
        """
        { owns: ["*"], exchanges: { a: { type: "topic" }, letters: { type: "topic" } },
          queues: { q: { from: "a", type: "\(type)" }, l: { from: "letters" } },
          policies: { p: { pattern: "^q$", definition: { "dead-letter-strategy": "at-least-once", \(definition) } } } }
        """
      ).faults.map(\.message)
    }
    let letters = "'dead-letter-exchange': 'letters'"
    let overflow = "overflow: 'reject-publish'"
    #expect(try faults("\(letters), \(overflow)").isEmpty)
    #expect(
      try faults(letters) == ["at-least-once dead-lettering needs overflow: \"reject-publish\""])
    #expect(try faults(overflow) == ["at-least-once dead-lettering needs \"dead-letter-exchange\""])
    #expect(
      try faults("\(letters), \(overflow)", type: "classic")
        == ["at-least-once dead-lettering needs quorum queues; q is not one"])
  }

  @Test("dead letters that would go round in circles are a fault that shows the way")
  func loops() throws {
    let (_, faults) = try compile(
      """
      { owns: ["*"],
        exchanges: { work: { type: "topic" }, letters: { type: "topic" }, inner: { type: "fanout" } },
        queues: { q: { from: "work" }, l: { from: "inner" } },
        bindings: [{ from: "letters", to: "inner", key: "#" }],
        policies: {
          one: { pattern: "^q$", definition: { "dead-letter-exchange": "letters" } },
          two: { pattern: "^l$", definition: { "dead-letter-exchange": "work" } },
        } }
      """)
    #expect(
      faults.map(\.message) == [
        "dead letters would go round in circles: q → l → q",
        "dead letters would go round in circles: l → q → l",
      ])
  }

  @Test(
    "a pattern of ownership covers what its stars stand for",
    arguments: [
      ("core.*", "core.0", true), ("core.*", "core", false), ("*", "", true),
      ("a*c*e", "abcde", true),
      ("a*c*e", "abcdef", false), ("notices", "notices", true), ("notices", "notices2", false),
      ("*.dead", "x.dead.dead", true), ("**", "x", true),
    ])
  func ownership(pattern: String, name: String, covered: Bool) {
    #expect(Ownership([pattern]).covers(name) == covered)
  }

  @Test("the picture has every exchange, queue and binding", arguments: GraphFormat.allCases)
  func graph(format: GraphFormat) throws {
    let topology = try Topology.load(folder: ownFolder)
    let text = topology.graph(format)
    for name in topology.exchanges.map(\.name) + topology.queues.map(\.name) {
      #expect(text.contains("\"\(name)"))
    }
    let arrow = format == .mermaid ? "-->" : "->"
    #expect(text.split(separator: "\n").count { $0.contains(arrow) } == topology.bindings.count)
  }
}
