import Records

// Two subschemas that say the same: the way to show keywords that are not taken apart.

extension Containment {
  private static let annotations: Set<String> = [
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
    "$comment", "$schema", "$id", "$anchor", "$dynamicAnchor", "$defs", "$vocabulary",
    "definitions", "contentMediaType", "contentEncoding", "contentSchema",
  ]

  /// Whether one of the given subschemas has the keyword with the same value.
  func hasSame(
    _ keyword: String, _ places: [Place], _ place: Place
  ) throws(SchemaError) -> Bool {
    // What these mean depends on the keywords beside them, which `isSame` of the whole has compared.
    guard !["unevaluatedProperties", "unevaluatedItems", "$dynamicRef"].contains(keyword),
      let value = wanted.member(keyword, of: place)
    else { return false }
    for other in places {
      guard let own = given.member(keyword, of: other) else { continue }
      var assumed: Set<[Place]> = []
      if try isSame(own, value, Role(of: keyword), &assumed, 0) { return true }
    }
    return false
  }

  /// What stands at a place, which decides how two of them are compared.
  private enum Role {
    case schema, schemaMap, schemaList, value

    init(of keyword: String) {
      self =
        Keywords.schema.contains(keyword)
        ? .schema
        : Keywords.schemaMap.contains(keyword)
          ? .schemaMap : Keywords.schemaList.contains(keyword) ? .schemaList : .value
    }
  }

  /// Whether two subschemas say the same, references followed, annotations apart.
  func isSame(_ left: Place, _ right: Place) throws(SchemaError) -> Bool {
    var assumed: Set<[Place]> = []
    return try isSame(left, right, .schema, &assumed, 0)
  }

  private func isSame(
    _ left: Place, _ right: Place, _ role: Role, _ assumed: inout Set<[Place]>, _ depth: Int
  ) throws(SchemaError) -> Bool {
    guard depth < Library.maximumDepth else { return false }
    guard assumed.insert([left, right]).inserted else { return true }
    switch (role, given.kind(left), wanted.kind(right)) {
    case (.schema, .object, .object), (.schemaMap, .object, .object):
      return try isSameObject(left, right, role, &assumed, depth)
    case (.schemaList, .array, .array):
      let (own, other) = (given.children(of: left), wanted.children(of: right))
      guard own.count == other.count else { return false }
      for (one, another) in zip(own, other) {
        guard try isSame(one, another, .schema, &assumed, depth + 1) else { return false }
      }
      return true
    default:
      return given.tree(left).withView { one in
        wanted.tree(right).withView { other in equal(one, left.node, other, right.node) }
      }
    }
  }

  private func isSameObject(
    _ left: Place, _ right: Place, _ role: Role, _ assumed: inout Set<[Place]>, _ depth: Int
  ) throws(SchemaError) -> Bool {
    let ignored = role == .schema ? Self.annotations : []
    let own = members(of: left, given, without: ignored)
    let other = members(of: right, wanted, without: ignored)
    guard own.keys == other.keys else { return false }
    for (name, member) in own {
      guard let counterpart = other[name] else { return false }
      let isOne: Bool
      switch (role, name) {
      case (.schema, "$ref"):
        guard let one = try given.reference(left), let another = try wanted.reference(right) else {
          return false
        }
        isOne = try isSame(one, another, .schema, &assumed, depth + 1)
      // What it leads to depends on the way to it.
      case (.schema, "$dynamicRef"): isOne = false
      case (.schema, _):
        isOne = try isSame(member, counterpart, Role(of: name), &assumed, depth + 1)
      default: isOne = try isSame(member, counterpart, .schema, &assumed, depth + 1)
      }
      guard isOne else { return false }
    }
    return true
  }

  private func members(
    of place: Place, _ side: SchemaSide, without ignored: Set<String>
  ) -> [String: Place] {
    var members: [String: Place] = [:]
    for child in side.children(of: place) where !ignored.contains(side.name(child)) {
      members[side.name(child)] = child
    }
    return members
  }
}
