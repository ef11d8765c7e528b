import Configuration
import Foundation

/// A value that depends on where the hub runs: `{ environment: "NAME", file: "path", default: "text" }`, the first that is there.
enum Setting: Sendable, Equatable {
  case value(String)
  /// What to set, for the person who must.
  case missing(String)

  /// - Parameter isSecret: a secret never stands in the file itself, so it has no default.
  init(
    _ node: ConfigurationNode, secrets: SecretSource, isSecret: Bool = false
  ) throws(ConfigurationError) {
    var object = try node.object()
    let environment = try object.optional("environment")?.name()
    let file = try object.optional("file")?.name()
    let fallback = object.optional("default")
    try object.end()
    guard environment != nil || file != nil || fallback != nil else {
      throw node.fault("expected where the value comes from: environment, file or default")
    }
    if isSecret, let fallback {
      throw fallback.fault(
        "a secret never stands in this file; name a variable of the environment or a file")
    }
    if let environment, let text = secrets.environment[environment], !text.isEmpty {
      self = .value(text)
    } else if let file, let text = try secrets.content(of: file, node) {
      self = .value(text)
    } else if let fallback {
      self = .value(try fallback.name())
    } else {
      let ways = [environment.map { "the variable \($0)" }, file.map { "the file \($0)" }]
      self = .missing(ways.compactMap { $0 }.joined(separator: " or ") + " to be set")
    }
  }
}

/// Where settings come from. The file's own text never holds them.
struct SecretSource: Sendable {
  let home: URL
  let environment: [String: String]

  /// Nil if there is no such file.
  func content(of path: String, _ node: ConfigurationNode) throws(ConfigurationError) -> String? {
    let place = place(path)
    guard FileManager.default.fileExists(atPath: place.path) else { return nil }
    guard let text = try? String(contentsOf: place, encoding: .utf8) else {
      throw node.fault("the file \(path) cannot be read as text; check its permissions")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func path(_ node: ConfigurationNode) throws(ConfigurationError) -> String {
    let place = place(try node.name())
    guard FileManager.default.isReadableFile(atPath: place.path) else {
      throw node.fault("there is no file that can be read at \(place.path)")
    }
    return place.path
  }

  /// A path is from the root or from the home.
  private func place(_ path: String) -> URL {
    path.hasPrefix("/") ? URL(fileURLWithPath: path) : home.appending(path: path)
  }
}
