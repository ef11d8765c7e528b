import Events
import Foundation
import Storage
import Sync

/// `tongban supervision …`: cards, how the departments do, and what supervisors alone may do.
enum SupervisionCommands {
  static let all = [
    Command(
      "supervision cards", "[--department D] [--state open|revoked] [--limit N] [--json]",
      "list the cards that were issued, the newest first", run: cards),
    Command(
      "supervision league", "[--days N] [--json]",
      "compare the departments by how they kept their limits", run: league),
    Command(
      "supervision revoke", "CARD --reason TEXT --by NAME", "take a card back", run: revoke),
    Command(
      "supervision extend", "CASE DAYS [--step STEP] --reason TEXT --by NAME",
      "extend a limit with approval, once", run: extend),
  ]

  static func cards(_ arguments: inout Arguments) throws -> ExitCode {
    let department = try arguments.option("--department")
    let isRevoked: Bool?
    switch try arguments.option("--state") {
    case nil: isRevoked = nil
    case "open": isRevoked = false
    case "revoked": isRevoked = true
    case let other?: throw UsageError("--state is open or revoked, not \"\(other)\"")
    }
    let limit = Int64(try arguments.number("--limit", default: 50, in: 1...10_000))
    let json = arguments.flag("--json")
    try arguments.end()
    let cards = try supervisors().cards(
      department: department, isRevoked: isRevoked, limit: limit)
    if json {
      for card in cards { try printJSON(CardLine(card)) }
    } else {
      print(table(cards))
    }
    return .done
  }

  static func table(_ cards: [Supervisors.IssuedCard]) -> String {
    var table = Table([
      ("NUMBER", .right), ("CARD", .left), ("CASE", .left), ("STEP", .left), ("DEPARTMENT", .left),
      ("ISSUED", .left), ("TAKEN BACK BY", .left), ("REASON", .left),
    ])
    for card in cards {
      table.add([
        String(card.number), card.card.rawValue, String(card.caseID.prefix(12)),
        card.part.isEmpty ? "the whole" : card.part, card.department, card.issuedAt.description,
        card.revokedBy ?? "", card.reason ?? "",
      ])
    }
    return table.text
  }

  static func league(_ arguments: inout Arguments) throws -> ExitCode {
    let days = try arguments.number("--days", default: 90, in: 1...3660)
    let json = arguments.flag("--json")
    try arguments.end()
    let since = Instant(seconds: Date().timeIntervalSince1970 - Double(days) * 86_400)
    let standings = try supervisors().league(since: since)
    if json {
      for standing in standings { try printJSON(StandingLine(standing)) }
      return .done
    }
    var table = Table([
      ("DEPARTMENT", .left), ("STEPS", .right), ("OPEN", .right), ("IN TIME", .right),
      ("LATE", .right), ("YELLOW", .right), ("RED", .right), ("TIME USED", .right),
    ])
    for standing in standings {
      table.add([
        standing.department, String(standing.steps), String(standing.open),
        String(standing.inTime), String(standing.late), String(standing.yellow),
        String(standing.red),
        standing.averageUse.map { "\(Int(($0 * 100).rounded())) %" } ?? "",
      ])
    }
    print(table.text)
    return .done
  }

  static func revoke(_ arguments: inout Arguments) throws -> ExitCode {
    let word = try arguments.required("the card's number")
    guard let number = Int64(word) else { throw UsageError("\"\(word)\" is no card's number") }
    let (reason, person) = try reasonAndPerson(&arguments)
    try arguments.end()
    let card = try supervisors().revoke(number, reason: reason, by: person)
    print("card \(number), \(card.card.rawValue), is taken back")
    return .done
  }

  static func extend(_ arguments: inout Arguments) throws -> ExitCode {
    let id = try arguments.required("the case's id")
    let word = try arguments.required("the number of days")
    guard let days = Int64(word) else { throw UsageError("\"\(word)\" is no number of days") }
    let step = try arguments.option("--step")
    let (reason, person) = try reasonAndPerson(&arguments)
    try arguments.end()
    let database = try database()
    let whole = try Cases(database, now: now).find(id)
    try Supervisors(database, now: now).extend(
      whole, step: step, days: days, reason: reason, by: person)
    print("the limit of case \(whole)\(step.map { ", step \($0)," } ?? "") is \(days) days longer")
    return .done
  }

  private static func reasonAndPerson(
    _ arguments: inout Arguments
  ) throws(UsageError) -> (String, String) {
    guard let reason = try arguments.option("--reason"), !reason.isEmpty else {
      throw UsageError("--reason is missing: the books must say why")
    }
    guard let person = try arguments.option("--by"), !person.isEmpty else {
      throw UsageError("--by is missing: the books must say who")
    }
    return (reason, person)
  }

  private static let now: @Sendable () -> Instant = {
    Instant(seconds: Date().timeIntervalSince1970)
  }

  private static func supervisors() throws -> Supervisors {
    Supervisors(try database(), now: now)
  }

  private static func database() throws -> Database {
    Database(try Settings.load().servers.database, name: "tongban supervision")
  }
}

private struct CardLine: Encodable {
  let number: Int64
  let card, `case`, step, department, issued: String
  let revokedBy, reason: String?

  init(_ card: Supervisors.IssuedCard) {
    number = card.number
    self.card = card.card.rawValue
    `case` = card.caseID
    step = card.part
    department = card.department
    issued = card.issuedAt.description
    revokedBy = card.revokedBy
    reason = card.reason
  }
}

private struct StandingLine: Encodable {
  let department: String
  let steps, open, inTime, late, yellow, red: Int64
  let averageUse: Double?

  init(_ standing: Supervisors.Standing) {
    department = standing.department
    steps = standing.steps
    open = standing.open
    inTime = standing.inTime
    late = standing.late
    yellow = standing.yellow
    red = standing.red
    averageUse = standing.averageUse
  }
}
