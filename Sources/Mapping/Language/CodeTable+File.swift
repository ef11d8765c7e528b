import Configuration
import Standards

extension CodeTable {
  /// Reads a department's code table, `adapters/<department>/codes/<table>.json5`:
  /// `{name, version, source, entries: {"1": "1", "01": ["1", "what it means"]}}`, each native code with
  /// its standard code.
  package static func read(_ node: ConfigurationNode) throws(ConfigurationError) -> CodeTable {
    var object = try node.object()
    let name = try object.required("name").name()
    let version = try object.required("version").name()
    let source = try object.required("source").name()
    let entries = try object.required("entries")
    _ = try object.optional("about")?.string()
    try object.end()
    var rows: [(code: String, standard: String, label: String)] = []
    for member in try entries.members() {
      let texts = try member.node.strings()
      guard (1...2).contains(texts.count), let standard = texts.first, !standard.isEmpty else {
        throw member.node.fault("expected the standard code, or [the standard code, what it means]")
      }
      rows.append((member.name, standard, texts.count == 2 ? texts[1] : ""))
    }
    guard !rows.isEmpty else { throw entries.fault("the code table is empty") }
    do {
      return try CodeTable(name: name, version: version, source: source, entries: rows)
    } catch {
      throw entries.fault("expected \(error.expectation)")
    }
  }

  /// Each code with its standard code; of a code that was given out again, the present meaning.
  var pairs: [(code: String, standard: String)] {
    (0..<count).compactMap { row in
      let code = code(of: row)
      return self.row(of: code) == row ? (code, standard(of: row)) : nil
    }
  }
}
