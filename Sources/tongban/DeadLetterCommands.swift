import Foundation
import Inspection
import Lanes
import Messaging
import Storage

/// `tongban deadletter …`: why a message died, and sending it again.
enum DeadLetterCommands {
  static let all = [
    Command(
      "deadletter list",
      "[--department D] [--reason CODE] [--status open|replayed] [--limit N] [--json]",
      "list dead letters, the newest first", run: list),
    Command(
      "deadletter show", "ID [--json]", "show one: why, where, and its masked body", run: show),
    Command(
      "deadletter replay", "ID…", "send letters again, untouched, under their own ids", run: replay),
  ]

  static func list(_ arguments: inout Arguments) throws -> ExitCode {
    var filter = Archive.Filter()
    filter.department = try arguments.option("--department")
    filter.reason = try arguments.option("--reason")
    if let name = try arguments.option("--status") {
      guard let status = ArchivedLetter.Status(rawValue: name) else {
        throw UsageError("--status is open or replayed")
      }
      filter.status = status
    }
    filter.limit = Int64(try arguments.number("--limit", default: 50, in: 1...10_000))
    let json = arguments.flag("--json")
    try arguments.end()
    let letters = try archive(Settings.load()).list(filter)
    if json {
      for letter in letters { try printJSON(LetterLine(letter)) }
    } else {
      print(table(letters))
    }
    return .done
  }

  static func table(_ letters: [ArchivedLetter]) -> String {
    var table = Table([
      ("ID", .left), ("DIED", .left), ("DEPARTMENT", .left), ("STAGE", .left), ("REASON", .left),
      ("PLACE", .left), ("TRIES", .right), ("STATUS", .left),
    ])
    for letter in letters {
      table.add([
        String(letter.id.prefix(12)), letter.diedAt.description, letter.department, letter.stage,
        letter.reason, String(letter.place.prefix(48)), String(letter.attempts),
        letter.status.rawValue,
      ])
    }
    return table.text
  }

  static func show(_ arguments: inout Arguments) throws -> ExitCode {
    let id = try arguments.required("the letter's id")
    let json = arguments.flag("--json")
    try arguments.end()
    let letter = try archive(Settings.load()).letter(id)
    if json {
      try printJSON(LetterLine(letter))
    } else {
      print(LetterPage(letter).text)
    }
    return .done
  }

  static func replay(_ arguments: inout Arguments) throws -> ExitCode {
    let ids = arguments.rest()
    try arguments.end()
    guard !ids.isEmpty else { throw UsageError("the letters' ids are missing") }
    let settings = try Settings.load()
    let archive = archive(settings)
    let publisher = Publisher(
      try settings.endpoints().broker, name: "tongban deadletter replay",
      log: { settings.log.info($0) })
    defer { publisher.close() }
    for letter in try ids.map(archive.letter) {
      try archive.replay(letter, through: publisher)
      print("replayed \(letter.id.prefix(12)) to \(letter.exchange) \(letter.routingKey)")
    }
    return .done
  }

  static func archive(_ settings: Settings) -> Archive {
    Archive(Database(settings.servers.database, name: "tongban deadletter"))
  }
}

/// A letter as a program reads it. The body is not in it: it holds personal data.
private struct LetterLine: Encodable {
  let id, department, stage, reason, place, expected, rule, exchange, routingKey, eventID: String
  let source, type, died, status: String
  let attempts: Int64
  let bodyBytes: Int

  init(_ letter: ArchivedLetter) {
    id = letter.id
    department = letter.department
    stage = letter.stage
    reason = letter.reason
    place = letter.place
    expected = letter.expectation
    rule = letter.rule
    exchange = letter.exchange
    routingKey = letter.routingKey
    eventID = letter.event.id
    source = letter.event.source
    type = letter.event.type
    died = letter.diedAt.description
    status = letter.status.rawValue
    attempts = letter.attempts
    bodyBytes = letter.body.count
  }
}
