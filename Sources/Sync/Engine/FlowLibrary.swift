import Configuration
import Foundation
import Storage

/// The flows that cases run on, each in every version that a case has begun with.
///
/// They are kept in the database as they were written, so that a running case stays on its version whatever
/// becomes of the file, and so that the sync role needs no files at all.
struct FlowLibrary {
  private struct Version: Hashable {
    let name: String
    let number: Int64
  }

  private var known: [Version: Flow] = [:]

  /// - Throws: `FlowLibraryError` if no such version is stored, `ConfigurationError` if it cannot be read.
  mutating func flow(_ name: String, _ number: Int64, in database: Database) throws -> Flow {
    let version = Version(name: name, number: number)
    if let flow = known[version] { return flow }
    let rows = try database.query(
      "select source, included from flow_version where name = $1 and version = $2",
      [.text(name), .int(number)])
    guard rows.count == 1 else { throw FlowLibraryError.missing(name: name, version: number) }
    let included = try Value(json: rows[0].text(1))
    let flow = try Flow.read(
      Array(try rows[0].text(0).utf8), file: "flow \(name), version \(number)"
    ) { included.member($0)?.text.map { Array($0.utf8) } }
    known[version] = flow
    return flow
  }

  /// Keeps a flow in the version that it says, once.
  ///
  /// - Throws: `FlowLibraryError` if that version is stored with another content.
  static func record(_ file: FlowFile, in database: Database) throws {
    let version: [Parameter] = [.text(file.flow.name), .int(Int64(file.flow.version))]
    // A statement of its own looks at what is there: one that has waited for another's insert sees what it wrote, which
    // the statement that waited does not.
    let rows = try database.pipeline([
      (
        """
        insert into flow_version (name, version, source, included) values ($1, $2, $3, $4)
        on conflict do nothing
        """, version + [.text(file.source), .text(file.included.json)]
      ),
      ("select source, included from flow_version where name = $1 and version = $2", version),
    ])[1]
    guard rows.count == 1, try rows[0].text(0) == file.source,
      try rows[0].text(1) == file.included.json
    else {
      throw FlowLibraryError.changed(
        file: file.flow.place.file, name: file.flow.name, version: file.flow.version)
    }
  }
}

/// A flow with the texts that it was read from.
package struct FlowFile: Sendable {
  package let flow: Flow
  package let source: String
  /// The text of each flow that it includes, by name, in the order of the names.
  package let included: Value

  package init(
    _ bytes: [UInt8], file: String, including: Flow.Inclusion = { _ in nil }
  ) throws(ConfigurationError) {
    var included: [String: String] = [:]
    flow = try Flow.read(bytes, file: file) { name in
      let bytes = including(name)
      included[name] = bytes.map { String(decoding: $0, as: UTF8.self) }
      return bytes
    }
    source = String(decoding: bytes, as: UTF8.self)
    self.included = .object(
      included.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
  }

  /// Reads a flow's file; what it includes stands beside it.
  package static func load(_ path: String) throws(ConfigurationError) -> FlowFile {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(file: path, line: 0, path: "", message: "cannot be read")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    return try FlowFile(Array(data), file: path) { name in
      FileManager.default.contents(atPath: folder.appending(path: "\(name).json5").path)
        .map { Array($0) }
    }
  }

  /// Every flow of a folder, by name.
  package static func all(in folder: String) throws(ConfigurationError) -> [FlowFile] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var files: [FlowFile] = []
    for name in names.sorted() where name.hasSuffix(".json5") {
      files.append(try load("\(folder)/\(name)"))
    }
    return files
  }
}

package enum FlowLibraryError: Error, CustomStringConvertible {
  case missing(name: String, version: Int64)
  case changed(file: String, name: String, version: Int)

  package var description: String {
    switch self {
    case .missing(let name, let version):
      "version \(version) of the flow \(name) is not in the database"
    case .changed(let file, let name, let version):
      "\(file): cases have begun with another text of version \(version) of \(name); "
        + "expected a new version number for a changed flow"
    }
  }
}
