import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// A database of its own on the real server, dropped at the end.
final class Place: Sendable {
  let url: String

  init() throws { url = TestServers.makeDatabase("storage") }

  deinit { TestServers.dropDatabase(url) }

  func database(_ name: String = "test", settings: [(name: String, value: String)] = []) -> Database
  {
    // The log holds the place, so that it lasts as long as the last of its databases.
    Database(url, name: name, settings: settings, log: { _ in withExtendedLifetime(self) {} })
  }
}

/// The error that a piece of work must throw.
func storageError(_ work: () throws -> Void) -> StorageError? {
  #expect(throws: StorageError.self, performing: work)
}

func backend(of database: Database) throws -> Int64 {
  try database.query("select pg_backend_pid()")[0].int(0)
}
