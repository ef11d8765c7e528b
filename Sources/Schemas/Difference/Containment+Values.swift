import Records

// The keywords that bound a value by itself: type, enum, numbers, texts, and how many members or items.

extension Containment {
  /// The kinds of values, with whole numbers apart from others.
  private static let kinds: Set<String> = [
    "null", "boolean", "object", "array", "string", "integer", "fraction",
  ]

  private static func kinds(named names: [String]) -> Set<String> {
    Set(names.flatMap { $0 == "number" ? ["integer", "fraction"] : [$0] })
  }

  /// The kinds that all of the places let through.
  func kinds(_ places: [Place]) -> Set<String> {
    var kinds = Self.kinds
    for place in places {
      if let own = types(of: place, given) { kinds.formIntersection(own) }
    }
    return kinds
  }

  private func types(of place: Place, _ side: SchemaSide) -> Set<String>? {
    guard let type = side.member("type", of: place) else { return nil }
    return Self.kinds(
      named: side.kind(type) == .string ? [side.text(type)] : side.texts("type", of: place))
  }

  mutating func showValues(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    let kinds = kinds(places)
    if let wantedKinds = types(of: place, wanted), !kinds.isSubset(of: wantedKinds) {
      let extra = kinds.subtracting(wantedKinds).sorted().map { $0 == "fraction" ? "number" : $0 }
      add(path, place, "type", "refuses values of type \(extra.joined(separator: ", "))")
    }
    for keyword in ["enum", "const"] where wanted.member(keyword, of: place) != nil {
      add(path, place, keyword, "allows only some values, the other more")
    }
    if !kinds.isDisjoint(with: ["integer", "fraction"]) { showNumbers(places, place, at: path) }
    if kinds.contains("string") { try showTexts(places, place, at: path) }
    let counted = [
      ("string", "minLength", "maxLength"), ("array", "minItems", "maxItems"),
      ("object", "minProperties", "maxProperties"),
    ]
    for (kind, lower, upper) in counted where kinds.contains(kind) {
      showBound(lower, isLower: true, places, place, at: path)
      showBound(upper, isLower: false, places, place, at: path)
    }
  }

  private mutating func showTexts(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    for keyword in ["pattern", "format"] where wanted.member(keyword, of: place) != nil {
      if try !hasSame(keyword, places, place) {
        let other = places.compactMap { given.member(keyword, of: $0).map(given.json) }
        add(path, place, keyword, other.isEmpty ? "is new" : "was \(other[0])")
      }
    }
  }

  private mutating func showNumbers(_ places: [Place], _ place: Place, at path: String) {
    for (keyword, exclusive, isLower) in [
      ("minimum", "exclusiveMinimum", true), ("maximum", "exclusiveMaximum", false),
    ] {
      showLimit(keyword, stricter: exclusive, isLower: isLower, places, place, at: path)
    }
    guard let divisor = wanted.member("multipleOf", of: place) else { return }
    let follows = places.contains { other in
      given.member("multipleOf", of: other).map { isMultiple($0, of: divisor) } ?? false
    }
    if !follows {
      add(path, place, "multipleOf", "allows only multiples of \(wanted.json(divisor))")
    }
  }

  private func isMultiple(_ own: Place, of divisor: Place) -> Bool {
    given.tree(own).withView { one in
      wanted.tree(divisor).withView { other in
        guard let divisor = Divisor(Numeral(other.text(divisor.node))) else { return false }
        return Numeral(one.text(own.node)).isMultiple(of: divisor)
      }
    }
  }

  /// `minimum` and `exclusiveMinimum` of the wanted side, each from both of the given side; so for the upper end.
  private mutating func showLimit(
    _ inclusive: String, stricter exclusive: String, isLower: Bool, _ places: [Place],
    _ place: Place, at path: String
  ) {
    for keyword in [inclusive, exclusive] {
      guard let limit = wanted.member(keyword, of: place) else { continue }
      let follows = places.contains { other in
        let bounds = [(inclusive, keyword == exclusive), (exclusive, false)]
        return bounds.contains { name, mustBeBeyond in
          guard let own = given.member(name, of: other) else { return false }
          let order = compared(own, limit) * (isLower ? 1 : -1)
          return mustBeBeyond ? order > 0 : order >= 0
        }
      }
      if !follows { addBound(keyword, places, place, limit, at: path) }
    }
  }

  private mutating func showBound(
    _ keyword: String, isLower: Bool, _ places: [Place], _ place: Place, at path: String
  ) {
    guard let limit = wanted.member(keyword, of: place) else { return }
    let follows = places.contains { other in
      guard let own = given.member(keyword, of: other) else { return false }
      return compared(own, limit) * (isLower ? 1 : -1) >= 0
    }
    if !follows { addBound(keyword, places, place, limit, at: path) }
  }

  private mutating func addBound(
    _ keyword: String, _ places: [Place], _ place: Place, _ limit: Place, at path: String
  ) {
    let other = places.compactMap { given.member(keyword, of: $0).map(given.json) }.first
    add(
      path, place, keyword,
      "allows \(wanted.json(limit)), the other \(other ?? "any")")
  }

  private func compared(_ own: Place, _ limit: Place) -> Int {
    given.tree(own).withView { one in
      wanted.tree(limit).withView { other in
        Numeral(one.text(own.node)).compared(to: Numeral(other.text(limit.node)))
      }
    }
  }
}
