import Foundation
import Records
import Standards

/// `tongban json check`, `standards check`: one answer a line, no server needed.
enum CheckCommands {
  static let all = [
    Command("json check", "[FILE]", "exit 0 if the file is JSON by RFC 8259, 1 if not", run: json),
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
