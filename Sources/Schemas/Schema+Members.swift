import Records

/// Which members an instance of a schema may have at all, so that whoever writes one can be told of a misspelt
/// name before there is any instance.
extension Schema {
  /// The paths of all members, `identifiers[*].kind`, containers among them. A path that ends with `.*` says that
  /// anything may stand below it. Nil where the schema closes nothing.
  package static func members(of document: Tree) -> [String]? {
    var survey = MemberSurvey(document: document)
    survey.look([0], at: "", depth: 0)
    return survey.isTooLarge || survey.paths.contains("*") ? nil : survey.paths
  }
}

/// Walks a schema's document along the names that it allows.
private struct MemberSurvey {
  let document: Tree
  private(set) var paths: [String] = []

  /// A schema of more members, or of deeper ones, than a mapping will ever write is left open.
  private static let most = 10_000
  private static let deepest = 24

  init(document: Tree) { self.document = document }

  var isTooLarge: Bool { paths.count > Self.most }

  /// - Parameter places: the subschemas that all hold for the value at this path.
  mutating func look(_ places: [Int], at path: String, depth: Int) {
    guard !isTooLarge else { return }
    guard depth < Self.deepest, let all = together(places) else { return leaveOpen(path) }
    if mayBe("object", all) {
      guard let names = allowed(all) else { return leaveOpen(path) }
      lookAtMembers(names, all, path, depth)
    }
    if mayBe("array", all) { lookAtItems(all, path, depth) }
  }

  private mutating func leaveOpen(_ path: String) {
    paths.append(path.isEmpty ? "*" : path + ".*")
  }

  private mutating func lookAtMembers(
    _ names: [String], _ places: [Int], _ path: String, _ depth: Int
  ) {
    for name in names {
      let member = path.isEmpty ? name : "\(path).\(name)"
      paths.append(member)
      look(places.compactMap { keyword("properties/\(name)", $0) }, at: member, depth: depth + 1)
    }
  }

  private mutating func lookAtItems(_ places: [Int], _ path: String, _ depth: Int) {
    let items = path + "[*]"
    paths.append(items)
    let rest = places.compactMap { keyword("items", $0) }
    let first = places.compactMap { keyword("prefixItems", $0) }
    // A path says nothing of an item's position: what any item may have is a right name.
    for place in first.flatMap({ document.children(of: $0) }) {
      look([place], at: items, depth: depth + 1)
    }
    if first.isEmpty || !rest.isEmpty { look(rest, at: items, depth: depth + 1) }
  }

  // MARK: What holds together

  /// The schemas with those that `$ref` and `allOf` add to them; nil where one is not in this document.
  private func together(_ places: [Int]) -> [Int]? {
    var found: [Int] = []
    var next = places
    while let place = next.popLast() {
      guard !found.contains(place) else { continue }
      found.append(place)
      guard keyword("$dynamicRef", place) == nil else { return nil }
      if let reference = keyword("$ref", place) {
        guard let target = target(of: document.string(document.nodes[reference].text)) else {
          return nil
        }
        next.append(target)
      }
      if let parts = keyword("allOf", place) { next += document.children(of: parts) }
    }
    return found
  }

  /// Where a reference within the document leads.
  private func target(of reference: String) -> Int? {
    guard reference.hasPrefix("#") else { return nil }
    var place = 0
    for word in reference.dropFirst().split(separator: "/") {
      let name = String(word).replacing("~1", with: "/").replacing("~0", with: "~")
      let isList = document.nodes[place].kind == .array
      let next = isList ? Int(name).flatMap { document.item($0, of: place) } : nil
      guard let step = next ?? document.member(name, of: place) else { return nil }
      place = step
    }
    return reference == "#" || reference.hasPrefix("#/") ? place : nil
  }

  /// Whether no `type` rules this one out. A schema that names no members is not taken for one of objects.
  private func mayBe(_ type: String, _ places: [Int]) -> Bool {
    places.allSatisfy { place in
      if document.nodes[place].kind == .false { return false }
      guard let node = keyword("type", place) else { return true }
      let types = document.nodes[node].kind == .array ? Array(document.children(of: node)) : [node]
      return types.contains { document.string(document.nodes[$0].text) == type }
    }
  }

  /// The names that every one of the schemas allows; nil if none of them closes the object.
  private func allowed(_ places: [Int]) -> [String]? {
    var names: [String]?
    for place in places where closes(place, "additionalProperties") {
      guard keyword("patternProperties", place) == nil else { continue }
      let own = self.names(place)
      names = names.map { $0.filter(own.contains) } ?? own
    }
    // What no keyword beside it has looked at is refused too; a branch may look at members of its own.
    for place in places where names == nil && closes(place, "unevaluatedProperties") {
      guard let beside = together([place]), !hasBranches(beside) else { return nil }
      names = beside.flatMap(self.names)
    }
    return names
  }

  private func hasBranches(_ places: [Int]) -> Bool {
    let words = ["anyOf", "oneOf", "if", "dependentSchemas", "patternProperties"]
    return places.contains { place in words.contains { keyword($0, place) != nil } }
  }

  private func names(_ place: Int) -> [String] {
    guard let properties = keyword("properties", place) else { return [] }
    return document.children(of: properties).map { document.string(document.nodes[$0].name) }
  }

  private func closes(_ place: Int, _ word: String) -> Bool {
    keyword(word, place).map { document.nodes[$0].kind == .false } ?? false
  }

  /// The value of a keyword, or of a member of it (`properties/name`).
  private func keyword(_ words: String, _ place: Int) -> Int? {
    let parts = words.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.reduce(Optional(place)) { place, name in
      place.flatMap { document.member(String(name), of: $0) }
    }
  }
}
