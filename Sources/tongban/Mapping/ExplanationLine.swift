import Lanes
import Mapping

/// One line; `kind` tells which, `record` the number in the body.
struct ExplanationLine: Encodable {
  private enum Key: String, CodingKey { case kind, record }

  private let kind: String
  private let record: Int
  private let content: any Encodable

  static func record(_ line: RecordLine, record: Int) -> Self {
    Self(kind: "record", record: record, content: line)
  }
  static func field(_ line: FieldLine, record: Int) -> Self {
    Self(kind: "field", record: record, content: line)
  }
  static func native(_ line: NativeLine, record: Int) -> Self {
    Self(kind: "native", record: record, content: line)
  }
  static func unread(_ letter: RefusalLine, record: Int) -> Self {
    Self(kind: "unread", record: record, content: letter)
  }

  func encode(to encoder: any Encoder) throws {
    try content.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(record, forKey: .record)
  }
}

struct RecordLine: Encodable {
  let line, byte, bytes: Int
  /// The record's item that became this one.
  let item: Int?
  let result: String
  let change: String?
  /// Octets of what a department gets.
  let delivered: Int?
  let dies: RefusalLine?
  let faults, warnings: [String]
}

struct FieldLine: Encodable {
  let target: String
  var value, absent, refused: String?
  let rule: RuleLine
  let conditions, moves: [MoveLine]
}

struct NativeLine: Encodable {
  let place: PlaceLine
  let value: String?
  let fate: String
  var targets: [String]?
}

struct MoveLine: Encodable {
  let kind, words: String
  let before, after: String?
  let native: PlaceLine?
  let holds: Bool?
  let saw: [String: String?]?
  let table: TableLine?
  let fault, warning: String?
  let file: String
  let line: Int
  let path: String
}

struct PlaceLine: Encodable {
  let path: String
  let line, byte, bytes: Int?
  /// Where they are not the value itself: hexadecimal, unless they are ASCII.
  let octets: String?
}

struct TableLine: Encodable {
  let name, version, source, label: String
}

struct RuleLine: Encodable {
  let file: String
  let line: Int
  let path: String
  let words: [String]

  init(_ note: RuleNote) {
    (file, line, path, words) = (note.file, note.line, note.path, note.steps)
  }
}

struct RefusalLine: Encodable {
  let stage, reason, place, expected, rule: String

  init(_ letter: DeadLetter) {
    (stage, reason, place) = (letter.stage, letter.code, letter.place)
    (expected, rule) = (letter.expectation, letter.rule)
  }
}

extension RuleNote {
  /// `file:line path`
  var place: String { "\(file):\(line) \(path)" }
}
