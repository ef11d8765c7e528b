import TestSupport
import Testing

@testable import Storage

@Suite struct MigrationTests {
  static let first = Migration(
    number: 1, name: "table", sql: "create table m (a bigint); insert into m values (1)")
  static let second = Migration(number: 2, name: "row", sql: "insert into m values (2)")
  static let broken = Migration(
    number: 3, name: "broken", sql: "insert into m values (3); insert into none values (1)")

  @Test("migrations run once, in order, and each module has its own numbers")
  func once() async throws {
    try await onThread {
      let database = try Place().database()
      #expect(try database.migrate("one", [Self.first]) == [1])
      #expect(try database.migrate("one", [Self.first, Self.second]) == [2])
      #expect(try database.migrate("one", [Self.first, Self.second]) == [])
      let other = Migration(number: 1, name: "other", sql: "create table other (a bigint)")
      #expect(try database.migrate("two", [other]) == [1])
      #expect(try database.query("select a from m order by a").map { try $0.int(0) } == [1, 2])
    }
  }

  @Test("a migration that fails leaves nothing of itself and keeps those before it")
  func failing() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      let error = storageError {
        try database.migrate("one", [Self.first, Self.second, Self.broken])
      }
      #expect(error?.sqlState == "42P01")
      #expect(try database.query("select count(*) from m")[0].int(0) == 2)
      let mended = Migration(number: 3, name: "mended", sql: "insert into m values (3)")
      #expect(
        try place.database().migrate("one", [Self.first, Self.second, mended]) == [3],
        "the lock is free")
    }
  }

  @Test("of many processes that migrate at once one does it")
  func concurrently() async throws {
    let place = try Place()
    let applied = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for number in 0..<6 {
        group.addTask {
          try await onThread {
            try place.database("\(number)").migrate("one", [Self.first, Self.second])
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(applied.sorted() == [1, 2])
    let rows = try await onThread { try place.database().query("select count(*) from m")[0].int(0) }
    #expect(rows == 2)
  }
}
