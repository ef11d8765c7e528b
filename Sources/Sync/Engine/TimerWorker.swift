import Events
import Lanes
import Storage

/// Wakes cases whose waits have ended, and those that waited for another case and may begin now. The time is a column of the case, so timers survive every restart, and
/// any number of workers share them: each takes rows that no other holds.
package final class TimerWorker {
  /// Cases in one transaction.
  static let batch = 200
  /// Seconds between two looks when nothing is due.
  static let rest = 0.5
  /// Seconds until a case that cannot be read is tried again; it must not hold up the others.
  static let setAside = 3600.0

  private let database: Database
  private let surroundings: Surroundings
  private let log: Log
  private var flows = FlowLibrary()

  package init(endpoints: Endpoints, surroundings: Surroundings) {
    let log = surroundings.log.named("tongban timers")
    database = Database(endpoints.database, name: "tongban timers", log: { log.info($0) })
    self.surroundings = surroundings
    self.log = log
  }

  /// Works until the stop signal.
  package func run() {
    while !surroundings.stop.isSet {
      var woken = 0
      guard surroundings.persist("waking cases", log: log, { woken = try wake() }) else { break }
      if woken == 0 { surroundings.stop.wait(seconds: TimerWorker.rest) }
    }
    database.close()
  }

  /// Wakes one batch and admits those whose turn has come; returns how many cases there were.
  func wake() throws -> Int { try wakeDue() + admit() }

  private func admit() throws -> Int {
    let now = surroundings.now()
    let count = try database.transaction {
      let ids = try EntityLocks.admit(limit: TimerWorker.batch, in: database)
      guard !ids.isEmpty else { return 0 }
      var docket = try Docket.load(ids, flows: &flows, from: database)
      for id in docket.ids { _ = docket.apply(.admitted, to: id, at: now) }
      try docket.write(in: database, at: now)
      surroundings.failpoint("timers.admitted")
      return ids.count
    }
    if count > 0 { surroundings.failpoint("timers.begun") }
    return count
  }

  private func wakeDue() throws -> Int {
    let now = surroundings.now()
    let count = try database.transaction {
      var docket = try Docket.loadDue(
        at: now, limit: TimerWorker.batch, flows: &flows, from: database)
      for id in docket.ids { _ = docket.apply(.due, to: id, at: now) }
      try docket.write(in: database, at: now)
      try setAside(docket.unreadable, at: now)
      let count = docket.ids.count + docket.unreadable.count
      if count > 0 { surroundings.failpoint("timers.prepared") }
      return count
    }
    if count > 0 { surroundings.failpoint("timers.woken") }
    return count
  }

  private func setAside(_ unreadable: [String: String], at now: Instant) throws {
    guard !unreadable.isEmpty else { return }
    for (id, reason) in unreadable.sorted(by: { $0.key < $1.key }) {
      log.error("case \(id) cannot be woken: \(reason)")
    }
    let later = now.adding(seconds: TimerWorker.setAside)
    try database.query(
      "update case_record set due = $2 where id = any($1)",
      [.texts(unreadable.keys.sorted()), .timestamp(microseconds: later.microseconds)])
  }
}
