import Foundation
import Records
import Schemas
import Standards

/// `tongban json check`, `schema check`, `standards check`: one answer a line, no server needed.
enum CheckCommands {
  static let all = [
    Command("json check", "[FILE]", "exit 0 if the file is JSON by RFC 8259, 1 if not", run: json),
    Command(
      "schema check", "SCHEMA [FILE] [--resolve URL=DIR]… [--json]",
      "check each line of JSON against a JSON Schema (draft 2020-12)", run: schema),
    Command(
      "standards check", "KIND [VALUE…] [--json]",
      "check identity numbers, credit codes, …; values from the lines of standard input",
      run: standards),
  ]

  static func json(_ arguments: inout Arguments) throws -> ExitCode {
    let file = arguments.next()
    try arguments.end()
    let text = try octets(of: file)
    do throws(RecordError) { try JSON.check(text) } catch {
      complain("\(file ?? "standard input"): \(error)")
      return .no
    }
    return .done
  }

  /// Each line of the file is one instance; a schema's `format`s are asserted.
  static func schema(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    var folders: [(prefix: String, folder: String)] = []
    for option in try arguments.options("--resolve") {
      let words = option.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else { throw UsageError("--resolve is URL=DIR, found \"\(option)\"") }
      folders.append((words[0], words[1]))
    }
    let path = try arguments.required("the schema's file")
    let text = try octets(of: path)
    let instances = lines(try octets(of: arguments.next()))
    try arguments.end()
    let places = folders
    let options = SchemaOptions(assertsFormats: true, address: nil) { address in
      document(at: address, below: places)
    }
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

  static func standards(_ arguments: inout Arguments) throws -> ExitCode {
    let json = arguments.flag("--json")
    let name = try arguments.required("the kind of number")
    guard let kind = IdentifierKind(name: name) else {
      throw UsageError(
        "there is no kind \"\(name)\"; expected \(IdentifierKind.names.joined(separator: ", "))")
    }
    let values = arguments.rest()
    try arguments.end()
    let reference = Reference(today: MappingCommands.today)
    var isValid = true
    let given =
      values.isEmpty
      ? lines(try octets(of: nil)).map { String(decoding: $0, as: UTF8.self) } : values
    for value in given {
      let outcome = kind.check(written: value, reference)
      isValid = isValid && outcome.isAccepted
      try show(outcome, json: json)
    }
    return isValid ? .done : .no
  }

  private static func show(_ outcome: Outcome, json: Bool) throws {
    let line = OutcomeLine(outcome)
    if json { return try printJSON(line) }
    print(
      [line.valid ? "valid" : "invalid", line.reason, line.expected].compactMap { $0 }.joined(
        separator: "  "))
  }

  private struct OutcomeLine: Encodable {
    let valid: Bool
    let reason: String?
    let expected: String?

    init(_ outcome: Outcome) {
      valid = outcome.isAccepted
      reason = outcome.finding?.reason.rawValue
      expected = outcome.finding.map { "\($0.expectation)" }
    }
  }

  /// The standard input where no file is named.
  static func octets(of path: String?) throws(SettingsError) -> [UInt8] {
    guard let path, path != "-" else {
      return try StandardInput.octets()
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SettingsError("\(path) cannot be read")
    }
    return Array(data)
  }

  /// LF or CRLF ends a line; blank ones are none.
  static func lines(_ octets: [UInt8]) -> [ArraySlice<UInt8>] {
    octets.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }.filter {
      !$0.isEmpty
    }
  }
}
