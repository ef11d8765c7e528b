import Configuration
import Foundation
import Standards

extension CodeTable {
  /// The tables of `topology/codes`, by the names of their files, each with its other editions.
  ///
  /// - Parameter home: the folder with `topology/`.
  package static func national(
    home: URL
  ) throws(ConfigurationError) -> [String: CodeTable] {
    let folder = home.appending(path: "topology/codes")
    var tables: [String: CodeTable] = [:]
    for file in try names(in: folder) where file.hasSuffix(".csv") {
      let place = folder.appending(path: file)
      let text = try readBytes(place)
      do throws(CodeTableError) {
        tables[String(file.dropLast(4))] = try CodeTable.read(text, file: place.path)
      } catch {
        throw ConfigurationError(
          file: error.file, line: error.line, path: "", message: "expected \(error.expectation)")
      }
    }
    gatherEditions(&tables)
    return tables
  }
}
