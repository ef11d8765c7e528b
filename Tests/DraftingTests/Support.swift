import Configuration
import Foundation
import Records
import Standards
import Testing

@testable import Drafting

/// The project's own schemas, tables and departments.
enum Home {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Read once: every test needs it.
  private static let known = Result { try read() }

  static func knowledge() throws -> DraftKnowledge { try known.get() }

  private static func read() throws -> DraftKnowledge {
    var schemas: [SchemaOutline] = []
    for file in try files("topology/schemas", ending: ".json") {
      let name = String(file.lastPathComponent.dropLast(5))
      schemas.append(try SchemaOutline(name: name, try JSON5.read(octets(file), file: name)))
    }
    var tables: [String: CodeTable] = [:]
    for file in try files("topology/codes", ending: ".csv") {
      tables[String(file.lastPathComponent.dropLast(4))] = try CodeTable.read(
        octets(file), file: file.path)
    }
    return DraftKnowledge(
      schemas: schemas, tables: tables, today: CivilDate(year: 2026, month: 11, day: 20))
  }

  static func files(_ place: String, ending: String = "") throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: place), includingPropertiesForKeys: nil
    ).filter { $0.lastPathComponent.hasSuffix(ending) }.sorted { $0.path < $1.path }
  }

  static func octets(_ file: URL) throws -> [UInt8] { Array(try Data(contentsOf: file)) }

  /// What a department wrote for an event, hostile bodies too.
  static func samples(_ department: String, _ event: String) throws -> [DraftSample] {
    try files("adapters/\(department)/samples/\(event)").filter {
      !$0.lastPathComponent.hasSuffix(".ndjson")
    }
    .map { DraftSample(name: $0.lastPathComponent, bytes: try octets($0)) }
  }
}

func draft(
  _ texts: [String], schema: String? = nil, columns: [DraftColumn] = []
) throws -> Draft {
  var request = DraftRequest()
  request.schema = schema
  request.columns = columns
  let samples = texts.enumerated().map { number, text in
    DraftSample(name: "sample-\(number + 1)", bytes: Array(text.utf8))
  }
  return try Draft.make(from: samples, try Home.knowledge(), request)
}

extension Draft {
  func text(_ path: String) -> String { files.first { $0.path == path }?.text ?? "" }

  var everything: String {
    files.map(\.text).joined() + remarks.joined()
      + fields.map {
        "\($0.field.path.text) \($0.field.shape) \($0.taken.text) \($0.shownCodes.map(\.code))"
      }.joined()
      + recognition.formatGuess.text + recognition.charsetGuess.text
  }
}
