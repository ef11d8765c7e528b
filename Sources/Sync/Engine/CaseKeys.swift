import Cryptography
import Storage

/// The hashed keys by which cases are found and locked. The numbers themselves stand in no index.
enum CaseKeys {
  static func entity(kind: String, value: String) -> Key128 {
    Hasher128().key("case entity", kind, value)
  }

  static func awaited(schema: String, member: String, value: String) -> Key128 {
    Hasher128().key("awaited change", schema, member, value)
  }

  /// What changed between two states of cases, as statements of one pipeline; none where nothing did.
  static func statements(_ changes: [Change]) -> [(String, [Parameter])] {
    var statements: [(String, [Parameter])] = []
    let known = changes.flatMap { change in change.newEntities.map { (change.id, $0) } }
    if !known.isEmpty {
      statements.append(
        (
          """
          insert into case_entity (key, case_id, kind)
          select key, case_id, kind from unnest($1::bytea[], $2::text[], $3::text[]) as new(key, case_id, kind)
          on conflict do nothing
          """,
          [
            .byteses(known.map { entity(kind: $0.1.kind, value: $0.1.value).bytes }),
            .texts(known.map(\.0)), .texts(known.map(\.1.kind)),
          ]
        ))
    }
    statements += awaits(changes)
    let ended = changes.filter(\.hasEnded).map(\.id)
    if !ended.isEmpty {
      statements.append(("delete from entity_lock where case_id = any($1)", [.texts(ended)]))
      statements.append(("delete from lock_wait where case_id = any($1)", [.texts(ended)]))
    }
    return statements
  }

  private static func awaits(_ changes: [Change]) -> [(String, [Parameter])] {
    var statements: [(String, [Parameter])] = []
    let over = changes.filter(\.hasOtherAwaits)
    if over.contains(where: { !$0.awaitedBefore.isEmpty }) {
      statements.append(
        ("delete from case_await where case_id = any($1)", [.texts(over.map(\.id))]))
    }
    let begun = over.flatMap { change in change.awaited.map { (change.id, $0) } }
    if !begun.isEmpty {
      statements.append(
        (
          """
          insert into case_await (case_id, step, schema, member, key)
          select case_id, step, schema, member, key
          from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
            as new(case_id, step, schema, member, key)
          """,
          [
            .texts(begun.map(\.0)), .texts(begun.map(\.1.step)), .texts(begun.map(\.1.schema)),
            .texts(begun.map(\.1.member)),
            .byteses(
              begun.map {
                awaited(schema: $0.1.schema, member: $0.1.member, value: $0.1.value).bytes
              }),
          ]
        ))
    }
    return statements
  }

  /// One case before and after its events.
  struct Change {
    let id: String
    let newEntities: Set<Case.Entity>
    let awaitedBefore: Set<Case.Awaited>
    let awaited: Set<Case.Awaited>
    let hasEnded: Bool

    init(before: Case, after: Case, of flow: Flow, isNew: Bool) {
      id = after.id
      let known = isNew ? [] : Set(before.entities(of: flow))
      newEntities = Set(after.entities(of: flow)).subtracting(known)
      awaitedBefore = Set(before.awaited(of: flow))
      awaited = Set(after.awaited(of: flow))
      hasEnded =
        after.state.isTerminal && !before.state.isTerminal
        && flow.entities.contains(where: \.isLocked)
    }

    var hasOtherAwaits: Bool { awaited != awaitedBefore }
  }
}
