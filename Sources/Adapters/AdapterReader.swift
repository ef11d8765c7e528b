import Configuration
import Foundation
import Mapping
import Records
import Schemas
import Standards

/// Reads adapter folders: files in, compiled adapters out, or the first thing that is wrong with them.
struct AdapterReader {
  private let folder: URL
  private let schemas: [String: Schema]
  /// Of each schema, the members that a record of it may have; none where it leaves them open.
  private let members: [String: [String]]
  private let national: [String: CodeTable]

  /// - Parameter home: the folder with `topology/` and `adapters/`.
  init(home: URL) throws(ConfigurationError) {
    folder = home.appending(path: "adapters")
    (schemas, members) = try Self.schemas(in: home.appending(path: "topology/schemas"))
    national = try CodeTable.national(home: home)
  }

  /// What numbers are checked against: the divisions of today and of former times.
  var reference: Reference {
    Reference(
      divisions: national["gbt2260"].map {
        Divisions(present: $0, history: national["gbt2260-history"])
      })
  }

  /// Every folder with an `adapter.json5` in it.
  func adapters() throws(ConfigurationError) -> [Adapter] {
    var adapters: [Adapter] = []
    for name in try names(in: folder) {
      let place = folder.appending(path: name)
      guard FileManager.default.fileExists(atPath: place.appending(path: "adapter.json5").path)
      else {
        continue
      }
      adapters.append(try adapter(in: place))
    }
    return adapters
  }

  private func adapter(in place: URL) throws(ConfigurationError) -> Adapter {
    let node = try readJSON5(place.appending(path: "adapter.json5"))
    var object = try node.object()
    let department = try object.required("department")
    let code = try department.name()
    guard code == place.lastPathComponent else {
      throw department.fault("expected \"\(place.lastPathComponent)\", the folder's name")
    }
    let name = try object.optional("name")?.name() ?? code
    let source = try object.optional("source")?.name() ?? "urn:tongban:\(code)"
    let tables = try self.tables(in: place.appending(path: "codes"))
    var intakes: [String: Adapter.Intake] = [:]
    for member in try object.optional("events")?.members() ?? [] {
      intakes[member.name] = try intake(member, place, tables)
    }
    var deliveries: [String: Adapter.Delivery] = [:]
    for member in try object.optional("deliveries")?.members() ?? [] {
      deliveries[member.name] = try delivery(member, place, tables)
    }
    let edge = try object.optional("edge")
      .map { node throws(ConfigurationError) in try Edge(node, events: intakes.keys.sorted()) }
    try object.end()
    if let edge { try check(edge, intakes, deliveries, at: node) }
    return Adapter(
      department: code, name: name, source: source, intakes: intakes, deliveries: deliveries,
      edge: edge ?? Edge(), sampleLibrary: try sampleLibrary(in: place))
  }

  /// Lines are cut and joined without being read, so a line must be a record by itself.
  private func check(
    _ edge: Edge, _ intakes: [String: Adapter.Intake], _ deliveries: [String: Adapter.Delivery],
    at node: ConfigurationNode
  ) throws(ConfigurationError) {
    var formats: [NativeFormat] = []
    for collection in edge.collections {
      if case .files(_, .lines) = collection.place, let intake = intakes[collection.event] {
        formats.append(intake.native)
        guard intake.gathering == nil else {
          throw node.fault(
            "edge: records: \"lines\" does not go with \"gather\" of \(intake.event): each line would travel alone"
          )
        }
      }
    }
    if case .files(_, .lines)? = edge.delivery { formats += deliveries.values.map(\.native) }
    for native in formats where !native.isCutAtLines {
      throw node.fault(
        "edge: records: \"lines\" does not go with \(native.contentType): expected a format without a "
          + "header line or byte order mark, whose records are single lines, in a charset whose line breaks are single octets"
      )
    }
  }

  private func intake(
    _ member: ConfigurationNode.Member, _ place: URL, _ tables: [String: CodeTable]
  ) throws(ConfigurationError) -> Adapter.Intake {
    var object = try member.node.object()
    let native = try NativeFormat(try object.required("format"))
    let references = try object.required("mapping")
    let order = try object.optional("order")?.name() ?? ""
    let gathering = try object.optional("gather").map(Gathering.init)
    try object.end()
    var declared = native.format.declaredNames
    if let gathering {
      if let declared, !declared.contains(gathering.field) {
        throw member.node.unknown("field", gathering.field, known: declared)
      }
      declared = declared.map(gathering.names)
    }
    var outputs: [Adapter.Output] = []
    for reference in references.list() {
      let output = try output(reference, of: member.name, place, tables, sources: declared)
      let isAnother = outputs.contains { $0.schema.name == output.schema.name }
      outputs.append(
        Adapter.Output(
          mark: isAnother ? try reference.name() : "", mapping: output.mapping,
          schema: output.schema))
    }
    guard !outputs.isEmpty else { throw references.fault("expected at least one mapping") }
    return Adapter.Intake(
      event: member.name, native: native, order: order, gathering: gathering, outputs: outputs)
  }

  private func output(
    _ reference: ConfigurationNode, of event: String, _ place: URL, _ tables: [String: CodeTable],
    sources: [String]?
  ) throws(ConfigurationError) -> (mapping: Mapping, schema: Schema) {
    let mapping = try self.mapping(reference, place, tables, sources: sources, targets: nil)
    guard mapping.from == event else {
      throw reference.fault("the mapping is from \"\(mapping.from)\", not from \"\(event)\"")
    }
    guard let schema = schemas[mapping.to] else {
      throw reference.unknown("standard schema", mapping.to, known: schemas.keys.sorted())
    }
    return (mapping, schema)
  }

  private func delivery(
    _ member: ConfigurationNode.Member, _ place: URL, _ tables: [String: CodeTable]
  ) throws(ConfigurationError) -> Adapter.Delivery {
    guard schemas[member.name] != nil else {
      throw member.node.unknown("standard schema", member.name, known: schemas.keys.sorted())
    }
    var object = try member.node.object()
    let native = try NativeFormat(try object.required("format"))
    let reference = try object.required("mapping")
    try object.end()
    let mapping = try self.mapping(
      reference, place, tables, sources: deliverable(of: member.name),
      targets: native.format.declaredNames)
    guard mapping.from == member.name else {
      throw reference.fault("the mapping is from \"\(mapping.from)\", not from \"\(member.name)\"")
    }
    guard !mapping.asksLibrary, !mapping.dividesRecords else {
      throw reference.fault(
        "a delivery gives one record of what the department is entitled to: no \"lookup\" and no \"records\""
      )
    }
    return Adapter.Delivery(schema: member.name, native: native, mapping: mapping)
  }

  /// What a delivery's mapping may read: the schema's members, and what kind of change it is.
  private func deliverable(of schema: String) -> [String]? {
    members[schema].map { $0.map { $0.replacing("[*]", with: "") } + ["change"] }
  }

  private func mapping(
    _ reference: ConfigurationNode, _ place: URL, _ tables: [String: CodeTable], sources: [String]?,
    targets: [String]?
  ) throws(ConfigurationError) -> Mapping {
    let folder = place.appending(path: "mappings")
    let node = try file(reference, in: folder)
    // What a mapping is to is known only when it is read; a standard schema then says what it may have.
    var object = try node.object()
    let to = try object.optional("to")?.string()
    return try Mapping.compile(
      node, tables: tables, knownTargets: to.flatMap { members[$0] } ?? targets,
      knownSources: sources
    ) { other throws(ConfigurationError) in try file(other, in: folder) }
  }

  /// The mapping's file that a node names.
  private func file(
    _ reference: ConfigurationNode, in folder: URL
  ) throws(ConfigurationError) -> ConfigurationNode {
    let name = try reference.name()
    let known = try names(in: folder).filter { $0.hasSuffix(".json5") }.map {
      String($0.dropLast(6))
    }
    guard known.contains(name) else { throw reference.unknown("mapping", name, known: known) }
    return try readJSON5(folder.appending(path: "\(name).json5"))
  }

  /// What the samples take for the base library.
  private func sampleLibrary(in place: URL) throws(ConfigurationError) -> LookupAnswers {
    let file = place.appending(path: "samples/base-library.json5")
    guard FileManager.default.fileExists(atPath: file.path) else {
      return LookupAnswers(complete: [])
    }
    return try LookupAnswers(samples: try readJSON5(file))
  }

  /// The department's own tables beside the national ones; its own come first where the names are equal.
  private func tables(in folder: URL) throws(ConfigurationError) -> [String: CodeTable] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return national }
    var own: [String: CodeTable] = [:]
    for name in try names(in: folder) where name.hasSuffix(".json5") {
      own[String(name.dropLast(6))] = try CodeTable.read(
        try readJSON5(folder.appending(path: name)))
    }
    CodeTable.gatherEditions(&own)
    return national.merging(own) { _, own in own }
  }
}

// MARK: files

extension AdapterReader {
  private static func schemas(
    in folder: URL
  ) throws(ConfigurationError) -> ([String: Schema], members: [String: [String]]) {
    var schemas: [String: Schema] = [:]
    var members: [String: [String]] = [:]
    for file in try names(in: folder) where file.hasSuffix(".json") {
      let name = String(file.dropLast(5))
      let place = folder.appending(path: file)
      let text = try readBytes(place)
      do throws(SchemaError) {
        schemas[name] = try Schema.compile(
          json: text, name: name, options: SchemaOptions(assertsFormats: true))
      } catch {
        throw ConfigurationError(
          file: place.path, line: 0, path: error.path, message: "expected \(error.expectation)")
      }
      // It was JSON a moment ago.
      if let document = try? Tree(json: text) { members[name] = Schema.members(of: document) }
    }
    return (schemas, members)
  }
}

func names(in folder: URL) throws(ConfigurationError) -> [String] {
  do { return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() } catch {
    throw ConfigurationError(
      file: folder.path, line: 0, path: "", message: "cannot be read as a folder")
  }
}

func readBytes(_ file: URL) throws(ConfigurationError) -> [UInt8] {
  guard let data = FileManager.default.contents(atPath: file.path) else {
    throw ConfigurationError(file: file.path, line: 0, path: "", message: "cannot be read")
  }
  return Array(data)
}

/// Named in errors and rules by its place below the home: `adapters/tax/adapter.json5`.
private func readJSON5(_ file: URL) throws(ConfigurationError) -> ConfigurationNode {
  let words = file.pathComponents
  let place = words[(words.lastIndex(of: "adapters") ?? 0)...].joined(separator: "/")
  return try JSON5.read(try readBytes(file), file: place)
}

extension RecordFormat {
  /// The members that the format itself names; nil where any name may stand in a record.
  fileprivate var declaredNames: [String]? {
    switch self {
    case .fixedWidth(let format): format.fields.map(\.name)
    case .delimited(let format): format.columns.isEmpty ? nil : format.columns
    case .json, .xml, .keyValue: nil
    }
  }
}
