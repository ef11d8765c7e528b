import Lanes
import Storage

/// Which cases the answers of a batch are about.
struct Subjects {
  private var cases: [ResultBody.Subject: Result<String, ResultFault>] = [:]

  /// Looks up, in one round trip, the open cases about each entity that stands for a case's id.
  init(_ subjects: [ResultBody.Subject], in database: Database) throws {
    var entities: [(subject: ResultBody.Subject, key: [UInt8])] = []
    for subject in Set(subjects) {
      switch subject {
      case .id(let id): cases[subject] = .success(id)
      case .entity(let kind, let value):
        entities.append((subject, CaseKeys.entity(kind: kind, value: value).bytes))
      }
    }
    guard !entities.isEmpty else { return }
    let rows = try database.query(
      """
      select about.key, case_id from case_entity as about join case_record on case_record.id = case_id
      where about.key = any($1) and state not in (\(Subjects.ended)) order by case_id
      """, [.byteses(entities.map(\.key))])
    var found: [[UInt8]: [String]] = [:]
    for row in rows { found[try row.bytes(0), default: []].append(try row.text(1)) }
    for (subject, key) in entities { cases[subject] = Subjects.one(of: found[key] ?? [], subject) }
  }

  private static let ended = Case.State.allCases.filter(\.isTerminal)
    .map { "'\($0.rawValue)'" }.joined(separator: ", ")

  private static func one(
    of ids: [String], _ subject: ResultBody.Subject
  ) -> Result<String, ResultFault> {
    if ids.count == 1 { return .success(ids[0]) }
    guard case .entity(let kind, _) = subject else { return .success(ids.first ?? "") }
    return .failure(
      ResultFault(
        letter: DeadLetter(
          stage: "sync.load", code: ids.isEmpty ? "UNKNOWN_CASE" : "AMBIGUOUS_ENTITY",
          place: "entity of kind \(kind)",
          expectation: ids.isEmpty
            ? "the number of something that an open case is about"
            : "the case's id, since \(ids.count) open cases are about it")))
  }

  var ids: [String] {
    Set(cases.values.compactMap { try? $0.get() }).sorted()
  }

  subscript(subject: ResultBody.Subject) -> Result<String, ResultFault> {
    cases[subject] ?? Subjects.one(of: [], subject)
  }
}
