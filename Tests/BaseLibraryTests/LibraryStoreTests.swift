import Cryptography
import Events
import Foundation
import Mapping
import Storage
import TestSupport
import Testing

@testable import BaseLibrary

/// The library on the real database.
@Suite final class LibraryStoreTests: @unchecked Sendable {
  // @unchecked: each test uses its suite's values from one thread.
  private let url = TestServers.makeDatabase("library")
  private let database: Database

  init() throws {
    database = Database(url, name: "library test")
    try database.migrate(LibraryMigrations.name, LibraryMigrations.all)
  }

  deinit {
    database.close()
    TestServers.dropDatabase(url)
  }

  /// One batch as the distribute stage does it: load, decide, write; returns the outcomes.
  @discardableResult
  private func run(_ statements: [Statement], between: () throws -> Void = {}) throws
    -> [Merge.Outcome]
  {
    var keys: [Key128] = []
    for key in statements.flatMap(\.keys) where !keys.contains(key) { keys.append(key) }
    var batch = LibraryBatch(
      Merge(rules: rules), try LibraryStore.load(keys, from: database))
    let outcomes = statements.map { batch.take($0) }
    try between()
    try database.pipeline(batch.writing.map { [$0] } ?? [], begin: true, commit: true)
    return outcomes
  }

  private func find(_ number: String) throws -> Entity? {
    try LibraryStore.find(
      Identifier(kind: "resident-id", number: number), kind: "person", in: database)
  }

  private func count(_ table: String) throws -> Int64 {
    try database.query("select count(*) from \(table)")[0].int(0)
  }

  @Test("what a batch decided is there for the next, under each number")
  func roundTrip() async throws {
    try await onThread { [self] in
      try run([statement("police", 1, numbers: ["A", "i:1"], ["name": "王"])])
      let outcomes = try run([
        statement("police", 1, numbers: ["A", "i:1"], ["name": "王"]),
        statement("insurance", 1, id: "i", numbers: ["A"], ["name": "李"]),
        statement("insurance", 2, id: "i", numbers: ["A"], ["name": "李", "phone": "1"]),
      ])
      #expect(outcomes.map(\.verdict) == [.repeated, .applied, .applied])
      #expect(outcomes.map(\.disagreements.count) == [0, 1, 0])
      let entity = try #require(try find("A"))
      #expect(entity.revision == 2 && entity.records.count == 2)
      #expect(entity.view(of: "phone", by: FieldRules())?.claim.value == "\"1\"")
      #expect(try count("library_entity") == 1)
      #expect(try count("library_key") == 4)
    }
  }

  @Test("two that turn out to be one are one row, and every number of both leads to it")
  func absorbed() async throws {
    try await onThread { [self] in
      try run([
        statement("insurance", 1, id: "i", numbers: ["A"], ["phone": "1"]),
        statement("tax", 1, id: "t", numbers: ["B", "C"], ["name": "李"]),
      ])
      #expect(try count("library_entity") == 2)
      try run([statement("police", 1, numbers: ["A", "B"], ["name": "王"])])
      #expect(try count("library_entity") == 1)
      let host = try find("A")
      let id = try #require(host?.id)
      for number in ["B", "C"] {
        let found = try find(number)
        #expect(found?.id == id)
      }
      // In one batch, too, and with an entity that was never written.
      try run([
        statement("tax", 1, id: "t2", numbers: ["D"], ["name": "张"]),
        statement("police", 1, id: "r2", numbers: ["E", "D"], ["name": "张"]),
      ])
      let (one, other) = (try find("D")?.id, try find("E")?.id)
      #expect(one != nil && one == other)
      #expect(try count("library_entity") == 2)
    }
  }

  @Test(
    "what another lane changed since the batch was loaded makes the whole write fail, as trouble that passes"
  )
  func raced() async throws {
    try await onThread { [self] in
      try run([statement("police", 1, numbers: ["A"], ["name": "王"])])
      let other = Database(url, name: "other lane")
      defer { other.close() }
      let races: [(String, String, [Statement])] = [
        (
          "a change", "update library_entity set revision = revision + 1",
          [statement("police", 2, numbers: ["A"], ["name": "李"])]
        ),
        (
          "a new number",
          "insert into library_key select '\\x\(LibraryKeys().key(of: Identifier(kind: "resident-id", number: "N"), kind: "person").hex)', '\\x00000000000000000000000000000000'",
          [statement("tax", 1, id: "n", numbers: ["N"], ["name": "李"])]
        ),
        (
          "gone", "delete from library_entity",
          [statement("police", 3, numbers: ["A"], ["name": "李"])]
        ),
      ]
      for (what, sql, statements) in races {
        do {
          try run(
            statements + [statement("tax", 1, id: what, numbers: [what], ["name": "x"])],
            between: { try other.script(sql) })
          Issue.record("\(what) went unseen")
        } catch let error as StorageError {
          #expect(error.isTransient && error.sqlState == "40001", "\(what): \(error)")
        }
        try database.rollback()
        let nobody = try find(what)
        #expect(nobody == nil, "nothing of the batch is written")
      }
    }
  }

  @Test("lanes that write the same entities at once all get through, and no act is lost")
  func lanes() async throws {
    try await onThread { [self] in
      let group = DispatchGroup()
      let failures = Failures()
      let url = url
      for lane in 0..<3 {
        group.enter()
        Thread {
          do { try work(lane, url) } catch { failures.add("\(error)") }
          group.leave()
        }.start()
      }
      group.wait()
      #expect(failures.all.isEmpty, "\(failures.all)")
      for number in 0..<20 {
        let records = try find("P\(number)")?.records
        #expect(records?.count == 3)
      }
    }
  }

  @Test(
    "mappings look up what is believed under a number, the former one too; the unknown has no value"
  )
  func lookup() async throws {
    try await onThread { [self] in
      try run([
        statement("police", 1, numbers: ["A"], ["name": "王"]),
        statement("police", 2, numbers: ["B"], ["name": "李"]),
        statement("tax", 1, id: "t", numbers: ["B"], ["name": "张"]),
      ])
      let library = LibraryLookup(Database(url, name: "lookup test")) { rules }
      func ask(_ key: String, _ field: String) throws -> String? {
        let question = LookupQuestion(kind: .person, key: key, field: field)
        let other = LookupQuestion(kind: .enterprise, key: key, field: field)
        return try library.answer([question, other]).first { $0.question == question }?.value
      }
      let answers = [
        try ask("resident-id:B", "name"), try ask("resident-id:A", "name"),
        try ask("resident-id:B", "phone"), try ask("resident-id:C", "name"), try ask("x", "name"),
      ]
      #expect(answers == ["李", "李", nil, nil, nil])
    }
  }

  @Test("notes are entered once, and old ones are forgotten")
  func notes() async throws {
    try await onThread { [self] in
      var shelf = Shelf()
      shelf.take(statement("police", 2, ["name": "王"]))
      let stale = statement("police", 1, ["name": "李"])
      let note = try #require(LibraryNote(shelf.take(stale), of: stale))
      for _ in 0..<2 {
        try database.pipeline([try #require(LibraryNote.entering([note], at: start))])
      }
      let row = try database.query(
        "select outcome, source, version, believed_version from library_note")
      #expect(row.count == 1)
      #expect(try row[0].text(0) == "stale")
      #expect(try row[0].text(2) == "1")
      #expect(try row[0].text(3) == "2")
      let later = start.adding(seconds: 91 * 86_400)
      let isMore = try LibraryNote.retain(days: 90, at: later, in: database)
      #expect(!isMore)
      #expect(try count("library_note") == 0)
    }
  }

  @Test("counters add up over batches, and the report sums what was asked for")
  func quality() async throws {
    try await onThread { [self] in
      try database.script(
        "create table dead_letter (department text, reason text, died_at timestamptz)")
      try database.script(
        "insert into dead_letter select 'tax', 'UNMAPPED_CODE', '2026-11-25T00:00:00Z' from generate_series(1, 3)"
      )
      for day in 0..<3 {
        let now = start.adding(seconds: Double(day) * 86_400)
        let subject = Quality.Subject(source: "tax", schema: "std.x.v1", at: now)
        var quality = Quality()
        quality.add(.filled, "name", of: subject)
        quality.add(.missing, "sex", of: subject)
        quality.add(.outcome, "applied", of: subject)
        quality.add(.warning, remark: "UNMAPPED_CODE identifiers[3].kind", subject)
        quality.add(.cleansed, remark: "FROM_FIFTEEN_DIGITS identifiers[].number", subject)
        quality.addLateness(from: now.adding(seconds: Double(-90 * (day + 1))), to: now, subject)
        try database.pipeline([try #require(quality.addition), try #require(quality.addition)])
      }
      let all = try QualityReport(source: nil, since: nil, in: database)
      let dataset = try #require(all.datasets.first)
      #expect(dataset.records == 6 && dataset.outcomes == ["applied": 6])
      #expect(dataset.fields.first { $0.name == "name" }?.filled == 6)
      #expect(dataset.fields.first { $0.name == "sex" }?.missing == 6)
      #expect(dataset.warnings.first?.name == "UNMAPPED_CODE identifiers[].kind")
      #expect(
        dataset.cleansed
          == [.init(name: "FROM_FIFTEEN_DIGITS identifiers[].number", count: 6)])
      #expect(dataset.meanLateness == 180 && dataset.latenessPeak == 270)
      #expect(all.deaths == [.init(source: "tax", reason: "UNMAPPED_CODE", count: 3)])
      // The second day in China begins sixteen hours into the first in Greenwich.
      let late = try QualityReport(source: "tax", since: "2026-11-26", in: database)
      #expect(late.datasets.first?.records == 2 && late.deaths.isEmpty)
      #expect(try QualityReport(source: "x", since: nil, in: database).datasets.isEmpty)
    }
  }
}

/// Forty batches over the same twenty persons, each tried until it is written.
private func work(_ lane: Int, _ url: String) throws {
  let database = Database(url, name: "lane \(lane)")
  defer { database.close() }
  for round in 0..<40 {
    let statements = (0..<20).map { number in
      statement(
        "d\(lane)", round, id: "\(number)", numbers: ["P\(number)"], ["name": String(round)])
    }
    var isWritten = false
    while !isWritten {
      do {
        var batch = LibraryBatch(
          Merge(rules: rules),
          try LibraryStore.load(statements.flatMap(\.keys), from: database))
        for statement in statements { _ = batch.take(statement) }
        try database.pipeline(batch.writing.map { [$0] } ?? [], begin: true, commit: true)
        isWritten = true
      } catch let error as StorageError where error.isTransient { try database.rollback() }
    }
  }
}

/// What went wrong on other threads.
private final class Failures: @unchecked Sendable {
  // @unchecked: every access holds the lock.
  private let lock = NSLock()
  private var texts: [String] = []

  var all: [String] { lock.withLock { texts } }
  func add(_ text: String) { lock.withLock { texts.append(text) } }
}
