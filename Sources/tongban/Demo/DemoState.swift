import Adapters
import Events
import Foundation
import Lanes
import Messaging
import Storage
import Supervision
import Sync

/// What has come of the demo so far, read from the books, the departments' places and the outside.
struct DemoState {
  let books: [Ledger.Entry]
  let delivered: [String: Int]
  /// Of the delivered, those that are there more than once.
  let doubled: Int
  let cases: [Case.State: Int]
  /// How many cards of each colour were issued.
  let cards: [Card: Int]
  let mails: Int
  let webhooks: Int
  let letters: Int

  static func read(_ place: DemoPlace, _ outside: DemoOutside) throws -> DemoState {
    let database = Database(place.settings.servers.database, name: "tongban demo")
    defer { database.close() }
    var doubled = 0
    var delivered: [String: Int] = [:]
    let administration = try Administration(place.broker, name: "tongban demo")
    defer { administration.close() }
    for adapter in place.adapters {
      switch adapter.edge.delivery {
      case .files(let folder, let splitter):
        let records = try records(
          in: place.edge.appending(path: "\(adapter.department)/\(folder)"),
          areLines: splitter == .lines)
        delivered[adapter.department] = Set(records).count
        doubled += records.count - Set(records).count
      case .queue(let queue):
        delivered[adapter.department] = try administration.inspectQueue(queue).messages
      case nil: break
      }
    }
    let letters = try database.query("select count(*) from dead_letter")[0].int(0)
    return DemoState(
      books: try Ledger.totals(in: database), delivered: delivered, doubled: doubled,
      cases: try DemoCases(place: place).states(), cards: try cards(in: database),
      mails: outside.mails, webhooks: outside.webhooks,
      letters: Int(letters))
  }

  private static func cards(in database: Database) throws -> [Card: Int] {
    var cards: [Card: Int] = [:]
    for card in try Supervisors(database, now: { Instant(microseconds: 0) }).cards(limit: 1_000) {
      cards[card.card, default: 0] += 1
    }
    return cards
  }

  func book(_ stage: String, _ source: String) -> DemoTraffic.Books {
    let entry = books.first { $0.stage == stage && $0.source == source }
    return DemoTraffic.Books(
      accepted: entry?.accepted ?? 0, published: entry?.published ?? 0,
      duplicate: entry?.duplicate ?? 0, dead: entry?.dead ?? 0)
  }

  /// Files of the folder, or the lines of files of lines.
  private static func records(in folder: URL, areLines: Bool) throws -> [Data] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).flatMap {
      name -> [Data] in
      let data = try Data(contentsOf: folder.appending(path: name))
      return areLines ? data.split(separator: 0x0A).map { Data($0) } : [data]
    }
  }
}
