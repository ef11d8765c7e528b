import Records

/// Turns a schema's document, and those that it refers to, into a program.
///
/// Subschemas wait in a queue and are compiled one by one, so that the depth of a schema costs no stack.
struct Compiler {
  let name: String
  let options: SchemaOptions
  var library: Library
  var builder = ProgramBuilder()
  private var ruleOf: [Library.Place: Int32] = [:]
  private var waiting: [Library.Place] = []
  private var anchorNumbers: [String: Int32] = [:]

  static let maximumRules = 200_000

  init(name: String, options: SchemaOptions) {
    self.name = name
    self.options = options
    library = Library(resolve: options.resolve)
  }

  mutating func compile(_ tree: Tree) throws(SchemaError) -> Program {
    do {
      let address = Address(options.address ?? "tongban:///\(name)")
      let root = try rule(at: try library.add(tree, address: address, title: ""))
      var targets: [DynamicTarget] = []
      // What an anchor names must be compiled, and that may bring more documents and anchors.
      repeat {
        while let place = waiting.popLast() { try compile(place) }
        targets = try dynamicTargets()
      } while !waiting.isEmpty
      builder.shortenReferences()
      return Program(builder, root: root, dynamicTargets: targets)
    } catch {
      guard error.schema.isEmpty else { throw error }
      throw SchemaError(schema: name, path: error.path, expectation: error.expectation)
    }
  }

  private mutating func dynamicTargets() throws(SchemaError) -> [DynamicTarget] {
    var targets: [DynamicTarget] = []
    for (name, number) in anchorNumbers {
      for (resource, place) in library.dynamicAnchors[name] ?? [] {
        targets.append(
          DynamicTarget(anchor: number, resource: Int32(resource), rule: try rule(at: place)))
      }
    }
    return targets
  }

  /// The rule of a subschema; compiled later, if it is not yet.
  mutating func rule(at place: Library.Place) throws(SchemaError) -> Int32 {
    if let known = ruleOf[place] { return known }
    guard builder.rules.count < Self.maximumRules else {
      throw library.fault(place, "", "at most \(Self.maximumRules) subschemas")
    }
    let number = Int32(builder.rules.count)
    builder.rules.append(Rule(resource: Int32(library.resourceOf[place] ?? 0)))
    ruleOf[place] = number
    waiting.append(place)
    return number
  }

  private mutating func compile(_ place: Library.Place) throws(SchemaError) {
    guard let number = ruleOf[place] else { return }
    let start = Int32(builder.code.count)
    let tree = library.documents[place.document]
    switch tree.nodes[place.node].kind {
    case .true: break
    case .false: emit(.never, library.location(place))
    case .object:
      var subschema = Subschema(
        place: place, tree: tree, resource: Int(builder.rules[Int(number)].resource),
        dialect: library.resources[Int(builder.rules[Int(number)].resource)].dialect)
      try keywords(&subschema)
      builder.rules[Int(number)].tracks = subschema.tracks
    default: throw library.fault(place, "", "a schema: an object, true or false")
    }
    builder.rules[Int(number)].start = start
    builder.rules[Int(number)].end = Int32(builder.code.count)
  }

  mutating func emit(_ instruction: Instruction, _ location: String) {
    builder.code.append(instruction)
    builder.locations.append(location)
  }

  // MARK: References

  mutating func reference(_ subschema: Subschema) throws(SchemaError) {
    if let node = try subschema.string("$ref", library) {
      let target = try find(node, "/$ref", subschema)
      emit(.reference(try rule(at: target)), library.location(subschema.place, "/$ref"))
    }
    guard let node = try subschema.string("$dynamicRef", library) else { return }
    let target = try find(node, "/$dynamicRef", subschema)
    let location = library.location(subschema.place, "/$dynamicRef")
    let fragment = Address(subschema.text(node)).decodedFragment
    // It is dynamic only if what it names as it stands is a dynamic anchor of that name.
    let isDynamic = library.dynamicAnchors[fragment]?.contains { $0.place == target } ?? false
    guard isDynamic else { return emit(.reference(try rule(at: target)), location) }
    builder.usesDynamicScope = true
    let anchor = anchorNumbers[fragment] ?? Int32(anchorNumbers.count)
    anchorNumbers[fragment] = anchor
    emit(.dynamicReference(try rule(at: target), anchor: anchor), location)
  }

  private mutating func find(
    _ node: Int, _ keyword: String, _ subschema: Subschema
  ) throws(SchemaError) -> Library.Place {
    try library.find(
      subschema.text(node), from: subschema.resource,
      at: Library.Place(document: subschema.place.document, node: node))
  }
}

/// A subschema that is an object, while its keywords are compiled.
struct Subschema {
  let place: Library.Place
  let tree: Tree
  let resource: Int
  let dialect: Dialect
  var tracks = false

  init(place: Library.Place, tree: Tree, resource: Int, dialect: Dialect) {
    self.place = place
    self.tree = tree
    self.resource = resource
    self.dialect = dialect
  }

  func member(_ keyword: String) -> Int? { tree.member(keyword, of: place.node) }
  func kind(_ node: Int) -> Tree.Kind { tree.nodes[node].kind }
  func text(_ node: Int) -> String { tree.string(tree.nodes[node].text) }
  func name(_ node: Int) -> String { tree.string(tree.nodes[node].name) }

  func place(_ node: Int) -> Library.Place {
    Library.Place(document: place.document, node: node)
  }

  /// The keyword's value, which must be of a kind; nil if the keyword is not there.
  func value(
    _ keyword: String, _ kind: Tree.Kind, _ words: String, _ library: Library
  ) throws(SchemaError) -> Int? {
    guard let node = member(keyword) else { return nil }
    guard self.kind(node) == kind else {
      throw library.fault(place, "/" + keyword, words)
    }
    return node
  }

  func string(_ keyword: String, _ library: Library) throws(SchemaError) -> Int? {
    try value(keyword, .string, "a string", library)
  }

  /// A whole number that is not negative; written 2.0 it is one too. Beyond 31 bits it is as good as endless.
  func count(_ keyword: String, _ library: Library) throws(SchemaError) -> Int32? {
    guard let node = try value(keyword, .number, "a whole number, 0 or more", library) else {
      return nil
    }
    return try tree.withView { (view) throws(SchemaError) in
      let number = Numeral(view.text(node))
      guard number.isInteger, !number.isNegative || number.isZero else {
        throw library.fault(place, "/" + keyword, "a whole number, 0 or more")
      }
      var value = 0
      for index in 0..<min(number.magnitude, 10) where !number.isZero {
        value = value * 10 + (index < number.count ? Int(number.digit(index)) : 0)
      }
      return number.magnitude > 10 ? Int32.max : Int32(clamping: value)
    }
  }
}
