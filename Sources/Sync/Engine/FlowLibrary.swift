import Configuration
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
      "select source from flow_version where name = $1 and version = $2",
      [.text(name), .int(number)])
    guard rows.count == 1 else { throw FlowLibraryError.missing(name: name, version: number) }
    let flow = try Flow.read(
      Array(try rows[0].text(0).utf8), file: "flow \(name), version \(number)")
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
        insert into flow_version (name, version, source) values ($1, $2, $3) on conflict do nothing
        """, version + [.text(file.source)]
      ),
      ("select source from flow_version where name = $1 and version = $2", version),
    ])[1]
    guard rows.count == 1, try rows[0].text(0) == file.source else {
      throw FlowLibraryError.changed(
        file: file.flow.place.file, name: file.flow.name, version: file.flow.version)
    }
  }
}

/// A flow with the text that it was read from.
package struct FlowFile: Sendable {
  package let flow: Flow
  package let source: String

  package init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
    flow = try Flow.read(bytes, file: file)
    source = String(decoding: bytes, as: UTF8.self)
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
