import Adapters
import Configuration
import Standards

/// `tongban standards list` and `show`: the code tables of the home and the numbers that can be checked; no server
/// needed.
enum StandardsCommands {
  static let all = [
    Command(
      "standards list", "[--json]",
      "list the code tables with edition and source, and the kinds of numbers that can be checked",
      run: list),
    Command(
      "standards show", "TABLE [CODE] [--edition E] [--json]",
      "show a code table, or what one code of it means", run: show),
  ]

  static func list(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    try arguments.end()
    // An edition in a file of its own is listed under the name of that file.
    let tables = try CodeTable.national(home: Settings.home).sorted { $0.key < $1.key }
    if json {
      for (name, table) in tables { try printJSON(StandardsPage.TableLine(name, table)) }
      for kind in IdentifierKind.allCases { try printJSON(StandardsPage.NumberLine(kind)) }
    } else {
      print(StandardsPage.list(tables))
    }
    return .done
  }

  static func show(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let edition = try arguments.option("--edition")
    let name = try arguments.required("the table, one of `tongban standards list`")
    let code = arguments.next()
    try arguments.end()
    let table = try table(name, edition: edition)
    let rows = code.map { table.rows(of: $0) } ?? Array(0..<table.count)
    if let code, rows.isEmpty {
      complain("\(name) of \(table.version) has no code \"\(code)\"")
      return .no
    }
    if json {
      for row in rows { try printJSON(StandardsPage.line(name, table, row)) }
    } else {
      print(StandardsPage.text(name, table, rows))
    }
    return .done
  }

  private static func table(_ name: String, edition: String?) throws -> CodeTable {
    let tables = try CodeTable.national(home: Settings.home)
    guard let table = tables[name] else {
      let near = nearestName(to: name, in: Array(tables.keys)).map { "; did you mean \"\($0)\"?" }
      throw UsageError(
        "there is no table \"\(name)\"\(near ?? ": `tongban standards list` has those that there are")"
      )
    }
    guard let edition else { return table }
    guard let found = table.editions.first(where: { $0.version == edition }) else {
      let known = table.editions.map(\.version).sorted().joined(separator: ", ")
      throw UsageError("\(name) has no edition \"\(edition)\"; expected \(known)")
    }
    return found
  }
}
