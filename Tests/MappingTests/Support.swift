import Configuration
import Mapping
import Records
import Standards
import Testing

/// What a mapping made of a record, as values that tests compare.
struct Mapped {
  var outcome: MappingOutcome
  var tree: Tree
  var faults: [MappingFault]
  var warnings: [MappingFault]
  var cleansed: [String] = []

  var json: String { tree.json() }
  var codes: [MappingFault.Code] { faults.map(\.code) }

  func envelope(_ part: KeyPath<Envelope, Tree.Slice>) -> String? {
    guard case .mapped(let envelope) = outcome else { return nil }
    return tree.string(envelope[keyPath: part])
  }

  var change: Change? {
    guard case .mapped(let envelope) = outcome else { return nil }
    return envelope.change
  }
}

extension Mapping {
  /// A mapping to a native shape, which needs no envelope: only its `fields` are given.
  static func fields(
    _ fields: String, tables: [String: CodeTable] = [:], more: String = ""
  ) throws -> Mapping {
    try read("{from: 'x', to: 'y', fields: \(fields) \(more)}", tables: tables)
  }

  static func read(_ text: String, tables: [String: CodeTable] = [:]) throws -> Mapping {
    try compile(try JSON5.read(Array(text.utf8), file: "m.json5"), tables: tables)
  }

  func map(_ json: String, reference: Reference = Reference()) throws -> Mapped {
    map(try Tree(json: json), reference: reference)
  }

  func map(_ record: Tree, reference: Reference = Reference()) -> Mapped {
    var machine = MappingMachine(reference: reference)
    var output = Tree()
    let outcome = run(record, into: &output, on: &machine)
    return Mapped(
      outcome: outcome, tree: output, faults: machine.faults, warnings: machine.warnings,
      cleansed: cleansings(of: machine))
  }
}

/// Compiles `{v: RULE}`, maps the record and gives the output.
func mapped(_ rule: String, _ record: String, tables: [String: CodeTable] = [:]) throws -> Mapped {
  try Mapping.fields("{v: \(rule)}", tables: tables).map(record)
}

func codeTable(_ name: String, _ entries: [(String, String)]) throws -> CodeTable {
  try CodeTable(
    name: name, version: "1", source: "test",
    entries: entries.map { (code: $0.0, standard: $0.1, label: "") })
}
