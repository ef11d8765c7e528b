import Standards

/// Code tables and kinds of numbers for people, or as one object a line.
enum StandardsPage {
  static func list(_ tables: [(key: String, value: CodeTable)]) -> String {
    var codes = Table([
      ("TABLE", .left), ("EDITION", .left), ("IN FORCE", .left), ("CODES", .right),
      ("TITLE", .left), ("SOURCE", .left),
    ])
    for (name, table) in tables {
      codes.add([
        name, table.version, "\(table.period)", String(table.count), table.title, table.source,
      ])
    }
    var numbers = Table([("NUMBER", .left), ("TITLE", .left)])
    for kind in IdentifierKind.allCases { numbers.add([kind.rawValue, kind.title]) }
    return codes.text + "\n\n" + numbers.text
  }

  /// The table's heading, and the rows with all their columns.
  static func text(_ name: String, _ table: CodeTable, _ rows: [Int]) -> String {
    var heading = [
      ["table", name], ["title", table.title], ["edition", table.version],
      ["in force", "\(table.period)"], ["source", table.source], ["codes", String(table.count)],
    ]
    if !table.others.isEmpty {
      heading.append(["also", table.others.map(\.version).sorted().joined(separator: ", ")])
    }
    var codes = Table(table.columns.map { ($0.uppercased(), .left) })
    for row in rows { codes.add(table.columns.indices.map { table.field($0, of: row) }) }
    return Columns.lines(heading).joined(separator: "\n") + "\n\n" + codes.text
  }

  // MARK: for programs

  struct TableLine: Encodable {
    let kind = "table"
    let name, title, edition, inForce, source: String
    let codes: Int
    let editions: [String]

    init(_ name: String, _ table: CodeTable) {
      self.name = name
      title = table.title
      edition = table.version
      inForce = "\(table.period)"
      source = table.source
      codes = table.count
      editions = table.editions.map(\.version).sorted()
    }
  }

  struct NumberLine: Encodable {
    let kind = "number"
    let name, title: String

    init(_ kind: IdentifierKind) {
      name = kind.rawValue
      title = kind.title
    }
  }

  /// A row by its columns' names, with the table and the edition that it is of.
  static func line(_ name: String, _ table: CodeTable, _ row: Int) -> [String: String] {
    var line = ["table": name, "edition": table.version]
    for (number, column) in table.columns.enumerated() {
      line[column] = table.field(number, of: row)
    }
    return line
  }
}
