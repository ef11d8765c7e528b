/// How well a standard schema fits, and which field has which of its roles.
package struct SchemaFit: Sendable {
  package let schema: SchemaOutline
  /// In percent.
  package let score: Int
  package let reasons: [String]
  let assigned: [Role: Assigned]

  /// A field with a role.
  struct Assigned: Sendable {
    let reading: FieldReading
    let guess: Guess
    /// Sure enough to be written; else it is a remark.
    var isWritten: Bool { guess.sureness >= SchemaFit.written }
  }

  /// From so many percent on, a guess is written and not only remarked.
  static let written = 50
  private static let remarked = 20

  static func rank(_ readings: [FieldReading], _ schemas: [SchemaOutline]) -> [SchemaFit] {
    schemas.map { fit($0, readings) }
      .sorted { ($1.score, $0.schema.name) < ($0.score, $1.schema.name) }
  }

  static func choose(_ name: String?, from ranking: [SchemaFit]) throws(DraftFault) -> SchemaFit {
    if let name {
      if let fit = ranking.first(where: { $0.schema.name == name }) { return fit }
      let names = ranking.map(\.schema.name).sorted().joined(separator: ", ")
      throw DraftFault("there is no standard schema \"\(name)\"; there are \(names)")
    }
    guard let best = ranking.first else {
      throw DraftFault("there is no standard schema: expected topology/schemas/*.json")
    }
    return best
  }

  private static func fit(_ schema: SchemaOutline, _ readings: [FieldReading]) -> SchemaFit {
    let wanted = schema.wanted
    let assigned = assign(Set(wanted.map(\.role)), readings)
    func sureness(_ role: Role) -> Int { assigned[role]?.guess.sureness ?? 0 }
    let required = wanted.filter(\.isRequired).map(\.role)
    let covered = required.map { sureness($0) >= written ? sureness($0) : 0 }.reduce(0, +)
    // Of what was understood, how much has a place here.
    let understood = readings.filter { ($0.best?.guess.sureness ?? 0) >= written }
    let placed = understood.filter { reading in
      assigned.values.contains { $0.isWritten && $0.reading.field.path == reading.field.path }
    }
    let needs = required.isEmpty ? 0 : covered / required.count
    let places = understood.isEmpty ? 0 : placed.count * 100 / understood.count
    let missing = required.filter { sureness($0) < written }.map(\.title)
    var reasons = [
      "\(placed.count) of the \(understood.count) fields that were understood have a place in it"
    ]
    reasons.append(
      missing.isEmpty
        ? "all that it requires was found"
        : "not found of what it requires: \(missing.joined(separator: ", "))")
    return SchemaFit(
      schema: schema, score: (needs * 2 + places * 3) / 5, reasons: reasons, assigned: assigned)
  }

  /// The surest first; a field has one role, except what names the record as well.
  private static func assign(_ roles: Set<Role>, _ readings: [FieldReading]) -> [Role: Assigned] {
    var all: [(role: Role, index: Int, guess: Guess)] = []
    for (index, reading) in readings.enumerated() where !reading.field.path.isList {
      for guess in reading.roles
      where roles.contains(guess.role) && guess.guess.sureness >= remarked {
        all.append((guess.role, index, guess.guess))
      }
    }
    let order = all.indices.sorted {
      (all[$1].guess.sureness, $0) < (all[$0].guess.sureness, $1)
    }
    var (assigned, taken) = ([Role: Assigned](), Set<Int>())
    for entry in order.map({ all[$0] }) where assigned[entry.role] == nil {
      guard entry.role.isShared || !taken.contains(entry.index) else { continue }
      assigned[entry.role] = Assigned(reading: readings[entry.index], guess: entry.guess)
      if !entry.role.isShared { taken.insert(entry.index) }
    }
    return assigned
  }
}
