import Adapters
import Events
import Lanes
import Standards

/// What a body would become, without broker and database: for `tongban mapping run`, `mapping test` and
/// whoever writes an adapter.
package struct Rehearsal {
  /// Standard events, each a line of JSON in CloudEvents' JSON format.
  package private(set) var events: [String] = []
  /// Dead letters, each a line of JSON.
  package private(set) var deadLetters: [String] = []

  package init(
    _ adapter: Adapter, _ intake: Adapter.Intake, reference: Reference, body: [UInt8],
    today: CivilDate?
  ) {
    let workbench = Workbench(adapter, intake, reference: reference)
    workbench.answers = adapter.sampleLibrary
    workbench.work(on: body, contentType: nil, today: today) { record in
      events.append(Self.line(record, source: adapter.source))
    } fault: { letter, number in
      deadLetters.append(Self.line(letter, number: number))
    }
  }

  private static func line(_ record: Workbench.StandardRecord, source: String) -> String {
    var members = [
      "\"specversion\":\"1.0\"",
      "\"id\":\(quoted(record.nativeID.isEmpty ? "\(record.number)" : record.nativeID))",
      "\"source\":\(quoted(source))",
      "\"type\":\(quoted("\(record.schema).\(record.change.rawValue)"))",
      "\"dataschema\":\(quoted(record.schema))",
    ]
    if let time = record.time { members.append("\"time\":\(quoted(time.description))") }
    if !record.region.isEmpty { members.append("\"region\":\(quoted(record.region))") }
    if !record.reverses.isEmpty { members.append("\"reverses\":\(quoted(record.reverses))") }
    if !record.warnings.isEmpty {
      members.append("\"warnings\":[\(record.warnings.map(quoted).joined(separator: ","))]")
    }
    members.append("\"data\":\(String(decoding: record.body, as: UTF8.self))")
    return "{\(members.joined(separator: ","))}"
  }

  static func line(_ letter: DeadLetter, number: RecordNumber) -> String {
    let item = number.item == 0 ? [] : [("item", String(number.item))]
    let members =
      [("record", String(number.record))] + item + [
        ("stage", quoted(letter.stage)), ("reason", quoted(letter.code)),
        ("place", quoted(letter.place)), ("expected", quoted(letter.expectation)),
        ("rule", quoted(letter.rule)),
      ]
    return "{\(members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
  }

  /// A JSON string (RFC 8259 §7).
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<" ":
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u\(String(repeating: "0", count: 4 - hex.utf8.count))\(hex)"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
