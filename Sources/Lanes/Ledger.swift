import Events
import Storage

/// The books of the exchange: for each stage, source and hour, what was accepted and what became of it.
///
/// The promise is `accepted = published + duplicate + dead`. A row changes only in the transaction of the
/// batch that it counts, so it cannot say more or less than what happened.
package enum Ledger {
  package struct Entry: Sendable, Equatable {
    package var stage = ""
    package var source = ""
    package var accepted: Int64 = 0
    package var published: Int64 = 0
    package var duplicate: Int64 = 0
    package var dead: Int64 = 0
    /// Copies that came again after a lost acknowledgement; they count nowhere else.
    package var redelivered: Int64 = 0
    /// Messages published for them.
    package var outputs: Int64 = 0

    package var isBalanced: Bool { accepted == published + duplicate + dead }
  }

  /// The statement that adds a batch to the books, for the batch's transaction.
  static func addition(of batch: Batch, stage: String, at now: Instant) -> (String, [Parameter]) {
    let entries = count(batch, stage: stage)
    return (
      addition,
      [
        .text(stage), .timestamp(microseconds: now.hour.microseconds),
        .texts(entries.map(\.source)),
        .ints(entries.map(\.accepted)), .ints(entries.map(\.published)),
        .ints(entries.map(\.duplicate)),
        .ints(entries.map(\.dead)), .ints(entries.map(\.redelivered)),
        .ints(entries.map(\.outputs)),
      ]
    )
  }

  /// Shows that a transaction which writes can be committed, by one that leaves nothing behind.
  static func proveCommit(stage: String, in database: Database) throws(StorageError) {
    let (key, zero) = ("stage = $1 and source = '' and hour = to_timestamp(0)", "0, 0, 0, 0, 0, 0")
    try database.pipeline(
      [
        (
          """
          insert into ledger (stage, source, hour, accepted, published, duplicate, dead, redelivered, outputs)
          values ($1, '', to_timestamp(0), \(zero))
          """, [.text(stage)]
        ),
        ("delete from ledger where \(key)", [.text(stage)]),
      ], begin: true, commit: true)
  }

  /// One entry a source, in the order of the sources' names, so that two lanes never wait for each other in a circle.
  static func count(_ batch: Batch, stage: String) -> [Entry] {
    var entries: [String: Entry] = [:]
    for item in batch.items {
      entries[item.source, default: Entry(stage: stage, source: item.source)].add(item.verdict)
    }
    return entries.values.sorted { $0.source < $1.source }
  }

  private static let addition = """
    insert into ledger (stage, hour, source, accepted, published, duplicate, dead, redelivered, outputs)
    select $1, $2, * from unnest(
      $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
    on conflict (stage, source, hour) do update set
      accepted = ledger.accepted + excluded.accepted, published = ledger.published + excluded.published,
      duplicate = ledger.duplicate + excluded.duplicate, dead = ledger.dead + excluded.dead,
      redelivered = ledger.redelivered + excluded.redelivered, outputs = ledger.outputs + excluded.outputs
    """

  /// The sums over all hours, one entry a stage and source.
  package static func totals(in database: Database) throws -> [Entry] {
    let rows = try database.query(
      """
      select stage, source, sum(accepted)::bigint, sum(published)::bigint, sum(duplicate)::bigint,
        sum(dead)::bigint, sum(redelivered)::bigint, sum(outputs)::bigint
      from ledger group by stage, source order by stage, source
      """)
    return try rows.map { row in
      Entry(
        stage: try row.text(0), source: try row.text(1), accepted: try row.int(2),
        published: try row.int(3), duplicate: try row.int(4), dead: try row.int(5),
        redelivered: try row.int(6), outputs: try row.int(7))
    }
  }
}

extension Ledger.Entry {
  fileprivate mutating func add(_ verdict: Batch.Verdict) {
    switch verdict {
    case .undecided: preconditionFailure("a lane records a batch only when all of it is decided")
    case .outputs(let messages):
      accepted += 1
      published += 1
      outputs += Int64(messages.count)
    case .dead(_, let messages):
      accepted += 1
      dead += 1
      outputs += Int64(messages.count)
    case .duplicate:
      accepted += 1
      duplicate += 1
    case .redelivered: redelivered += 1
    }
  }
}
