import Records

/// Looks for what one schema (`given`) accepts and another (`wanted`) may refuse.
///
/// On the given side stands a conjunction: all subschemas that hold for a value at once. On the wanted side
/// each keyword is shown to follow from it, or becomes a reason.
struct Containment {
  typealias Place = Library.Place
  typealias Reason = SchemaDifference.Reason

  let given: SchemaSide
  let wanted: SchemaSide
  private(set) var reasons: [Reason] = []
  /// Pairs under way or done: a recursive schema holds if nothing on the way round refuses.
  private var assumed: Set<Pair> = []
  private var depth = 0
  /// How many choices of the given side are taken apart around this point; the work grows with its power.
  private var cases = 0

  private struct Pair: Hashable {
    let given: Set<Place>
    let wanted: Place
  }

  static let maximumReasons = 100
  static let maximumCases = 3

  static func reasons(
    of given: SchemaSide, in wanted: SchemaSide
  ) throws(SchemaError) -> [Reason] {
    var containment = Containment(given: given, wanted: wanted)
    try containment.show([given.root], wanted.root, at: "")
    var seen: Set<Reason> = []
    return containment.reasons.filter { seen.insert($0).inserted }
  }

  init(given: SchemaSide, wanted: SchemaSide) {
    self.given = given
    self.wanted = wanted
  }

  // MARK: One place

  /// Shows that what all of `places` accept, the wanted place accepts.
  mutating func show(_ places: [Place], _ place: Place, at path: String) throws(SchemaError) {
    let places = try expanded(places)
    guard reasons.count < Self.maximumReasons,
      !places.contains(where: { given.kind($0) == .false }),
      assumed.insert(Pair(given: Set(places), wanted: place)).inserted
    else { return }
    switch wanted.kind(place) {
    case .true: return
    case .false: return add(path, place, "", "no value may stand here")
    default: break
    }
    guard depth < Library.maximumDepth else {
      return add(path, place, "", "too deep to compare")
    }
    depth += 1
    defer { depth -= 1 }
    for other in places where try isSame(other, place) { return }
    if let refused = try refusedValues(of: places, at: place) {
      guard !refused.isEmpty else { return }
      return add(path, place, "", "refuses \(refused.joined(separator: ", "))")
    }
    let before = self
    try showKeywords(places, place, at: path)
    // What does not follow from all together may follow from each of the given side's choices. What was
    // assumed on the way to a reason does not count for them.
    if reasons.count > before.reasons.count, try before.showsByCases(places, place) {
      self = before
    }
  }

  private mutating func showKeywords(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    try showApplicators(places, place, at: path)
    try showValues(places, place, at: path)
    try showMembers(places, place, at: path)
    try showItems(places, place, at: path)
  }

  mutating func add(_ path: String, _ place: Place, _ keyword: String, _ words: String) {
    let location = wanted.location(place, keyword)
    reasons.append(
      Reason(
        instancePath: path,
        keywordPath: keyword.isEmpty ? String(location.dropLast()) : location, words: words))
  }

  /// The same, with what `$ref` and `allOf` add to them.
  private func expanded(_ places: [Place]) throws(SchemaError) -> [Place] {
    var (found, waiting): ([Place], [Place]) = ([], places.reversed())
    while let place = waiting.popLast() {
      guard !found.contains(place) else { continue }
      found.append(place)
      guard given.kind(place) == .object else { continue }
      if let target = try given.reference(place) { waiting.append(target) }
      waiting.append(contentsOf: given.items("allOf", of: place))
    }
    return found
  }

  /// Whether nothing is found against it; nothing is remembered.
  func holds(_ places: [Place], _ place: Place) throws(SchemaError) -> Bool {
    var trial = self
    trial.reasons = []
    try trial.show(places, place, at: "")
    return trial.reasons.isEmpty
  }

  /// Where the given side lists its values: those that the wanted side refuses, exactly.
  private func refusedValues(
    of places: [Place], at place: Place
  ) throws(SchemaError) -> [String]? {
    guard let values = listedValues(places) else { return nil }
    var refused: [String] = []
    for value in values where try !wanted.accepts(value, of: given, at: place) {
      var isMeant = true
      for own in places where try !given.accepts(value, of: given, at: own) { isMeant = false }
      if isMeant { refused.append(given.json(value)) }
    }
    return refused
  }

  /// The values of the shortest `enum` or `const`.
  func listedValues(_ places: [Place]) -> [Place]? {
    places.compactMap { place -> [Place]? in
      if let value = given.member("const", of: place) { return [value] }
      return given.member("enum", of: place).map(given.children)
    }.min { $0.count < $1.count }
  }

  // MARK: Applicators in place

  private mutating func showApplicators(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    if let target = try wanted.reference(place) { try show(places, target, at: path) }
    for branch in wanted.items("allOf", of: place) { try show(places, branch, at: path) }
    let choices = wanted.items("anyOf", of: place)
    var isShown = choices.isEmpty
    for choice in choices where !isShown { isShown = try holds(places, choice) }
    if !isShown {
      add(path, place, "anyOf", "what the other accepts need not match any choice")
    }
    try showCondition(places, place, at: path)
    for keyword in [
      "oneOf", "not", "$dynamicRef", "dependentSchemas", "unevaluatedProperties",
      "unevaluatedItems",
    ] where wanted.member(keyword, of: place) != nil {
      if try !hasSame(keyword, places, place) {
        add(path, place, keyword, "differs, and cannot be shown to accept the same")
      }
    }
  }

  /// Whether the wanted place follows in each case of an `anyOf` or `oneOf` of the given side.
  private func showsByCases(_ places: [Place], _ place: Place) throws(SchemaError) -> Bool {
    guard cases < Self.maximumCases else { return false }
    for other in places {
      for keyword in ["anyOf", "oneOf"] {
        let branches = given.items(keyword, of: other)
        // Of choices that are taken apart already, one is among the places.
        guard !branches.isEmpty, !branches.contains(where: places.contains) else { continue }
        var all = true
        for branch in branches where all {
          var trial = self
          trial.cases += 1
          all = try trial.holds(places + [branch], place)
        }
        if all { return true }
      }
    }
    return false
  }

  private mutating func showCondition(
    _ places: [Place], _ place: Place, at path: String
  ) throws(SchemaError) {
    guard let condition = wanted.member("if", of: place) else { return }
    let (then, otherwise) = (wanted.member("then", of: place), wanted.member("else", of: place))
    // With the same condition on the given side, its own branches are known too.
    var (whenTrue, whenFalse) = (places, places)
    for other in places {
      guard let own = given.member("if", of: other), try isSame(own, condition) else { continue }
      if let branch = given.member("then", of: other) { whenTrue.append(branch) }
      if let branch = given.member("else", of: other) { whenFalse.append(branch) }
    }
    if let then, try !excludes(places, condition) { try show(whenTrue, then, at: path) }
    if let otherwise { try show(whenFalse, otherwise, at: path) }
  }

  /// Whether a condition such as `properties: {kind: {const: …}}` can hold for no given value.
  private func excludes(_ places: [Place], _ condition: Place) throws(SchemaError) -> Bool {
    guard wanted.kind(condition) == .object,
      let properties = wanted.member("properties", of: condition)
    else { return false }
    let required = Set(places.flatMap { given.texts("required", of: $0) })
    for property in wanted.children(of: properties) where required.contains(wanted.name(property)) {
      let own = try expanded(
        places.flatMap { given.subschemas(for: wanted.name(property), of: $0) })
      guard let values = listedValues(own) else { continue }
      var accepted = false
      for value in values where try wanted.accepts(value, of: given, at: property) {
        accepted = true
      }
      if !accepted { return true }
    }
    return false
  }
}
