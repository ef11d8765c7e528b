import Records

/// What the samples are written in: the charset, the format and how sure that is.
package struct Recognition: Sendable {
  package let charset: Charset
  package let format: RecordFormat
  /// What people call the format: `NDJSON`, `SOAP`, `CSV with a header`.
  package let label: String
  package let charsetGuess: Guess
  package let formatGuess: Guess
  /// Of formats that do not name their columns, what spoke for the beginning of each.
  package let columnNotes: [String: String]
  /// The samples that are of this charset and format.
  package let samples: [DraftSample]
  package let remarks: [String]
}

/// Something that was concluded.
package struct Guess: Sendable, Equatable {
  /// In percent.
  package var sureness: Int
  package var reasons: [String]

  package init(_ sureness: Int, _ reasons: [String]) {
    (self.sureness, self.reasons) = (min(99, max(0, sureness)), reasons)
  }
}

/// The kinds of body that can be told from each other at their first look.
enum BodyKind: String {
  case json = "JSON"
  case jsonLines = "NDJSON"
  case xml = "XML"
  case lines = "lines"
}

/// A sample that was decoded.
struct ReadSample {
  let sample: DraftSample
  let charset: CharsetGuess
  let kind: BodyKind

  var text: [UInt8] { charset.text.utf8 }
}

extension Recognition {
  static func recognise(
    _ samples: [DraftSample], columns: [DraftColumn]
  ) throws(DraftFault) -> Recognition {
    var (read, remarks) = ([ReadSample](), [String]())
    for sample in samples.prefix(DraftLimits.samples) {
      do throws(DraftFault) { read.append(try Self.read(bounded(sample, &remarks))) } catch {
        remarks.append("\(sample.name) was left out: \(error)")
      }
    }
    if samples.count > DraftLimits.samples {
      remarks.append("only the first \(DraftLimits.samples) samples were looked at")
    }
    guard let kind = majority(read.map(\.kind)) else {
      throw DraftFault(
        remarks.isEmpty ? "no sample: name at least one file" : remarks.joined(separator: "\n"))
    }
    for sample in read where sample.kind != kind {
      remarks.append(
        "\(sample.sample.name) was left out: it is \(sample.kind.rawValue), and most samples are \(kind.rawValue)"
      )
    }
    read = read.filter { $0.kind == kind }
    let charset = majority(read.filter { !$0.charset.isPlain }.map(\.charset.charset)) ?? .utf8
    for sample in read where !sample.charset.isPlain && sample.charset.charset != charset {
      remarks.append(
        "\(sample.sample.name) was left out: it is written in \(sample.charset.charset.rawValue), and most samples in \(charset.rawValue)"
      )
    }
    read = read.filter { $0.charset.isPlain || $0.charset.charset == charset }
    let shape = try BodyShape.find(kind, in: read, charset: charset, columns: columns)
    return Recognition(
      charset: charset, format: shape.format, label: shape.label,
      charsetGuess: charsetGuess(read, charset), formatGuess: shape.guess,
      columnNotes: shape.columnNotes, samples: read.map(\.sample),
      remarks: remarks + shape.remarks)
  }

  /// Never more than the bound, and cut behind a line where there is one.
  private static func bounded(_ sample: DraftSample, _ remarks: inout [String]) -> DraftSample {
    let isCut = sample.isCut || sample.bytes.count > DraftLimits.sampleBytes
    guard isCut else { return sample }
    var bytes = Array(sample.bytes.prefix(DraftLimits.sampleBytes))
    remarks.append("\(sample.name): only the first \(bytes.count) bytes were read")
    // A line feed of UTF-16 has a zero on one side; cutting behind either keeps the pairs.
    if let end = bytes.lastIndex(of: 0x0A) {
      let keep = end + 1
      bytes = Array(bytes.prefix(keep % 2 == 0 || !bytes.contains(0) ? keep : keep + 1))
    }
    return DraftSample(name: sample.name, bytes: bytes, isCut: true)
  }

  private static func read(_ sample: DraftSample) throws(DraftFault) -> ReadSample {
    guard sample.bytes.contains(where: { $0 > 0x20 }) else {
      throw DraftFault("it is empty; give a sample with at least one record")
    }
    guard let charset = CharsetGuess(sample.bytes) else {
      throw DraftFault(
        "it is no text in UTF-8, GB18030 or UTF-16; unpack or export it as text first")
    }
    guard let first = charset.text.utf8.first(where: { $0 > 0x20 }) else {
      throw DraftFault("it is empty; give a sample with at least one record")
    }
    let kind: BodyKind =
      switch first {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        try JSONShape.kind(of: charset.text.utf8, isCut: sample.isCut)
      case UInt8(ascii: "<"): .xml
      default: .lines
      }
    return ReadSample(sample: sample, charset: charset, kind: kind)
  }

  private static func majority<Value: Hashable>(_ values: [Value]) -> Value? {
    var counts: [Value: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    // Of equals the one that came first, so that the same samples give the same draft.
    let most = counts.values.max()
    return values.first { counts[$0] == most }
  }

  private static func charsetGuess(_ read: [ReadSample], _ charset: Charset) -> Guess {
    let speaking = read.filter { !$0.charset.isPlain }
    guard let best = speaking.max(by: { $0.charset.guess.sureness < $1.charset.guess.sureness })
    else {
      return read.first?.charset.guess ?? Guess(0, [])
    }
    let count = speaking.count > 1 ? ["\(speaking.count) samples agree"] : []
    return Guess(best.charset.guess.sureness, best.charset.guess.reasons + count)
  }
}

/// The shape of a body, found in all samples together.
struct BodyShape {
  var format: RecordFormat
  var label: String
  var guess: Guess
  var columnNotes: [String: String] = [:]
  var remarks: [String] = []

  static func find(
    _ kind: BodyKind, in samples: [ReadSample], charset: Charset, columns: [DraftColumn]
  ) throws(DraftFault) -> BodyShape {
    switch kind {
    case .json: return try JSONShape.find(in: samples)
    case .jsonLines:
      return BodyShape(
        format: .json(JSONFormat(lines: true)), label: "NDJSON, one JSON text a line",
        guess: Guess(97, ["its lines are JSON texts of their own"]))
    case .xml: return try XMLShape.find(in: samples)
    case .lines:
      let lines = samples.map { Lines($0.text) }
      if columns.contains(where: { $0.length != nil }) {
        return try FixedWidthShape.given(columns, samples, charset)
      }
      if let shape = KeyValueShape.find(in: lines) { return shape }
      if let shape = DelimitedShape.find(in: samples.map(\.text), columns: columns) { return shape }
      if let shape = FixedWidthShape.find(in: samples, charset) { return shape }
      throw DraftFault(
        "no shape was found in \(counted(lines.reduce(0) { $0 + $1.count }, "line")): no separator gives equal columns, it is not key=value, and no edges of columns in lines of one length; give more lines, or the layout with --columns NAME:LENGTH,…"
      )
    }
  }
}

/// The lines of a text, without their breaks and without blank ones.
struct Lines {
  let text: [UInt8]
  let ranges: [Range<Int>]
  private static let counted = 5_000

  init(_ text: [UInt8]) {
    self.text = text
    var (ranges, start) = ([Range<Int>](), 0)
    while start < text.count, ranges.count < Self.counted {
      let end = text[start...].firstIndex(of: 0x0A) ?? text.count
      var last = end
      if last > start, text[last - 1] == 0x0D { last -= 1 }
      if text[start..<last].contains(where: { $0 > 0x20 }) { ranges.append(start..<last) }
      start = end + 1
    }
    self.ranges = ranges
  }

  var count: Int { ranges.count }
  var all: LazyMapSequence<[Range<Int>], ArraySlice<UInt8>> { ranges.lazy.map { text[$0] } }
}
