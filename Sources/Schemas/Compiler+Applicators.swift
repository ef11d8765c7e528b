import Records

/// The keywords that hold other schemas.
extension Compiler {
  // MARK: Objects

  /// properties, patternProperties, additionalProperties and required become one pass over the members.
  mutating func members(_ subschema: Subschema) throws(SchemaError) {
    let applies = subschema.dialect.applies
    var object = ObjectRule()
    let properties =
      applies ? try subschema.value("properties", .object, "an object", library) : nil
    let patterns =
      applies ? try subschema.value("patternProperties", .object, "an object", library) : nil
    let additional = applies ? subschema.member("additionalProperties") : nil
    let required =
      subschema.dialect.validates
      ? try names("required", subschema.member("required"), subschema) : []
    if properties != nil || patterns != nil || additional != nil || !required.isEmpty {
      try table(properties, required, subschema, &object)
      try patternProperties(patterns, subschema, &object)
      if let additional { object.additional = try rule(at: subschema.place(additional)) }
      // The pass itself reports only what `required` says; the members' rules report the rest.
      object.requiredLocation = Int32(builder.code.count)
      builder.objects.append(object)
      emit(.object(Int32(builder.objects.count - 1)), at(subschema, "required"))
    }
    if applies, let names = subschema.member("propertyNames") {
      emit(
        .propertyNames(try rule(at: subschema.place(names))), at(subschema, "propertyNames"))
    }
    if subschema.dialect.validates { try dependentRequired(subschema) }
  }

  private mutating func table(
    _ properties: Int?, _ required: [String], _ subschema: Subschema, _ object: inout ObjectRule
  ) throws(SchemaError) {
    var names: [String] = []
    var rules: [Int32] = []
    if let properties {
      for child in subschema.tree.children(of: properties) {
        names.append(subschema.name(child))
        rules.append(try rule(at: subschema.place(child)))
      }
    }
    var numbers: [String: Int] = [:]
    for (number, name) in names.enumerated() { numbers[name] = number }
    var bits = [Int32](repeating: -1, count: names.count)
    var further: [Int32] = []
    for (bit, name) in required.enumerated() {
      guard bit < 64 else {
        further.append(constant(name))
        continue
      }
      object.required |= 1 << UInt64(bit)
      if let number = numbers[name] {
        bits[number] = Int32(bit)
      } else {
        names.append(name)
        rules.append(-1)
        bits.append(Int32(bit))
      }
    }
    object.furtherRequired = builder.list(further)
    guard !names.isEmpty else { return }
    let slices = names.map { builder.constants.intern($0) }
    object.table = builder.names.add(slices, arena: builder.constants.arena)
    object.members = builder.list(zip(rules, bits).flatMap { [$0, $1] })
  }

  private mutating func patternProperties(
    _ node: Int?, _ subschema: Subschema, _ object: inout ObjectRule
  ) throws(SchemaError) {
    guard let node else { return }
    var pairs: [Int32] = []
    for child in subschema.tree.children(of: node) {
      pairs.append(try pattern(subschema.name(child), subschema, "/patternProperties"))
      pairs.append(try rule(at: subschema.place(child)))
    }
    object.patterns = builder.list(pairs)
  }

  private mutating func dependentRequired(_ subschema: Subschema) throws(SchemaError) {
    guard let node = try subschema.value("dependentRequired", .object, "an object", library) else {
      return
    }
    for child in subschema.tree.children(of: node) {
      let list = [subschema.name(child)] + (try names("dependentRequired", child, subschema))
      let constants = list.map { constant($0) }
      emit(
        .dependentRequired(builder.list(constants)),
        at(subschema, "dependentRequired/" + escaped(subschema.name(child))))
    }
  }

  /// A list of names, each once.
  private func names(
    _ keyword: String, _ node: Int?, _ subschema: Subschema
  ) throws(SchemaError) -> [String] {
    guard let node else { return [] }
    var names: [String] = []
    if subschema.kind(node) == .array {
      for child in subschema.tree.children(of: node) where subschema.kind(child) == .string {
        names.append(subschema.text(child))
      }
      if names.count == subschema.tree.withView({ $0.childCount(node) }),
        Set(names).count == names.count
      {
        return names
      }
    }
    throw library.fault(subschema.place, "/" + keyword, "a list of names, each once")
  }

  // MARK: Arrays

  mutating func items(_ subschema: Subschema) throws(SchemaError) {
    var from: Int32 = 0
    if let rules = try rules("prefixItems", subschema) {
      emit(.prefixItems(builder.list(rules)), at(subschema, "prefixItems"))
      from = Int32(rules.count)
    }
    if let node = subschema.member("items") {
      guard subschema.kind(node) != .array else {
        throw library.fault(
          subschema.place, "/items", "a schema (a list of schemas is called prefixItems)")
      }
      emit(.items(from: from, rule: try rule(at: subschema.place(node))), at(subschema, "items"))
    }
    guard let node = subschema.member("contains") else { return }
    let counts = subschema.dialect.validates
    let least = counts ? try subschema.count("minContains", library) ?? 1 : 1
    let most = counts ? try subschema.count("maxContains", library) ?? .max : .max
    emit(
      .contains(rule: try rule(at: subschema.place(node)), minimum: least, maximum: most),
      at(subschema, "contains"))
  }

  // MARK: In place

  mutating func applicators(_ subschema: Subschema) throws(SchemaError) {
    if let rules = try rules("allOf", subschema) {
      emit(.all(builder.list(rules)), at(subschema, "allOf"))
    }
    if let rules = try rules("anyOf", subschema) {
      emit(.any(builder.list(rules)), at(subschema, "anyOf"))
    }
    if let rules = try rules("oneOf", subschema) {
      emit(.one(builder.list(rules)), at(subschema, "oneOf"))
    }
    if let node = subschema.member("not") {
      emit(.not(try rule(at: subschema.place(node))), at(subschema, "not"))
    }
    if let node = subschema.member("if") { try conditional(node, subschema) }
    guard let node = try subschema.value("dependentSchemas", .object, "an object", library) else {
      return
    }
    for child in subschema.tree.children(of: node) {
      let name = subschema.name(child)
      emit(
        .dependentSchema(name: constant(name), rule: try rule(at: subschema.place(child))),
        at(subschema, "dependentSchemas/" + escaped(name)))
    }
  }

  private mutating func conditional(
    _ node: Int, _ subschema: Subschema
  ) throws(SchemaError) {
    let condition = try rule(at: subschema.place(node))
    let then = try subschema.member("then").map { (node) throws(SchemaError) in
      try rule(at: subschema.place(node))
    }
    let otherwise = try subschema.member("else").map { (node) throws(SchemaError) in
      try rule(at: subschema.place(node))
    }
    guard let (name, text) = memberText(node, subschema) else {
      return emit(
        .conditional(condition, then: then ?? -1, otherwise: otherwise ?? -1), at(subschema, "if"))
    }
    builder.choices.append(
      Choice(
        name: constant(name), text: constant(text), condition: condition, then: then ?? -1,
        otherwise: otherwise ?? -1))
    emit(.choice(Int32(builder.choices.count - 1)), at(subschema, "if"))
  }

  /// The name and the text, if a schema is nothing but `{"properties": {NAME: {"const": TEXT}}}`.
  private func memberText(_ schema: Int, _ subschema: Subschema) -> (String, String)? {
    func only(_ name: String?, in node: Int) -> Int? {
      let children = Array(subschema.tree.children(of: node))
      guard subschema.kind(node) == .object, children.count == 1, let child = children.first
      else { return nil }
      return name == nil || subschema.name(child) == name ? child : nil
    }
    guard subschema.dialect.applies, subschema.dialect.validates,
      let properties = only("properties", in: schema), let member = only(nil, in: properties),
      let text = only("const", in: member), subschema.kind(text) == .string
    else { return nil }
    return (subschema.name(member), subschema.text(text))
  }

  private mutating func rules(
    _ keyword: String, _ subschema: Subschema
  ) throws(SchemaError) -> [Int32]? {
    guard let node = try subschema.value(keyword, .array, "a list of schemas", library) else {
      return nil
    }
    var rules: [Int32] = []
    for child in subschema.tree.children(of: node) {
      rules.append(try rule(at: subschema.place(child)))
    }
    guard !rules.isEmpty else {
      throw library.fault(subschema.place, "/" + keyword, "a list of at least one schema")
    }
    return rules
  }

  mutating func unevaluated(_ subschema: inout Subschema) throws(SchemaError) {
    if let node = subschema.member("unevaluatedItems") {
      subschema.tracks = true
      emit(
        .unevaluatedItems(try rule(at: subschema.place(node))), at(subschema, "unevaluatedItems"))
    }
    if let node = subschema.member("unevaluatedProperties") {
      subschema.tracks = true
      emit(
        .unevaluatedProperties(try rule(at: subschema.place(node))),
        at(subschema, "unevaluatedProperties"))
    }
  }
}
