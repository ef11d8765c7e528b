import Records

/// The documents of one compilation: where each schema resource, anchor and subschema stands.
///
/// Walks each document once, along the keywords that hold subschemas, and notes `$id`, `$anchor` and
/// `$dynamicAnchor`. Asks the resolver for documents that are referred to.
struct Library {
  /// A node of a document.
  struct Place: Hashable {
    var document: Int
    var node: Int
  }

  /// A schema with an address of its own.
  struct Resource {
    var address: Address
    var place: Place
    var dialect: Dialect
  }

  private(set) var documents: [Tree] = []
  /// What to call a document in errors and locations.
  private(set) var titles: [String] = []
  private(set) var resources: [Resource] = []
  private(set) var resourceOf: [Place: Int] = [:]
  private var resourceByAddress: [String: Int] = [:]
  private var anchors: [String: Place] = [:]
  /// For each dynamic anchor's name: the resources that have it, and where.
  private(set) var dynamicAnchors: [String: [(resource: Int, place: Place)]] = [:]
  /// Places that were walked, in order.
  private(set) var isWalked: Set<Place> = []
  private let resolve: @Sendable (String) -> Tree?

  static let maximumDepth = 200
  static let maximumDocuments = 1_000

  init(resolve: @escaping @Sendable (String) -> Tree?) {
    self.resolve = resolve
  }

  /// - Parameter title: empty for the root document, whose locations are bare pointers.
  mutating func add(_ tree: Tree, address: Address, title: String) throws(SchemaError) -> Place {
    guard documents.count < Self.maximumDocuments, !tree.nodes.isEmpty else {
      throw SchemaError(
        schema: title, path: "", expectation: "a document, and at most \(Self.maximumDocuments)")
    }
    documents.append(tree)
    titles.append(title)
    let place = Place(document: documents.count - 1, node: 0)
    var address = address
    address.fragment = nil
    let resource = try addResource(address, place, Dialect.standard)
    try walk(place, resource, 0)
    return place
  }

  private mutating func addResource(
    _ address: Address, _ place: Place, _ inherited: Dialect
  ) throws(SchemaError) -> Int {
    resources.append(Resource(address: address, place: place, dialect: inherited))
    let resource = resources.count - 1
    resourceByAddress[address.document] = resource
    if let schema = try text("$schema", at: place) {
      resources[resource].dialect = try dialect(schema, place)
    }
    return resource
  }

  private mutating func dialect(_ schema: String, _ place: Place) throws(SchemaError) -> Dialect {
    let address = Address(schema).document
    if address == Dialect.metaSchema { return .standard }
    // A document that describes itself is not looked up: that would never end.
    if resources[resources.count - 1].address.document == address { return .standard }
    guard let tree = MetaSchemas.document(address) ?? resolve(address) else {
      throw fault(place, "/$schema", "\(Dialect.metaSchema), or a dialect that can be found")
    }
    return Dialect(metaSchema: tree)
  }

  // MARK: Walking

  private mutating func walk(_ place: Place, _ outer: Int, _ depth: Int) throws(SchemaError) {
    guard depth < Self.maximumDepth else {
      throw fault(place, "", "nesting of at most \(Self.maximumDepth) levels")
    }
    guard isWalked.insert(place).inserted else { return }
    let tree = documents[place.document]
    guard tree.nodes[place.node].kind == .object else {
      resourceOf[place] = outer
      return
    }
    let resource = try enter(place, outer)
    resourceOf[place] = resource
    try noteAnchors(place, resource)
    for child in tree.children(of: place.node) {
      let name = tree.string(tree.nodes[child].name)
      let kind = tree.nodes[child].kind
      let inner = Place(document: place.document, node: child)
      if Keywords.schema.contains(name) {
        try walk(inner, resource, depth + 1)
      } else if Keywords.schemaList.contains(name) && kind == .array
        || Keywords.schemaMap.contains(name) && kind == .object
      {
        for schema in tree.children(of: child) {
          try walk(Place(document: place.document, node: schema), resource, depth + 1)
        }
      }
    }
  }

  /// The resource that a schema object is in: its own if it has an `$id`.
  private mutating func enter(_ place: Place, _ outer: Int) throws(SchemaError) -> Int {
    guard let id = try text("$id", at: place) else { return outer }
    var address = Address(id)
    guard (address.fragment ?? "").isEmpty else {
      throw fault(place, "/$id", "an address without a fragment")
    }
    address.fragment = nil
    address = address.resolved(against: resources[outer].address)
    if resources[outer].place == place {
      resources[outer].address = address
      resourceByAddress[address.document] = outer
      return outer
    }
    return try addResource(address, place, resources[outer].dialect)
  }

  private mutating func noteAnchors(_ place: Place, _ resource: Int) throws(SchemaError) {
    let address = resources[resource].address.document
    for keyword in ["$anchor", "$dynamicAnchor"] {
      guard let name = try text(keyword, at: place) else { continue }
      guard Keywords.isAnchor(name) else {
        throw fault(place, "/" + keyword, "a letter or _, then letters, digits, -, _ or .")
      }
      anchors[address + "#" + name] = place
      if keyword == "$dynamicAnchor" {
        dynamicAnchors[name, default: []].append((resource, place))
      }
    }
  }

  private func text(_ keyword: String, at place: Place) throws(SchemaError) -> String? {
    let tree = documents[place.document]
    guard tree.nodes[place.node].kind == .object,
      let node = tree.member(keyword, of: place.node)
    else { return nil }
    guard tree.nodes[node].kind == .string else {
      throw fault(place, "/" + keyword, "a string")
    }
    return tree.string(tree.nodes[node].text)
  }

  // MARK: Finding

  /// The place that a reference in a resource means.
  mutating func find(
    _ reference: String, from resource: Int, at keyword: Place
  ) throws(SchemaError) -> Place {
    let target = Address(reference).resolved(against: resources[resource].address)
    let found = try self.resource(target, keyword)
    let fragment = target.decodedFragment
    if fragment.isEmpty { return resources[found].place }
    if !fragment.hasPrefix("/") {
      let address = resources[found].address.document
      guard let place = anchors[address + "#" + fragment] else {
        throw fault(keyword, "", "an anchor \"\(fragment)\" in \(address)")
      }
      return place
    }
    return try follow(fragment, from: found, keyword)
  }

  private mutating func resource(
    _ target: Address, _ keyword: Place
  ) throws(SchemaError) -> Int {
    let address = target.document
    if let known = resourceByAddress[address] { return known }
    guard let tree = MetaSchemas.document(address) ?? resolve(address) else {
      throw fault(
        keyword, "", "an address that can be resolved, not \(address) (nothing is fetched)")
    }
    let place = try add(tree, address: target, title: address)
    let found = resourceOf[place] ?? 0
    // The document may call itself by another name than the one that it was found under.
    resourceByAddress[address] = found
    return found
  }

  /// Follows a JSON pointer; what it ends at becomes a schema, wherever it stands.
  private mutating func follow(
    _ pointer: String, from resource: Int, _ keyword: Place
  ) throws(SchemaError) -> Place {
    var place = resources[resource].place
    var current = resource
    let tree = documents[place.document]
    for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let name = String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
      let next: Int?
      switch tree.nodes[place.node].kind {
      case .object: next = tree.member(name, of: place.node)
      case .array: next = Int(name).flatMap { $0 < 0 ? nil : tree.item($0, of: place.node) }
      default: next = nil
      }
      guard let next else {
        throw fault(keyword, "", "a pointer to something that is there, not \(pointer)")
      }
      place.node = next
      current = resourceOf[place] ?? current
    }
    try walk(place, current, 0)
    return place
  }

  func pointer(_ place: Place) -> String {
    documents[place.document].withView { $0.pointer(from: 0, to: place.node) }
  }

  /// Where a keyword of a schema stands.
  func location(_ place: Place, _ keyword: String = "") -> String {
    let title = titles[place.document]
    return (title.isEmpty ? "" : title + "#") + pointer(place) + keyword
  }

  func fault(_ place: Place, _ keyword: String, _ expectation: String) -> SchemaError {
    SchemaError(
      schema: titles[place.document], path: pointer(place) + keyword, expectation: expectation)
  }
}

/// Which keywords hold schemas.
enum Keywords {
  static let schema: Set<String> = [
    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
  ]
  static let schemaList: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems"]
  static let schemaMap: Set<String> = [
    "$defs", "definitions", "properties", "patternProperties", "dependentSchemas",
  ]

  static func isAnchor(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    func isLetter(_ byte: UInt8) -> Bool {
      (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }
    return isLetter(first)
      && name.utf8.allSatisfy {
        isLetter($0) || $0 &- 0x30 <= 9 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
  }
}

/// Which vocabularies are in force.
struct Dialect {
  static let metaSchema = "https://json-schema.org/draft/2020-12/schema"
  private static let vocabulary = "https://json-schema.org/draft/2020-12/vocab/"

  var applies = true
  var appliesUnevaluated = true
  var validates = true
  var assertsFormats = false

  static let standard = Dialect()

  private init() {}

  /// The vocabularies that a meta-schema declares.
  init(metaSchema tree: Tree) {
    guard !tree.nodes.isEmpty, tree.nodes[0].kind == .object,
      let vocabularies = tree.member("$vocabulary", of: 0),
      tree.nodes[vocabularies].kind == .object
    else { return }
    func declares(_ name: String) -> Bool {
      tree.member(Dialect.vocabulary + name, of: vocabularies) != nil
    }
    applies = declares("applicator")
    appliesUnevaluated = declares("unevaluated")
    validates = declares("validation")
    // Whether true or false: who understands the vocabulary asserts it.
    assertsFormats = declares("format-assertion")
  }
}
