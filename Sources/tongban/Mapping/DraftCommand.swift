import Configuration
import Drafting
import Foundation
import Standards

/// `tongban mapping draft`: a first adapter for samples that nobody has described yet.
enum DraftCommand {
  static let command = Command(
    "mapping draft",
    "FILE… [--department NAME] [--event NAME] [--to SCHEMA] [--columns …] [--write] [--json]",
    "say what samples are and write a first adapter for them", run: run)

  private static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let writes = arguments.flag("--write")
    var request = DraftRequest()
    if let name = try arguments.option("--department") { request.department = try code(name) }
    if let name = try arguments.option("--event") { request.event = try code(name) }
    request.schema = try arguments.option("--to")
    request.columns = try arguments.option("--columns").map(columns) ?? []
    let files = arguments.rest()
    try arguments.end()
    guard !files.isEmpty else { throw UsageError("the samples are missing") }
    let folder = Settings.home.appending(path: "adapters/\(request.department)")
    if writes, FileManager.default.fileExists(atPath: folder.path) {
      throw UsageError("\(folder.path) exists already: choose another name with --department")
    }
    let samples = try files.map(sample)
    let draft = try Draft.make(from: samples, try knowledge(), request)
    if json { try printLines(of: draft) } else { printText(of: draft, request, writes: writes) }
    if writes { try write(draft, files, to: folder, request, json: json) }
    return .done
  }

  /// A department's or an event's code: it becomes a folder's name and a part of routing keys.
  private static func code(_ name: String) throws(UsageError) -> String {
    let isCode = name.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
    }
    guard isCode, !name.isEmpty, !name.hasPrefix("-"), name.utf8.count <= 60 else {
      throw UsageError("\"\(name)\" is no code: expected small letters, digits and hyphens")
    }
    return name
  }

  /// `NAME,NAME` or `NAME:LENGTH,NAME:LENGTH`.
  private static func columns(_ text: String) throws(UsageError) -> [DraftColumn] {
    var columns: [DraftColumn] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = word.split(separator: ":", maxSplits: 1)
      let length = parts.count == 2 ? Int(parts[1]) : nil
      guard let name = parts.first,
        parts.count == 1 || (length.map { (1...100_000).contains($0) } ?? false),
        !columns.contains(where: { $0.name == name })
      else {
        throw UsageError(
          "--columns is NAME,NAME,… or NAME:LENGTH,…, each name once; found \"\(word)\"")
      }
      columns.append(DraftColumn(name: String(name), length: length))
    }
    return columns
  }

  // MARK: Reading

  /// No more of a file than a draft looks at.
  private static func sample(_ path: String) throws -> DraftSample {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw SettingsError("\(path) cannot be read")
    }
    defer { try? handle.close() }
    var bytes: [UInt8] = []
    while bytes.count <= DraftLimits.sampleBytes {
      guard let part = try handle.read(upToCount: 1 << 20), !part.isEmpty else { break }
      bytes += part
    }
    let isCut = bytes.count > DraftLimits.sampleBytes
    return DraftSample(
      name: URL(fileURLWithPath: path).lastPathComponent,
      bytes: isCut ? Array(bytes.prefix(DraftLimits.sampleBytes)) : bytes, isCut: isCut)
  }

  private static func knowledge() throws -> DraftKnowledge {
    let place = Settings.home.appending(path: "topology")
    var schemas: [SchemaOutline] = []
    for file in try files(in: place.appending(path: "schemas"), ending: ".json") {
      schemas.append(
        try SchemaOutline(
          name: file.deletingPathExtension().lastPathComponent,
          try JSON5.read(Array(try Data(contentsOf: file)), file: file.path)))
    }
    return DraftKnowledge(
      schemas: schemas, tables: try CodeTable.national(home: Settings.home),
      today: MappingCommands.today)
  }

  private static func files(in folder: URL, ending: String) throws -> [URL] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw SettingsError(
        "\(folder.path) cannot be read: set TONGBAN_HOME to the folder with topology/")
    }
    return names.filter { $0.hasSuffix(ending) }.sorted().map { folder.appending(path: $0) }
  }

  // MARK: Writing

  private static func write(
    _ draft: Draft, _ files: [String], to folder: URL, _ request: DraftRequest, json: Bool
  ) throws {
    let samples = folder.appending(path: "samples/\(request.event)")
    try FileManager.default.createDirectory(at: samples, withIntermediateDirectories: true)
    for (name, octets) in draft.copies { try Data(octets).write(to: samples.appending(path: name)) }
    // adapter.json5 makes an adapter of the folder: last, so that a running hub reads a whole one.
    for file in draft.files.reversed() {
      let place = folder.appending(path: file.path)
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: place)
    }
    guard !json else { return }
    print(
      "wrote \(folder.path): \(counted(draft.files.count, "file")), and \(counted(draft.copies.count, "sample")) unchanged"
    )
    print("put made-up data in place of real persons' before you share them; then")
    print("tongban mapping test \(request.department) --accept")
  }
}

// MARK: Showing

extension DraftCommand {
  private static func printText(of draft: Draft, _ request: DraftRequest, writes: Bool) {
    let recognition = draft.recognition
    print("charset  \(recognition.charset.rawValue), \(recognition.charsetGuess.text)")
    print("format   \(recognition.label), \(recognition.formatGuess.text)")
    for fit in draft.ranking.prefix(2) {
      print("schema   \(fit.schema.name), \(fit.score) %: \(fit.reasons.joined(separator: "; "))")
    }
    for remark in draft.remarks { print("note     \(remark)") }
    print("")
    var table = Table([
      ("field", .left), ("filled", .right), ("values", .right), ("shape", .left),
      ("taken for", .left),
      ("sure", .right), ("why", .left),
    ])
    for reading in draft.fields {
      table.add([
        reading.field.path.text, "\(reading.field.filledShare) %", "\(reading.field.distinctCount)",
        reading.field.shape, reading.takenTitle, "\(reading.taken.sureness) %",
        reading.taken.reasons.joined(separator: "; "),
      ])
    }
    print(table.text)
    guard !writes else { return print("") }
    for file in draft.files {
      print("\n// ---- adapters/\(request.department)/\(file.path)\n")
      print(file.text, terminator: "")
    }
  }

  private static func printLines(of draft: Draft) throws {
    let recognition = draft.recognition
    try printJSON(
      GuessLine(
        what: "charset", value: recognition.charset.rawValue, guess: recognition.charsetGuess))
    try printJSON(
      GuessLine(what: "format", value: recognition.label, guess: recognition.formatGuess))
    for fit in draft.ranking {
      try printJSON(
        GuessLine(what: "schema", value: fit.schema.name, guess: Guess(fit.score, fit.reasons)))
    }
    for reading in draft.fields { try printJSON(FieldLine(reading)) }
    for remark in draft.remarks { try printJSON(["note": remark]) }
    for file in draft.files { try printJSON(["file": file.path, "text": file.text]) }
  }

  private struct GuessLine: Encodable {
    let what, value: String
    let sureness: Int
    let reasons: [String]

    init(what: String, value: String, guess: Guess) {
      (self.what, self.value, sureness, reasons) = (what, value, guess.sureness, guess.reasons)
    }
  }

  private struct FieldLine: Encodable {
    let field, shape, takenFor: String
    let filled, values, shortest, longest, sureness: Int
    let reasons: [String]
    let codes: [String: Int]?

    init(_ reading: FieldReading) {
      field = reading.field.path.text
      shape = reading.field.shape
      takenFor = reading.takenTitle
      (filled, values) = (reading.field.filledShare, reading.field.distinctCount)
      (shortest, longest) = (reading.field.lengths.lowerBound, reading.field.lengths.upperBound)
      sureness = reading.taken.sureness
      reasons = reading.taken.reasons
      let shown = reading.shownCodes
      codes =
        shown.isEmpty ? nil : Dictionary(shown.map { ($0.code, $0.count) }) { first, _ in first }
    }
  }
}
