/// Hand-written files as values that know where they stand.
///
/// Every file that a person writes for the hub (topology, adapters, mappings, flows, notices) is JSON5
/// and is read through this module, so that each of their errors names file, line and path, says what
/// was expected, and offers the nearest right name. Pure: bytes in, values out. It imports nothing.
package struct ConfigurationNode: Sendable {
  package enum Value: Sendable {
    case null
    case bool(Bool)
    /// A number as it was written, so that no digit is lost.
    case number(String)
    case string(String)
    case array([ConfigurationNode])
    /// Members in the order of the file; names are unique.
    case object([Member])
  }

  package struct Member: Sendable {
    package let name: String
    package let node: ConfigurationNode
  }

  package let value: Value
  package let file: String
  /// Counted from 1.
  package let line: Int
  /// `exchanges[2].type`; empty at the root.
  package let path: String

  package init(value: Value, file: String, line: Int, path: String) {
    self.value = value
    self.file = file
    self.line = line
    self.path = path
  }

  /// The error that this value is not what was expected.
  package func fault(_ message: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, path: path, message: message)
  }
}

/// What is wrong in a hand-written file, and where.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  package let file: String
  /// Counted from 1; 0 where the fault is the file as a whole.
  package let line: Int
  package let path: String
  package let message: String

  package init(file: String, line: Int, path: String, message: String) {
    self.file = file
    self.line = line
    self.path = path
    self.message = message
  }

  package var description: String {
    let place = line > 0 ? "\(file):\(line)" : file
    return path.isEmpty ? "\(place): \(message)" : "\(place): \(path): \(message)"
  }
}
