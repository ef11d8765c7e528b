import Foundation
import Records
import Schemas

/// `tongban schema check`, `schema diff`: standard schemas and any others, no server needed.
enum SchemaCommands {
  static let all = [
    Command(
      "schema check", "SCHEMA [FILE] [--resolve URL=DIR]… [--json]",
      "check each line of JSON against a JSON Schema (draft 2020-12)", run: check),
    Command(
      "schema diff", "OLD NEW [--resolve URL=DIR]… [--json]",
      "say how two versions of a schema go together, and why; exit 0 if old data stays valid",
      run: diff),
  ]

  /// Each line of the file is one instance; a schema's `format`s are asserted.
  static func check(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let options = try options(of: &arguments)
    let path = try arguments.required("the schema's file")
    let text = try CheckCommands.octets(of: path)
    let instances = CheckCommands.lines(try CheckCommands.octets(of: arguments.next()))
    try arguments.end()
    let schema: Schema
    do throws(SchemaError) {
      schema = try Schema.compile(json: text, name: path, options: options)
    } catch {
      throw SettingsError("\(error)")
    }
    var isValid = true
    for (number, line) in instances.enumerated() {
      let errors = errors(in: Array(line), by: schema)
      isValid = isValid && errors.isEmpty
      if json {
        try printJSON(SchemaLine(valid: errors.isEmpty, errors: errors.isEmpty ? nil : errors))
      } else {
        print(
          "\(number + 1): \(errors.isEmpty ? "valid" : errors.map(\.text).joined(separator: "; "))")
      }
    }
    return isValid ? .done : .no
  }

  private struct SchemaLine: Encodable {
    let valid: Bool
    let errors: [SchemaFault]?
  }

  private struct SchemaFault: Encodable {
    let instancePath, keywordPath, expected: String

    var text: String {
      "\(instancePath.isEmpty ? "/" : instancePath): expected \(expected) (\(keywordPath))"
    }
  }

  private static func errors(in line: [UInt8], by schema: Schema) -> [SchemaFault] {
    do throws(RecordError) {
      return schema.check(try Tree(json: line)).map {
        SchemaFault(
          instancePath: $0.instancePath, keywordPath: $0.keywordPath, expected: $0.expectation)
      }
    } catch {
      return [SchemaFault(instancePath: "", keywordPath: "", expected: "JSON: \(error)")]
    }
  }

  /// The document of an address below one of the URLs; never fetched, and never outside the folder.
  private static func document(
    at address: String, below places: [(prefix: String, folder: String)]
  ) -> Tree? {
    for (prefix, folder) in places where address.hasPrefix(prefix) {
      let rest = address.dropFirst(prefix.count).drop { $0 == "/" }
      guard !rest.split(separator: "/").contains("..") else { return nil }
      let file = URL(fileURLWithPath: folder).appending(path: String(rest))
      guard let data = FileManager.default.contents(atPath: file.path) else { continue }
      return try? Tree(json: Array(data))
    }
    return nil
  }

  /// `--resolve URL=DIR`: where the documents of addresses are; formats are asserted.
  private static func options(of arguments: inout Arguments) throws -> SchemaOptions {
    var folders: [(prefix: String, folder: String)] = []
    for option in try arguments.options("--resolve") {
      let words = option.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else { throw UsageError("--resolve is URL=DIR, found \"\(option)\"") }
      folders.append((words[0], words[1]))
    }
    let places = folders
    return SchemaOptions(assertsFormats: true, address: nil) { address in
      document(at: address, below: places)
    }
  }

  // MARK: diff

  static func diff(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let options = try options(of: &arguments)
    let old = try arguments.required("the old schema's file")
    let new = try arguments.required("the new schema's file")
    try arguments.end()
    let difference: SchemaDifference
    do throws(SchemaError) {
      difference = try .between(
        try tree(of: old), named: old, and: try tree(of: new), named: new, options: options)
    } catch {
      throw SettingsError("\(error)")
    }
    if json {
      try printJSON(DifferenceLine(difference))
    } else {
      show(difference)
    }
    return difference.backward.isEmpty ? .done : .no
  }

  private static func tree(of path: String) throws(SchemaError) -> Tree {
    do {
      return try Tree(json: try CheckCommands.octets(of: path))
    } catch {
      throw SchemaError(schema: path, path: "", expectation: "a readable file of JSON: \(error)")
    }
  }

  private static func show(_ difference: SchemaDifference) {
    print(difference.verdict.words)
    for (title, reasons) in [
      ("data of the old version that the new one may refuse:", difference.backward),
      ("data of the new version that the old one may refuse:", difference.forward),
    ] where !reasons.isEmpty {
      print("\n\(title)")
      for reason in reasons { print("  \(reason)") }
    }
  }

  private struct DifferenceLine: Encodable {
    struct Reason: Encodable {
      let instancePath, keywordPath, reason: String

      init(_ reason: SchemaDifference.Reason) {
        (instancePath, keywordPath) = (reason.instancePath, reason.keywordPath)
        self.reason = reason.words
      }
    }
    let verdict: String
    let backward, forward: [Reason]

    init(_ difference: SchemaDifference) {
      verdict = difference.verdict.rawValue
      backward = difference.backward.map(Reason.init)
      forward = difference.forward.map(Reason.init)
    }
  }
}

extension SchemaDifference.Verdict {
  fileprivate var words: String {
    switch self {
    case .full: "full: each accepts what the other accepts"
    case .backward: "backward: the new version accepts all data of the old one"
    case .forward: "forward: the old version accepts all data of the new one"
    case .none: "none: each may refuse data of the other"
    }
  }
}
