import Patterns
import Records

/// One of two schemas that are compared: its documents and what stands at their places.
final class SchemaSide {
  typealias Place = Library.Place

  let root: Place
  private var library: Library
  private let document: Tree
  private let options: SchemaOptions
  private let address: String
  private var compiled: [Place: Schema] = [:]

  init(_ document: Tree, name: String, options: SchemaOptions) throws(SchemaError) {
    var options = options
    options.assertsFormats = true
    // Whatever is wrong in the schema is found here, so that the comparison may trust its shape.
    _ = try Schema.compile(document, name: name, options: options)
    self.document = document
    self.options = options
    address = "tongban:///compared"
    library = Library(resolve: options.resolve)
    root = try library.add(document, address: Address(options.address ?? address), title: "")
  }

  func kind(_ place: Place) -> Tree.Kind { tree(place).nodes[place.node].kind }

  func tree(_ place: Place) -> Tree { library.documents[place.document] }

  func member(_ keyword: String, of place: Place) -> Place? {
    tree(place).member(keyword, of: place.node).map { Place(document: place.document, node: $0) }
  }

  func items(_ keyword: String, of place: Place) -> [Place] {
    guard let list = member(keyword, of: place), kind(list) == .array else { return [] }
    return children(of: list)
  }

  func children(of place: Place) -> [Place] {
    tree(place).children(of: place.node).map { Place(document: place.document, node: $0) }
  }

  func name(_ place: Place) -> String {
    let tree = tree(place)
    return tree.string(tree.nodes[place.node].name)
  }

  func text(_ place: Place) -> String {
    let tree = tree(place)
    return tree.string(tree.nodes[place.node].text)
  }

  func texts(_ keyword: String, of place: Place) -> [String] {
    items(keyword, of: place).map(text)
  }

  /// A value as JSON, for a person.
  func json(_ place: Place) -> String { tree(place).json(at: place.node) }

  func location(_ place: Place, _ keyword: String) -> String {
    library.location(place, "/" + keyword)
  }

  /// What `$ref` at the place means.
  func reference(_ place: Place) throws(SchemaError) -> Place? {
    guard let reference = member("$ref", of: place) else { return nil }
    return try library.find(
      text(reference), from: library.resourceOf[place] ?? 0, at: reference)
  }

  /// The subschemas for a member of that name.
  func subschemas(for name: String, of place: Place) -> [Place] {
    var found: [Place] = []
    if let properties = member("properties", of: place), let own = member(name, of: properties) {
      found.append(own)
    }
    for pattern in patterns(of: place) where matches(name, self.name(pattern)) {
      found.append(pattern)
    }
    guard found.isEmpty else { return found }
    return member("additionalProperties", of: place).map { [$0] } ?? []
  }

  func patterns(of place: Place) -> [Place] {
    member("patternProperties", of: place).map(children) ?? []
  }

  private func matches(_ name: String, _ pattern: String) -> Bool {
    (try? Pattern(pattern))?.matches(name) ?? false
  }

  /// The subschemas for the item at a position.
  func subschemas(forItem position: Int, of place: Place) -> [Place] {
    let prefix = items("prefixItems", of: place)
    if position < prefix.count { return [prefix[position]] }
    return member("items", of: place).map { [$0] } ?? []
  }

  /// Whether the subschema at the place accepts a value of the other schema, such as one of its `enum`.
  func accepts(_ value: Place, of other: SchemaSide, at place: Place) throws(SchemaError) -> Bool {
    // Only the schema's own document has an address here; for another nothing is claimed.
    guard place.document == root.document else { return false }
    let schema: Schema
    if let known = compiled[place] { schema = known } else { schema = try compile(place) }
    compiled[place] = schema
    return schema.accepts(other.tree(value), at: value.node)
  }

  /// A subschema by itself, with the references that it has into its document.
  private func compile(_ place: Place) throws(SchemaError) -> Schema {
    var options = options
    let (resolve, document, address) = (options.resolve, document, address)
    options.resolve = { $0 == address ? document : resolve($0) }
    options.address = "tongban:///part"
    let pointer = library.pointer(place).replacing("%", with: "%25")
      .replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let reference = "{\"$ref\":\"\(address)#\(pointer)\"}"
    return try Schema.compile(json: Array(reference.utf8), name: "compared", options: options)
  }
}
