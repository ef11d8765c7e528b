import Records

/// Lines that are all of one length, in bytes or in characters.
enum FixedWidthShape {
  static func find(in samples: [ReadSample], _ charset: Charset) -> BodyShape? {
    let candidates = [
      charset.isSixteenBit ? nil : Ruler(samples, charset, .bytes),
      Ruler(samples, charset, .characters),
    ].compactMap { $0 }
    guard let ruler = candidates.max(by: { $0.evenness < $1.evenness }) ?? candidates.first,
      // Where both are even, bytes: it is what systems that write such files count.
      let best = candidates.first(where: { $0.evenness == ruler.evenness }), best.length >= 8,
      best.evenness >= 60, best.length <= 20_000
    else { return nil }
    let columns = ColumnEdges.find(in: best)
    guard columns.count > 1 else { return nil }
    let fields = columns.enumerated().map { number, column in
      FixedWidthFormat.Field(
        name: "C\(number + 1)", start: column.start + 1, length: column.length)
    }
    var notes: [String: String] = [:]
    for (field, column) in zip(fields, columns) { notes[field.name] = column.note }
    return shape(
      best, fields, notes,
      sureness: min(85, 30 + 8 * best.lines.count),
      reasons: [
        "\(columns.count) columns were told apart; those whose edge nothing shows are one"
      ],
      remarks: [
        "the columns were found by their contents and are called C1 to C\(fields.count); give the real layout with --columns NAME:LENGTH,…"
      ])
  }

  /// The layout that the author gives.
  static func given(
    _ columns: [DraftColumn], _ samples: [ReadSample], _ charset: Charset
  ) throws(DraftFault) -> BodyShape {
    var (fields, start) = ([FixedWidthFormat.Field](), 1)
    for column in columns {
      guard let length = column.length else {
        throw DraftFault(
          "--columns: \(column.name) has no length; fixed width needs NAME:LENGTH for each")
      }
      fields.append(.init(name: column.name, start: start, length: length))
      start += length
    }
    let rulers = [
      charset.isSixteenBit ? nil : Ruler(samples, charset, .bytes),
      Ruler(samples, charset, .characters),
    ].compactMap { $0 }
    guard let ruler = rulers.first(where: { $0.length == start - 1 }) else {
      let found = rulers.map { "\($0.length) \($0.unit.rawValue)" }.joined(separator: " or ")
      throw DraftFault("--columns give a record of \(start - 1), and most lines have \(found)")
    }
    return shape(ruler, fields, [:], sureness: 97, reasons: ["the layout was given"], remarks: [])
  }

  private static func shape(
    _ ruler: Ruler, _ fields: [FixedWidthFormat.Field], _ notes: [String: String], sureness: Int,
    reasons: [String], remarks: [String]
  ) -> BodyShape {
    BodyShape(
      format: .fixedWidth(
        FixedWidthFormat(fields: fields, unit: ruler.unit, length: ruler.length)),
      label: "fixed width, \(ruler.length) \(ruler.unit.rawValue) a record",
      guess: Guess(
        sureness,
        ["\(ruler.evenness) % of \(ruler.count) lines have \(ruler.length) \(ruler.unit.rawValue)"]
          + reasons),
      columnNotes: notes, remarks: remarks)
  }
}

/// The lines of the commonest length, cut into units.
struct Ruler {
  enum Class: UInt8 { case blank, digit, letter, sign, wide }

  let unit: FixedWidthFormat.Unit
  let length: Int
  /// How many lines there are, and of a hundred how many have the length.
  let count: Int
  let evenness: Int
  /// The lines of that length: the class of each unit, and its byte where it is ASCII.
  let lines: [(classes: [Class], bytes: [UInt8])]

  private static let kept = 500

  init?(_ samples: [ReadSample], _ charset: Charset, _ unit: FixedWidthFormat.Unit) {
    var all: [(classes: [Class], bytes: [UInt8])] = []
    for sample in samples {
      let isNative = unit == .bytes
      let lines = Lines(isNative ? Self.unmarked(sample.sample.bytes) : sample.text)
      let isLastTorn = sample.sample.isCut
      for line in isLastTorn ? lines.ranges.dropLast() : lines.ranges[...] {
        all.append(Self.cut(lines.text[line], isNative ? charset : .utf8, unit))
        if all.count >= 5_000 { break }
      }
    }
    var counts: [Int: Int] = [:]
    for line in all { counts[line.classes.count, default: 0] += 1 }
    guard let most = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return nil }
    self.unit = unit
    length = most.key
    count = all.count
    evenness = most.value * 100 / all.count
    lines = Array(all.lazy.filter { $0.classes.count == most.key }.prefix(Self.kept))
  }

  private static func unmarked(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    return bytes.starts(with: [0x84, 0x31, 0x95, 0x33]) ? Array(bytes.dropFirst(4)) : bytes
  }

  private static func cut(
    _ line: ArraySlice<UInt8>, _ charset: Charset, _ unit: FixedWidthFormat.Unit
  ) -> (classes: [Class], bytes: [UInt8]) {
    var (classes, bytes) = ([Class](), [UInt8]())
    var at = line.startIndex
    while at < line.endIndex {
      let byte = line[at]
      guard byte >= 0x80 else {
        classes.append(Self.class(of: byte))
        bytes.append(byte)
        at += 1
        continue
      }
      let size = min(width(line, at, charset), line.endIndex - at)
      let units = unit == .bytes ? size : 1
      // The blank of Chinese text is a blank.
      let isBlank =
        size > 1
        && (line[at...].starts(with: [0xA1, 0xA1]) && charset != .utf8
          || line[at...].starts(with: [0xE3, 0x80, 0x80]) && charset == .utf8)
      classes.append(contentsOf: repeatElement(isBlank ? .blank : .wide, count: units))
      bytes.append(contentsOf: repeatElement(0xFF, count: units))
      at += size
    }
    return (classes, bytes)
  }

  private static func width(_ line: ArraySlice<UInt8>, _ at: Int, _ charset: Charset) -> Int {
    let lead = line[at]
    if charset == .utf8 { return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4 }
    guard at + 1 < line.endIndex else { return 1 }
    return (0x30...0x39).contains(line[at + 1]) ? 4 : 2
  }

  private static func `class`(of byte: UInt8) -> Class {
    switch byte {
    case 0x20, 0x09: .blank
    case 0x30...0x39: .digit
    case 0x41...0x5A, 0x61...0x7A: .letter
    default: .sign
    }
  }
}

extension Charset {
  var isSixteenBit: Bool {
    switch self {
    case .utf16, .utf16LittleEndian, .utf16BigEndian: true
    case .utf8, .gb18030, .gbk, .gb2312: false
    }
  }
}
