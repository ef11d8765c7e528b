import Events
import HTTP
import Lanes
import Messaging
import Storage

/// What became of one attempt to send a notice.
enum Attempt: Equatable {
  case arrived
  /// It may arrive later; `after` is how many seconds the receiver asked us to wait.
  case failed(String, after: Double?)
  case refused(String)
}

/// Sends the notices that are due, one after the other, and writes down what became of each.
///
/// A notice is reserved and counted in the table before it is sent, and nothing is locked meanwhile; so senders may
/// work side by side. If the process ends between sending and recording, the reservation runs out and the
/// notice is sent again, under the same `webhook-id` or Message-ID: at least once, never silently none. A receiver
/// that takes long to fail rests, so that it does not keep the others waiting.
package final class NoticeSender {
  private let rules: NoticeRules
  private let database: Database
  private let surroundings: Surroundings
  private let log: Log
  private let carrier: NoticeCarrier
  private var backoff = Backoff()
  private var rests = Rests()

  /// Seconds between two looks at a table where nothing is due.
  private static let pollEvery = 0.2
  /// Seconds for which a notice is reserved: longer than the longest attempt.
  static let lease = 90.0
  private static let name = "tongban notices sender"

  package init(rules: NoticeRules, endpoints: Endpoints, surroundings: Surroundings) {
    self.rules = rules
    self.surroundings = surroundings
    let log = surroundings.log.named(NoticeSender.name)
    self.log = log
    carrier = NoticeCarrier(rules: rules)
    database = Database(endpoints.database, name: NoticeSender.name, log: { log.info($0) })
  }

  /// Works until the stop signal, then closes its connections.
  package func run() {
    while !surroundings.stop.isSet {
      do {
        let isIdle = try !sendOne()
        backoff.reset()
        if isIdle { surroundings.stop.wait(seconds: NoticeSender.pollEvery) }
      } catch {
        let seconds = backoff.next(random: surroundings.random())
        log.warning("next look at the table in \(Int(seconds * 1000)) ms: \(error)")
        surroundings.stop.wait(seconds: seconds)
      }
    }
    database.close()
  }

  /// - Returns: whether there was one to send.
  private func sendOne() throws -> Bool {
    guard
      let notice = try NoticeTable.claim(
        lease: NoticeSender.lease, sparing: rests.receivers(at: .now), at: surroundings.now(),
        in: database)
    else { return false }
    surroundings.failpoint("notices.claimed")
    let attempt = send(notice)
    surroundings.failpoint("notices.sent")
    try record(attempt, of: notice, at: surroundings.now())
    surroundings.failpoint("notices.recorded")
    return true
  }

  private func send(_ notice: PendingNotice) -> Attempt {
    let (begin, receiver) = (ContinuousClock.now, Receiver(of: notice))
    // Only what has expired is taken for a receiver that rests.
    guard !rests.receivers(at: begin).contains(receiver) else {
      return .failed("its receiver has not answered of late", after: nil)
    }
    let attempt = carrier.send(notice, at: surroundings.now())
    let end = ContinuousClock.now
    if case .failed = attempt, rests.note(receiver, took: end - begin, at: end) {
      log.warning("\(receiver) took \(end - begin) to fail, the others go first for a while")
    }
    return attempt
  }

  private func record(_ attempt: Attempt, of notice: PendingNotice, at now: Instant) throws {
    let told = "notice \(notice.key) over \(notice.channel.rawValue), attempt \(notice.attempts)"
    switch attempt {
    case .arrived:
      try NoticeTable.arrived(notice, at: now, in: database)
      log.info("\(told): arrived")
    case .refused(let reason):
      try giveUp(notice, "a notice that the receiver takes; \(reason)", at: now)
      log.warning("\(told): refused for good: \(reason)")
    case .failed(let reason, let asked):
      let left = notice.expiresAt.seconds - now.seconds
      switch rules.retry.step(
        attempts: notice.attempts, left: left, asked: asked, random: surroundings.random())
      {
      case .again(let seconds):
        try NoticeTable.failed(notice, reason, dueAt: now.adding(seconds: seconds), in: database)
        log.info("\(told): \(reason); next attempt in \(Int(seconds * 1000)) ms")
      case .giveUp:
        try giveUp(
          notice,
          "the receiver to take it within \(Int(rules.retry.expiresAfter)) s; after \(notice.attempts) attempts, \(reason)",
          at: now)
        log.warning("\(told): given up: \(reason)")
      }
    }
  }

  private func giveUp(_ notice: PendingNotice, _ expectation: String, at now: Instant) throws {
    let fault = NoticeFault(
      .undeliverable, "channel \(notice.channel.rawValue)", expectation,
      rule: "\(NoticeRules.file): channels.\(notice.channel.rawValue)")
    try NoticeTable.gaveUp(notice, fault.letter(stage: "notices.send"), at: now, in: database)
  }
}
