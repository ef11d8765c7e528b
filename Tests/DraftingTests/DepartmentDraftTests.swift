import Adapters
import Configuration
import Foundation
import Mapping
import Records
import Routing
import Standards
import Testing

@testable import Drafting

/// A department whose adapter was written by hand, and what a draft must find of it.
struct Written: Sendable, CustomTestStringConvertible {
  let department: String
  let event: String
  let schema: String
  let charset: Charset
  /// Of a hundred pairs of standard and native field in the written mapping, how many the draft has too.
  let floor: Int

  var testDescription: String { department }

  private init(
    _ department: String, _ event: String, _ schema: String, _ charset: Charset, _ floor: Int
  ) {
    (self.department, self.event, self.schema, self.charset) = (department, event, schema, charset)
    self.floor = floor
  }

  static let all = [
    Written("public-security", "household-change", "std.person.v1", .gb18030, 90),
    Written("tax", "registration-change", "std.tax-registration.v1", .utf8, 90),
    Written("social-security", "insurance-change", "std.social-insurance.v1", .gb18030, 90),
    Written("market-regulation", "enterprise-change", "std.enterprise.v1", .gb18030, 75),
    Written("market-regulation", "licence", "std.licence.v1", .utf8, 35),
    Written("medical-insurance", "insured-change", "std.medical-insurance.v1", .utf8, 70),
    Written("housing-fund", "account-change", "std.housing-fund.v1", .gb18030, 75),
    Written("civil-affairs", "marriage", "std.marriage.v1", .utf8, 35),
    Written("civil-affairs", "cremation", "std.death.v1", .gb18030, 55),
    Written("civil-affairs", "door-plate", "std.address.v1", .utf16, 20),
    Written("health", "birth-certificate", "std.birth.v1", .utf8, 65),
    Written("health", "death-certificate", "std.death.v1", .utf8, 20),
  ]

  /// Those that become persons, enterprises and their insurances, whose drafts give events at once.
  static let usual = Array(all.prefix(4)) + [all[5], all[6]]
  static let fixedWidth = all[2]

  /// - Parameter schema: what the author would say with `--to`.
  func draft(columns: [DraftColumn] = [], schema: String? = nil) throws -> Draft {
    var request = DraftRequest()
    (request.department, request.event, request.columns) = ("drafted", event, columns)
    request.schema = schema
    return try Draft.make(from: try Home.samples(department, event), try Home.knowledge(), request)
  }

  func adapter() throws -> Adapter {
    try AdapterSet.load(home: Home.folder).adapter(of: department)
  }

  /// The layout as the department would hand it out.
  func layout() throws -> [DraftColumn] {
    switch try adapter().intake(of: event).native.format {
    case .fixedWidth(let format):
      format.fields.map { DraftColumn(name: $0.name, length: $0.length) }
    case .delimited(let format) where !format.header: format.columns.map { DraftColumn(name: $0) }
    default: []
    }
  }
}

@Suite("Drafts of the departments whose adapters were written by hand") struct DepartmentDraftTests
{
  @Test("the charset and the format are found, in every department", arguments: Written.all)
  func recognition(_ written: Written) throws {
    let draft = try written.draft()
    #expect(draft.recognition.charset == written.charset)
    let format = try written.adapter().intake(of: written.event).native.format
    switch (draft.recognition.format, format) {
    case (.fixedWidth(let found), .fixedWidth(let given)):
      #expect(found.length == given.length)
      #expect(found.unit == given.unit)
    case (.delimited(let found), .delimited(let given)):
      #expect(found.separator == given.separator)
      #expect(found.quote == given.quote)
      #expect(found.header == given.header)
      #expect(found.header || found.columns.count == given.columns.count)
    default: #expect(draft.recognition.format == format)
    }
  }

  @Test("the standard schema is found where the columns have names", arguments: Written.usual)
  func schema(_ written: Written) throws {
    let draft = try written.draft(columns: try written.layout())
    #expect(draft.ranking.first?.schema.name == written.schema)
  }

  @Test("a stated share of the standard fields is filled from the same native fields")
  func share() throws {
    var (found, all) = (0, 0)
    for written in Written.all {
      let draft = try written.draft(columns: try written.layout(), schema: written.schema)
      let (hits, count) = try Self.shared(written, draft)
      print("\(written.department) \(written.event): \(hits) of \(count) pairs as written by hand")
      #expect(hits * 100 >= count * written.floor, "\(written.department) \(written.event)")
      (found, all) = (found + hits, all + count)
    }
    print("all departments: \(found) of \(all) pairs as written by hand, \(found * 100 / all) %")
    #expect(found * 100 >= all * 65)
  }

  @Test("without its layout, half of a fixed width is found")
  func withoutLayout() throws {
    let (found, all) = try Self.shared(.fixedWidth, try Written.fixedWidth.draft())
    print("fixed width without its layout: \(found) of \(all) pairs as written by hand")
    #expect(found * 100 >= all * 50)
  }

  @Test("most edges of a fixed width are found without its layout")
  func edges() throws {
    let written = Written.fixedWidth
    guard
      case .fixedWidth(let given) = try written.adapter().intake(of: written.event).native.format,
      case .fixedWidth(let found) = try written.draft().recognition.format
    else {
      Issue.record("expected fixed width")
      return
    }
    let starts = Set(found.fields.map(\.start))
    let hits = given.fields.filter { starts.contains($0.start) }.count
    print("\(hits) of \(given.fields.count) columns begin where the layout says")
    #expect(hits >= 13)
    #expect(found.fields.count <= given.fields.count)
  }

  @Test(
    "the drafted folder is an adapter, and its samples become events once the codes are there",
    arguments: Written.usual)
  func runs(_ written: Written) throws {
    let home = try DraftedHome()
    defer { home.remove() }
    let draft = try written.draft(columns: try written.layout())
    try home.write(draft, event: written.event)
    for table in draft.files.filter({ $0.path.hasPrefix("codes/") }) {
      // The author's work: the meanings of the codes.
      let names = Self.ownNames(of: table.path).map { "adapters/\(written.department)/codes/\($0)" }
      let texts = names.compactMap {
        FileManager.default.contents(atPath: Home.folder.appending(path: $0).path)
      }
      if let text = texts.first { try text.write(to: home.place.appending(path: table.path)) }
    }
    let set = try AdapterSet.load(home: home.folder)
    let adapter = try set.adapter(of: "drafted")
    let written = try written.adapter()
    let event = adapter.intakes.keys.first ?? ""
    var (events, expected) = (0, 0)
    for copy in draft.copies {
      for (adapter, isDraft) in [(adapter, true), (written, false)] {
        let rehearsal = Rehearsal(
          adapter, try adapter.intake(of: event), reference: set.reference, body: copy.octets,
          today: CivilDate(year: 2026, month: 11, day: 20))
        if isDraft { events += rehearsal.events.count } else { expected += rehearsal.events.count }
      }
    }
    print(
      "\(written.department): \(events) events of the draft, \(expected) of the written adapter")
    // Samples that try each code of a table know more than a draft can: the floor is three fifths.
    #expect(events * 5 >= expected * 3)
  }

  /// What the authors of the written adapters call a table.
  private static func ownNames(of path: String) -> [String] {
    let name = String(path.dropFirst("codes/".count))
    let others = [
      "document-kind.json5": "document-type.json5",
      "insurance-status.json5": "insured-status.json5",
    ]
    return [name] + (others[name].map { [$0] } ?? [])
  }

  /// How many pairs of standard and native field both mappings have, of those that the written one has.
  private static func shared(_ written: Written, _ draft: Draft) throws -> (Int, Int) {
    let intake = try written.adapter().intake(of: written.event)
    let tables = try AdapterTables.drafted(draft)
    let drafted = try Mapping.compile(
      try JSON5.read(Array(draft.text("mappings/\(written.event).json5").utf8), file: "draft"),
      tables: tables)
    let wanted = pairs(of: intake.outputs[0].mapping, places(intake.native.format))
    let found = pairs(of: drafted, places(draft.recognition.format))
    return (wanted.intersection(found).count, wanted.count)
  }

  private static func pairs(of mapping: Mapping, _ places: [String: String]) -> Set<String> {
    Set(
      mapping.rules.flatMap { rule in
        rule.sources.prefix(1).map { "\(rule.target) ← \(places[$0] ?? $0)" }
      })
  }

  /// Columns of a fixed width are told by where they stand, since the draft cannot know their names.
  private static func places(_ format: RecordFormat) -> [String: String] {
    guard case .fixedWidth(let format) = format else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: format.fields.map { ($0.name, "\($0.start)+\($0.length)") })
  }
}

enum AdapterTables {
  /// The tables that a drafted mapping may use.
  static func drafted(_ draft: Draft) throws -> [String: CodeTable] {
    var tables = try Home.knowledge().tables
    for file in draft.files where file.path.hasPrefix("codes/") {
      let name = String(file.path.dropFirst(6).dropLast(6))
      tables[name] = try CodeTable.read(try JSON5.read(Array(file.text.utf8), file: file.path))
    }
    return tables
  }
}

/// A home with the project's topology and one drafted adapter.
struct DraftedHome {
  let folder: URL
  var place: URL { folder.appending(path: "adapters/drafted") }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "tongban-draft-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Home.folder.appending(path: "topology"), to: folder.appending(path: "topology"))
  }

  func write(_ draft: Draft, event: String) throws {
    for file in draft.files {
      let target = place.appending(path: file.path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: target)
    }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
