import Lanes
import Storage

/// `tongban audit …`: the books.
enum AuditCommands {
  static let all = [
    Command(
      "audit balance", "[--json]",
      "show accepted = published + duplicate + dead per stage and source; exit 1 if it does not hold",
      run: balance)
  ]

  static func balance(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    try arguments.end()
    let settings = try Settings.load()
    let database = Database(settings.servers.database, name: "tongban audit balance")
    defer { database.close() }
    let entries = try Ledger.totals(in: database)
    if json {
      for entry in entries { try printJSON(BalanceLine(entry)) }
    } else {
      print(table(entries))
    }
    return entries.allSatisfy(\.isBalanced) ? .done : .no
  }

  static func table(_ entries: [Ledger.Entry]) -> String {
    var table = Table([
      ("STAGE", .left), ("SOURCE", .left), ("ACCEPTED", .right), ("PUBLISHED", .right),
      ("DUPLICATE", .right), ("DEAD", .right), ("REDELIVERED", .right), ("OUTPUTS", .right),
      ("BALANCE", .left),
    ])
    for entry in entries {
      table.add([
        entry.stage, entry.source, String(entry.accepted), String(entry.published),
        String(entry.duplicate), String(entry.dead), String(entry.redelivered),
        String(entry.outputs),
        entry.isBalanced ? "holds" : "BROKEN",
      ])
    }
    return table.text
  }
}

private struct BalanceLine: Encodable {
  let stage, source: String
  let accepted, published, duplicate, dead, redelivered, outputs: Int64
  let balanced: Bool

  init(_ entry: Ledger.Entry) {
    stage = entry.stage
    source = entry.source
    accepted = entry.accepted
    published = entry.published
    duplicate = entry.duplicate
    dead = entry.dead
    redelivered = entry.redelivered
    outputs = entry.outputs
    balanced = entry.isBalanced
  }
}
