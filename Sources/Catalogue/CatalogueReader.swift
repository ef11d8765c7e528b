import Configuration
import Events

/// Reads the catalogue's files and checks what they say against each other. A fault in one entry does not hide the next one's.
struct CatalogueReader {
  private let departments: [String]
  private let schemas: SchemaFields
  private var datasets: [(dataset: Dataset, node: ConfigurationNode)] = []
  private var entitlements: [(entitlement: Entitlement, node: ConfigurationNode)] = []
  private var faults: [ConfigurationError] = []

  init(departments: [String], schemas: SchemaFields) {
    self.departments = departments
    self.schemas = schemas
  }

  mutating func read(
    _ files: [ConfigurationNode]
  ) -> (catalogue: Catalogue, faults: [ConfigurationError]) {
    // Datasets first: an entitlement may stand in another file than its dataset.
    var grants: [ConfigurationNode] = []
    for file in files {
      attempt { reader throws(ConfigurationError) in
        var object = try file.object()
        for member in try object.optional("datasets")?.members() ?? [] {
          reader.attempt { inner throws(ConfigurationError) in
            try inner.readDataset(member.name, member.node)
          }
        }
        grants += try object.optional("entitlements")?.array() ?? []
        try object.end()
      }
    }
    for node in grants {
      attempt { reader throws(ConfigurationError) in try reader.readEntitlement(node) }
    }
    let catalogue = Catalogue(
      datasets: datasets.map(\.dataset), entitlements: entitlements.map(\.entitlement))
    return (catalogue, faults)
  }

  private mutating func attempt(
    _ body: (inout CatalogueReader) throws(ConfigurationError) -> Void
  ) {
    do throws(ConfigurationError) { try body(&self) } catch { faults.append(error) }
  }

  private mutating func readDataset(
    _ schema: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) {
    var object = try node.object()
    let dataset = Dataset(
      schema: schema, title: try object.required("title").name(),
      owner: try department(object.required("owner")),
      sharing: try object.required("sharing").choice(of: Dataset.Sharing.self),
      grade: try object.required("grade").int(1...4))
    try object.end()
    if let known = schemas.names, !known.contains(schema) {
      throw node.unknown("schema", schema, known: known)
    }
    if let first = datasets.first(where: { $0.dataset.schema == schema })?.node {
      throw node.fault("dataset \(schema) is declared already, at \(first.file):\(first.line)")
    }
    datasets.append((dataset, node))
  }

  private mutating func readEntitlement(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    let schemaNode = try object.required("schema")
    let departmentNode = try object.required("department")
    let (schema, department) = (try schemaNode.name(), try department(departmentNode))
    let known = datasets.map(\.dataset)
    guard let dataset = known.first(where: { $0.schema == schema }) else {
      throw schemaNode.unknown("dataset", schema, known: known.map(\.schema))
    }
    if let first = entitlements.first(where: {
      $0.entitlement.schema == schema && $0.entitlement.department == department
    })?.node {
      throw node.fault(
        "\(department) has an entitlement to \(schema) already, at \(first.file):\(first.line)")
    }
    let entitlement = Entitlement(
      department: department, schema: schema, purpose: try object.required("purpose").name(),
      fields: try fields(object.required("fields"), of: schema),
      until: try object.optional("until").map { node throws(ConfigurationError) in
        try moment(node)
      }, regions: try regions(object.optional("regions")))
    try object.end()
    try check(entitlement, of: dataset, departmentNode)
    entitlements.append((entitlement, node))
  }

  /// What the sharing class of the dataset asks of an entitlement.
  private func check(
    _ entitlement: Entitlement, of dataset: Dataset, _ node: ConfigurationNode
  ) throws(ConfigurationError) {
    guard entitlement.department != dataset.owner else { return }
    switch dataset.sharing {
    case .withheld:
      throw node.fault(
        "\(dataset.schema) is withheld (不予共享): nobody but its owner \(dataset.owner) may have it, "
          + "and here is \(entitlement.department)")
    case .conditional where entitlement.until == nil:
      throw node.fault(
        "\(dataset.schema) is shared on conditions (有条件共享): the entitlement needs \"until\"")
    case .conditional, .unconditional: return
    }
  }

  private func department(_ node: ConfigurationNode) throws(ConfigurationError) -> String {
    let code = try node.name()
    guard departments.contains(code) else {
      throw node.unknown("department", code, known: departments)
    }
    return code
  }

  private func fields(
    _ node: ConfigurationNode, of schema: String
  ) throws(ConfigurationError) -> [FieldPath]? {
    if case .string("*") = node.value { return nil }
    var paths: [FieldPath] = []
    for item in try node.array() {
      let text = try item.string()
      guard let path = FieldPath(text) else {
        throw item.fault(
          "\"\(text)\" is not a path; expected one such as name, address.division, identifiers[].number"
        )
      }
      if paths.contains(path) { throw item.fault("\(text) is there twice") }
      if let other = paths.first(where: { path.isOtherShape(than: $0) }) {
        throw item.fault("\(text) and \(other.text) do not agree on what is a list")
      }
      if let unknown = try schemas.unknown(path, of: schema) {
        throw item.unknown("field", unknown.name, known: unknown.known)
      }
      paths.append(path)
    }
    guard !paths.isEmpty else { throw node.fault("expected at least one path, or \"*\"") }
    return paths
  }

  /// A day (in force until its end, in China's time) or an RFC 3339 moment.
  private func moment(_ node: ConfigurationNode) throws(ConfigurationError) -> Instant {
    let text = try node.string()
    if let day = Instant(rfc3339: "\(text)T00:00:00+08:00") { return day.adding(seconds: 86_400) }
    if let moment = Instant(rfc3339: text) { return moment }
    throw node.fault(
      "expected a day such as \"2027-12-31\" or an RFC 3339 moment, found \"\(text)\"")
  }

  private func regions(_ node: ConfigurationNode?) throws(ConfigurationError) -> [String] {
    var regions: [String] = []
    for item in try node?.array() ?? [] {
      let code = try item.string()
      guard [2, 4, 6].contains(code.utf8.count),
        code.utf8.allSatisfy({ (0x30...0x39).contains($0) })
      else {
        throw item.fault("expected the 2, 4 or 6 digits of a division code, found \"\(code)\"")
      }
      regions.append(code)
    }
    if let node, regions.isEmpty { throw node.fault("expected at least one division code") }
    return regions
  }
}

extension FieldPath {
  /// Whether both go through the same name, once as a list and once not.
  fileprivate func isOtherShape(than other: FieldPath) -> Bool {
    for (mine, theirs) in zip(segments, other.segments) {
      if mine.name != theirs.name { return false }
      if mine.isList != theirs.isList { return true }
    }
    return false
  }
}
