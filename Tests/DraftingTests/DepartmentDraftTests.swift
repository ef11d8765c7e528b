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

  static let all = [
    Written(
      department: "public-security", event: "household-change", schema: "std.person.v1",
      charset: .gb18030,
      floor: 85),
    Written(
      department: "tax", event: "registration-change", schema: "std.tax-registration.v1",
      charset: .utf8,
      floor: 85),
    Written(
      department: "social-security", event: "insurance-change", schema: "std.social-insurance.v1",
      charset: .gb18030, floor: 45),
  ]

  func draft(columns: [DraftColumn] = []) throws -> Draft {
    var request = DraftRequest()
    (request.department, request.event, request.columns) = ("drafted", event, columns)
    return try Draft.make(from: try Home.samples(department, event), try Home.knowledge(), request)
  }

  func adapter() throws -> Adapter {
    try AdapterSet.load(home: Home.folder).adapter(of: department)
  }

  /// The layout as the department would hand it out.
  func layout() throws -> [DraftColumn] {
    guard case .fixedWidth(let format) = try adapter().intake(of: event).native.format else {
      return []
    }
    return format.fields.map { DraftColumn(name: $0.name, length: $0.length) }
  }
}

@Suite("Drafts of the departments whose adapters were written by hand") struct DepartmentDraftTests
{
  @Test("the format, the charset and the schema are found", arguments: Written.all)
  func recognition(_ written: Written) throws {
    let draft = try written.draft()
    #expect(draft.recognition.charset == written.charset)
    #expect(draft.ranking.first?.schema.name == written.schema)
    let format = try written.adapter().intake(of: written.event).native.format
    switch (draft.recognition.format, format) {
    case (.fixedWidth(let found), .fixedWidth(let given)):
      #expect(found.length == given.length)
      #expect(found.unit == given.unit)
    default: #expect(draft.recognition.format == format)
    }
  }

  @Test("most standard fields are filled from the same native fields", arguments: Written.all)
  func share(_ written: Written) throws {
    let (found, all) = try Self.shared(written, try written.draft())
    print("\(written.department): \(found) of \(all) pairs as written by hand")
    #expect(found * 100 >= all * written.floor)
  }

  @Test("with the layout given, nearly all of a fixed width is found")
  func layout() throws {
    let written = Written.all[2]
    let (found, all) = try Self.shared(written, try written.draft(columns: try written.layout()))
    print("\(written.department) with its layout: \(found) of \(all) pairs as written by hand")
    #expect(found * 100 >= all * 90)
  }

  @Test("most edges of a fixed width are found without its layout")
  func edges() throws {
    let written = Written.all[2]
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
    arguments: Written.all)
  func runs(_ written: Written) throws {
    let home = try DraftedHome()
    defer { home.remove() }
    let draft = try written.draft(columns: try written.layout())
    try home.write(draft, event: written.event)
    for table in draft.files.filter({ $0.path.hasPrefix("codes/") }) {
      // The author's work: the meanings of the codes.
      let own = Home.folder.appending(path: "adapters/\(written.department)/\(table.path)")
      if let text = FileManager.default.contents(atPath: own.path) {
        try text.write(to: home.place.appending(path: table.path))
      }
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
    #expect(events * 10 >= expected * 9)
  }

  /// How many pairs of standard and native field both mappings have, of those that the written one has.
  private static func shared(_ written: Written, _ draft: Draft) throws -> (Int, Int) {
    let intake = try written.adapter().intake(of: written.event)
    let tables = try AdapterTables.drafted(draft)
    let drafted = try Mapping.compile(
      try JSON5.read(Array(draft.text("mappings/\(written.event).json5").utf8), file: "draft"),
      tables: tables)
    let wanted = pairs(of: intake.mapping, places(intake.native.format))
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
