import Cryptography
import Events
import Storage

/// What was decided and is no plain news: a row for each stale event, repeat, echo, reversal and disagreement.
package struct LibraryNote: Sendable {
  package var event: Key128
  /// A `Merge.Verdict`, or `disagreement`.
  package var outcome: String
  package var entity: Key128
  package var source: String
  package var schema: String
  package var version: String
  /// Of a disagreement: the field, who is believed, why, and who was told.
  package var field = ""
  package var believedSource = ""
  package var believedVersion = ""
  package var rule = ""
  package var owner = ""

  /// Nil for plain news.
  package init?(_ outcome: Merge.Outcome, of statement: Statement) {
    guard outcome.verdict != .applied else { return nil }
    event = statement.act.event
    self.outcome = outcome.verdict.rawValue
    entity = outcome.entity.id
    source = statement.record.source
    schema = statement.record.schema
    version = statement.act.version.text
    believedVersion = outcome.entity.record(statement.record)?.version.text ?? ""
  }

  package init(_ disagreement: Disagreement, event: Key128, owner: String) {
    self.event = event
    outcome = "disagreement"
    entity = disagreement.entity
    source = disagreement.other.record.source
    schema = disagreement.other.record.schema
    version = disagreement.other.version.text
    field = disagreement.field
    believedSource = disagreement.winner.record.source
    believedVersion = disagreement.winner.version.text
    rule = disagreement.rule.rawValue
    self.owner = owner
  }

  /// The statement that enters notes; one that is there already stays as it is.
  package static func entering(_ notes: [LibraryNote], at now: Instant) -> (String, [Parameter])? {
    guard !notes.isEmpty else { return nil }
    func bytes(_ keys: [Key128]) -> Parameter {
      .equalByteses(width: 16, keys.flatMap(\.bytes))
    }
    return (
      """
      insert into library_note (event, entity, outcome, field, source, schema, version,
        believed_source, believed_version, rule, owner, noted_at)
      select *, $12 from unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::text[],
        $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
      on conflict do nothing
      """,
      [
        bytes(notes.map(\.event)), bytes(notes.map(\.entity)), .texts(notes.map(\.outcome)),
        .texts(notes.map(\.field)), .texts(notes.map(\.source)), .texts(notes.map(\.schema)),
        .texts(notes.map(\.version)), .texts(notes.map(\.believedSource)),
        .texts(notes.map(\.believedVersion)), .texts(notes.map(\.rule)),
        .texts(notes.map(\.owner)), .timestamp(microseconds: now.microseconds),
      ]
    )
  }

  /// Forgets notes older than so many days, a bounded number at a time so that no lane waits long.
  ///
  /// - Returns: whether there may be more.
  package static func retain(days: Int64, at now: Instant, in database: Database) throws -> Bool {
    let rows = try database.query(
      """
      delete from library_note where ctid = any (array(
        select ctid from library_note where noted_at < $1 order by noted_at limit 10000))
      """,
      [.timestamp(microseconds: now.adding(seconds: -86_400 * Double(days)).microseconds)])
    return rows.affected == 10_000
  }
}
