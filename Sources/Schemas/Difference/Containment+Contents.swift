import Records

// The keywords that look into objects and lists.

extension Containment {
  // MARK: Objects

  mutating func showMembers(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    guard kinds(places).contains("object") else { return }
    let required = Set(places.flatMap { given.texts("required", of: $0) })
    for name in wanted.texts("required", of: place) where !required.contains(name) {
      add(path, place, "required", "\"\(name)\" must be there, for the other it need not")
    }
    for keyword in ["propertyNames", "dependentRequired"]
    where wanted.member(keyword, of: place) != nil {
      if try !hasSame(keyword, places, place) { add(path, place, keyword, "differs") }
    }
    for name in namedMembers(places, place) {
      let own = places.flatMap { given.subschemas(for: name, of: $0) }
      for subschema in wanted.subschemas(for: name, of: place) {
        try show(own, subschema, at: "\(path)/\(escaped(name))")
      }
    }
    try showPatterns(places, place, at: path)
    if let others = wanted.member("additionalProperties", of: place) {
      try show(unnamed(places, beside: place), others, at: path + "/*")
    }
  }

  /// The members that either side speaks of by name.
  private func namedMembers(_ places: [Place], _ place: Place) -> [String] {
    var names: [String] = []
    if let properties = wanted.member("properties", of: place) {
      names.append(contentsOf: wanted.children(of: properties).map(wanted.name))
    }
    for other in places {
      guard let properties = given.member("properties", of: other) else { continue }
      names.append(contentsOf: given.children(of: properties).map(given.name))
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private mutating func showPatterns(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    for pattern in wanted.patterns(of: place) {
      let name = wanted.name(pattern)
      let own = places.compactMap { other -> Place? in
        let patterns = given.patterns(of: other)
        if let same = patterns.first(where: { given.name($0) == name }) { return same }
        return patterns.isEmpty ? given.member("additionalProperties", of: other) : nil
      }
      try show(own, pattern, at: "\(path)/\(escaped(name))")
    }
  }

  /// What the given side says of members that neither side names.
  private func unnamed(_ places: [Place], beside place: Place) -> [Place] {
    let known = Set(wanted.patterns(of: place).map(wanted.name))
    return places.compactMap { other in
      // A member may fall under a pattern of the given side that the wanted side does not know.
      guard known.isSuperset(of: given.patterns(of: other).map(given.name)) else { return nil }
      return given.member("additionalProperties", of: other)
    }
  }

  // MARK: Lists

  mutating func showItems(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    guard kinds(places).contains("array") else { return }
    if let unique = wanted.member("uniqueItems", of: place), wanted.kind(unique) == .true,
      try !hasSame("uniqueItems", places, place)
    {
      add(path, place, "uniqueItems", "refuses items that are equal")
    }
    if wanted.member("contains", of: place) != nil, try !containsSame(places, place) {
      add(path, place, "contains", "differs")
    }
    let counts = places.map { given.items("prefixItems", of: $0).count }
    let longest = max(counts.max() ?? 0, wanted.items("prefixItems", of: place).count)
    for position in 0...longest {
      let own = places.flatMap { given.subschemas(forItem: position, of: $0) }
      let step = position < longest ? "\(position)" : "*"
      for subschema in wanted.subschemas(forItem: position, of: place) {
        try show(own, subschema, at: "\(path)/\(step)")
      }
    }
  }

  private func containsSame(_ places: [Place], _ place: Place) throws(SchemaError) -> Bool {
    for other in places {
      var isSame = true
      for keyword in ["contains", "minContains", "maxContains"] {
        let has = given.member(keyword, of: other) != nil
        guard has == (wanted.member(keyword, of: place) != nil) else {
          isSame = false
          continue
        }
        if has, try !hasSame(keyword, [other], place) { isSame = false }
      }
      if isSame { return true }
    }
    return false
  }
}
