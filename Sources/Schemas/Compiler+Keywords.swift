import Patterns
import Records

/// The keywords of one subschema, in the order in which they are cheapest to check.
extension Compiler {
  mutating func keywords(_ subschema: inout Subschema) throws(SchemaError) {
    if subschema.dialect.validates { try values(subschema) }
    if let node = try subschema.string("format", library),
      options.assertsFormats || subschema.dialect.assertsFormats,
      let format = Format(name: subschema.text(node))
    {
      emit(.format(format), at(subschema, "format"))
    }
    try members(subschema)
    if subschema.dialect.applies { try items(subschema) }
    try reference(subschema)
    if subschema.dialect.applies { try applicators(subschema) }
    if subschema.dialect.appliesUnevaluated { try unevaluated(&subschema) }
  }

  func at(_ subschema: Subschema, _ keyword: String) -> String {
    library.location(subschema.place, "/" + keyword)
  }

  // MARK: Values

  private mutating func values(_ subschema: Subschema) throws(SchemaError) {
    if let node = subschema.member("type") {
      emit(.types(try types(node, subschema)), at(subschema, "type"))
    }
    if let node = subschema.member("const") {
      emit(.constant(constant(node, subschema)), at(subschema, "const"))
    }
    if let node = try subschema.value("enum", .array, "a list", library) {
      emit(enumeration(node, subschema), at(subschema, "enum"))
    }
    try numbers(subschema)
    if let least = try subschema.count("minLength", library), least > 0 {
      emit(.minLength(least), at(subschema, "minLength"))
    }
    if let most = try subschema.count("maxLength", library) {
      emit(.maxLength(most), at(subschema, "maxLength"))
    }
    if let node = try subschema.string("pattern", library) {
      let pattern = try pattern(subschema.text(node), subschema, "/pattern")
      emit(.pattern(pattern), at(subschema, "pattern"))
    }
    if let least = try subschema.count("minItems", library), least > 0 {
      emit(.minItems(least), at(subschema, "minItems"))
    }
    if let most = try subschema.count("maxItems", library) {
      emit(.maxItems(most), at(subschema, "maxItems"))
    }
    if let node = subschema.member("uniqueItems") {
      guard subschema.kind(node) == .true || subschema.kind(node) == .false else {
        throw library.fault(subschema.place, "/uniqueItems", "true or false")
      }
      if subschema.kind(node) == .true { emit(.uniqueItems, at(subschema, "uniqueItems")) }
    }
    if let least = try subschema.count("minProperties", library), least > 0 {
      emit(.minProperties(least), at(subschema, "minProperties"))
    }
    if let most = try subschema.count("maxProperties", library) {
      emit(.maxProperties(most), at(subschema, "maxProperties"))
    }
  }

  private func types(_ node: Int, _ subschema: Subschema) throws(SchemaError) -> Types {
    var types: Types = []
    let isList = subschema.kind(node) == .array
    let nodes = isList ? Array(subschema.tree.children(of: node)) : [node]
    for node in nodes {
      let word = subschema.kind(node) == .string ? subschema.text(node) : ""
      guard let type = Types.named.first(where: { $0.0 == word })?.1 else {
        throw library.fault(
          subschema.place, "/type", "one of \(Types.named.map { $0.0 }.joined(separator: ", "))")
      }
      types.insert(type)
    }
    return types
  }

  private mutating func numbers(_ subschema: Subschema) throws(SchemaError) {
    let bounds: [(String, Bound)] = [
      ("minimum", .minimum), ("maximum", .maximum), ("exclusiveMinimum", .exclusiveMinimum),
      ("exclusiveMaximum", .exclusiveMaximum),
    ]
    for (keyword, bound) in bounds {
      guard let node = try subschema.value(keyword, .number, "a number", library) else { continue }
      emit(.bound(bound, constant(node, subschema)), at(subschema, keyword))
    }
    guard let node = try subschema.value("multipleOf", .number, "a number", library) else { return }
    guard let divisor = subschema.tree.withView({ Divisor(Numeral($0.text(node))) }) else {
      throw library.fault(
        subschema.place, "/multipleOf",
        "a number greater than 0, with at most \(Divisor.maximumDigits) significant digits")
    }
    builder.divisors.append(divisor)
    emit(.multipleOf(Int32(builder.divisors.count - 1)), at(subschema, "multipleOf"))
  }

  private mutating func enumeration(_ node: Int, _ subschema: Subschema) -> Instruction {
    var (nodes, texts) = ([Int32](), [Tree.Slice]())
    for child in subschema.tree.children(of: node) {
      let constant = constant(child, subschema)
      nodes.append(constant)
      guard subschema.kind(child) == .string else { continue }
      let text = builder.constants.nodes[Int(constant)].text
      let isNew = !texts.contains { builder.constants.string($0) == builder.constants.string(text) }
      if isNew { texts.append(text) }
    }
    let isTextOnly = nodes.allSatisfy { builder.constants.nodes[Int($0)].kind == .string }
    let list = builder.list(nodes)
    guard isTextOnly, !nodes.isEmpty else { return .enumeration(list) }
    return .texts(table: builder.names.add(texts, arena: builder.constants.arena), list)
  }

  // MARK: Constants

  /// Copies a value of the schema among the constants.
  mutating func constant(_ node: Int, _ subschema: Subschema) -> Int32 {
    let tree = subschema.tree
    let start = builder.constants.nodes.count
    for index in node..<Int(tree.nodes[node].end) {
      var copy = tree.nodes[index]
      copy.name = builder.constants.intern(tree.string(copy.name))
      copy.text = builder.constants.intern(tree.string(copy.text))
      copy.end = copy.end - Int32(node) + Int32(start)
      builder.constants.nodes.append(copy)
    }
    return Int32(start)
  }

  mutating func constant(_ text: String) -> Int32 {
    let slice = builder.constants.intern(text)
    builder.constants.append(.string, text: slice)
    return Int32(builder.constants.nodes.count - 1)
  }

  mutating func pattern(
    _ source: String, _ subschema: Subschema, _ keyword: String
  ) throws(SchemaError) -> Int32 {
    if let known = builder.patterns.firstIndex(where: { $0.source == source }) {
      return Int32(known)
    }
    do {
      builder.patterns.append(try Pattern(source))
    } catch {
      throw library.fault(
        subschema.place, keyword, "a regular expression of ECMA-262: \(error.description)")
    }
    return Int32(builder.patterns.count - 1)
  }
}
