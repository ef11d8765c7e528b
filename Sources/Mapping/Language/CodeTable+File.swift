import Configuration
import Standards

extension CodeTable {
  /// Reads a department's code table, `adapters/<department>/codes/<table>.json5`:
  /// `{name, version, source, entries: {"1": "1", "01": ["1", "what it means"]}}`, each native code with
  /// its standard code. Instead of version and entries there may be `versions: [{version, from, to, entries}, …]`,
  /// the editions of the table in the order of time; the last is the present one.
  package static func read(_ node: ConfigurationNode) throws(ConfigurationError) -> CodeTable {
    var object = try node.object()
    let name = try object.required("name").name()
    let source = try object.required("source").name()
    _ = try object.optional("about")?.string()
    guard let versions = object.optional("versions") else {
      let table = try edition(&object, node, name: name, source: source)
      try object.end()
      return table
    }
    try object.end()
    var editions: [CodeTable] = []
    for item in try versions.array() {
      var object = try item.object()
      let edition = try edition(&object, item, name: name, source: source)
      try object.end()
      if let other = editions.first(where: { $0.version == edition.version }) {
        throw item.fault("the version \"\(other.version)\" is there twice")
      }
      if let before = editions.last, before.period.first > edition.period.first {
        throw item.fault("the versions are not in the order of time")
      }
      editions.append(edition)
    }
    guard var last = editions.popLast() else {
      throw versions.fault("expected at least one version")
    }
    last.others = editions
    return last
  }

  private static func edition(
    _ object: inout ConfigurationObject, _ node: ConfigurationNode, name: String, source: String
  ) throws(ConfigurationError) -> CodeTable {
    let version = try object.required("version").name()
    let source = try object.optional("source")?.name() ?? source
    let entries = try object.required("entries")
    let from = try object.optional("from")?.name() ?? ""
    let to = try object.optional("to")?.name() ?? ""
    guard let period = Period(from: from, to: to) else {
      throw node.fault(
        "\"from\" and \"to\" are days such as \"2007-03-01\" or years, the earlier one first")
    }
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
      return try CodeTable(
        name: name, version: version, source: source, entries: rows, period: period)
    } catch {
      throw entries.fault("expected \(error.expectation)")
    }
  }

  /// Each code with its standard code and what it means; of a code that was given out again, the present meaning.
  var triples: [(code: String, standard: String, label: String)] {
    let isLabelled = columns.contains("label")
    return (0..<count).compactMap { row in
      let code = code(of: row)
      guard self.row(of: code) == row else { return nil }
      return (code, standard(of: row), isLabelled ? label(of: row) : "")
    }
  }
}
