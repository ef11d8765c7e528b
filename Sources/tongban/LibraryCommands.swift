import BaseLibrary
import Foundation
import Storage
import Topology

/// `tongban library …` and `tongban quality …`: what the hub knows, and how good what it is told is.
enum LibraryCommands {
  static let all = [
    Command(
      "library show", "KIND NUMBER [--entity person|enterprise] [--plain] [--json]",
      "show what is known under a number, field by field with source and rule; values are masked",
      run: show),
    Command(
      "quality report", "[--source D] [--since DAY] [--json]",
      "show completeness, warnings, lateness, outcomes and dead letters per source and dataset",
      run: report),
  ]

  static func show(_ arguments: inout Arguments) throws -> ExitCode {
    let (json, plain) = (arguments.flag("--json"), arguments.flag("--plain"))
    let entity = try arguments.option("--entity")
    let number = Identifier(
      kind: try arguments.required("the kind of number, such as resident-id"),
      number: try arguments.required("the number"))
    try arguments.end()
    let settings = try Settings.load()
    let database = Database(settings.servers.database, name: "tongban library show")
    defer { database.close() }
    let topology = try Topology.load(folder: settings.home.appending(path: "topology").path)
    let rules = try Rules.load(home: settings.home, departments: topology.departments)
    let kinds = entity.map { [$0] } ?? rules.kinds.keys.sorted()
    for kind in kinds {
      guard let found = try LibraryStore.find(number, kind: kind, in: database) else { continue }
      let page = LibraryPage(found, rules: rules, isMasked: !plain)
      if json { try printJSON(page) } else { print(page.text) }
      return .done
    }
    complain("nobody is known under that number; see the kinds in topology/library/rules.json5")
    return .no
  }

  static func report(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let (source, since) = (try arguments.option("--source"), try arguments.option("--since"))
    try arguments.end()
    if let since { try check(day: since) }
    let settings = try Settings.load()
    let database = Database(settings.servers.database, name: "tongban quality report")
    defer { database.close() }
    let report = try QualityReport(source: source, since: since, in: database)
    if json {
      for line in QualityPage.lines(report) { try printJSON(line) }
    } else {
      print(QualityPage.text(report))
    }
    return .done
  }

  private static func check(day: String) throws {
    guard day.wholeMatch(of: /\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/) != nil else {
      throw UsageError("--since needs a day such as 2026-11-24")
    }
  }
}
