import Catalogue
import Configuration
import Foundation

extension Rules {
  /// Reads `topology/library/rules.json5`; without the file there is no view, but versions are kept and quality
  /// is counted all the same.
  ///
  /// - Parameters:
  ///   - home: the folder with `topology/`.
  ///   - departments: the codes of those that take part in the exchange.
  package static func load(home: URL, departments: [String]) throws(ConfigurationError) -> Rules {
    let file = home.appending(path: "topology/library/rules.json5").path
    let schemas = SchemaFields(folder: home.appending(path: "topology/schemas").path)
    var rules = Rules()
    if let data = FileManager.default.contents(atPath: file) {
      let reader = RulesReader(departments: departments, schemas: schemas)
      rules = try reader.read(try JSON5.read([UInt8](data), file: file))
    }
    for schema in schemas.names ?? [] {
      rules.values[schema] = try schemas.values(of: schema).map { RecordPath($0) }
    }
    return rules
  }
}

struct RulesReader {
  let departments: [String]
  let schemas: SchemaFields

  func read(_ node: ConfigurationNode) throws(ConfigurationError) -> Rules {
    var rules = Rules()
    var object = try node.object()
    if let echo = object.optional("echo") {
      var members = try echo.object()
      rules.echoWithin = try members.required("within").seconds()
      try members.end()
    }
    for member in try object.required("entities").members() {
      rules.kinds[member.name] = try entity(member.node)
    }
    for member in try object.required("schemas").members() {
      let schema = try schema(member.name, member.node, rules)
      rules.schemas[member.name] = schema
    }
    try object.end()
    return rules
  }

  private func entity(_ node: ConfigurationNode) throws(ConfigurationError) -> EntityRules {
    var rules = EntityRules()
    var object = try node.object()
    rules.owner = try object.optional("owner").map { node throws(ConfigurationError) in
      try department(node)
    }
    rules.identifiers = try object.required("identifiers").strings()
    for member in try object.required("fields").members() {
      rules.fields[member.name] = try field(member.node)
    }
    try object.end()
    return rules
  }

  private func field(_ node: ConfigurationNode) throws(ConfigurationError) -> FieldRules {
    var rules = FieldRules()
    var object = try node.object()
    rules.owner = try object.optional("owner").map { node throws(ConfigurationError) in
      try department(node)
    }
    for item in object.optional("then")?.list() ?? [] {
      let code = try department(item)
      guard code != rules.owner, !rules.ranks.contains(code) else {
        throw item.fault("\(code) is there twice")
      }
      rules.ranks.append(code)
    }
    rules.isPersonal = try object.optional("personal")?.bool() ?? true
    rules.prefersNewest = try object.optional("newest")?.bool() ?? false
    try object.end()
    return rules
  }

  private func schema(
    _ name: String, _ node: ConfigurationNode, _ rules: Rules
  ) throws(ConfigurationError) -> SchemaRules {
    if let known = schemas.names, !known.contains(name) {
      throw node.unknown("schema", name, known: known)
    }
    var object = try node.object()
    let kindNode = try object.required("entity")
    let kind = try kindNode.name()
    guard let entity = rules.kinds[kind] else {
      throw kindNode.unknown("entity", kind, known: rules.kinds.keys.sorted())
    }
    var schema = SchemaRules(schema: name, kind: kind)
    if let facet = object.optional("facet") {
      schema.facet = try path(try facet.name(), facet, of: name)
    }
    for member in try object.required("fields").members() {
      let field = try member.node.name()
      guard entity.fields[field] != nil else {
        throw member.node.unknown(
          "field of \(kind)", field, known: entity.fields.keys.sorted())
      }
      guard schema.facet != nil || !field.contains("[]") else {
        throw member.node.fault("\(field) needs a \"facet\" that \(name) does not have")
      }
      schema.fields.append((try path(member.name, member.node, of: name), field))
    }
    try object.end()
    return schema
  }

  private func path(
    _ text: String, _ node: ConfigurationNode, of schema: String
  ) throws(ConfigurationError) -> RecordPath {
    guard let path = FieldPath(text), !path.segments.contains(where: \.isList) else {
      throw node.fault("\"\(text)\" is not a path to one value, such as address.division")
    }
    if let unknown = try schemas.unknown(path, of: schema) {
      throw node.unknown("field of \(schema)", unknown.name, known: unknown.known)
    }
    return RecordPath(path)
  }

  private func department(_ node: ConfigurationNode) throws(ConfigurationError) -> String {
    let code = try node.name()
    guard departments.contains(code) else {
      throw node.unknown("department", code, known: departments)
    }
    return code
  }
}
