import Configuration
import Foundation
import Mapping
import Records
import Testing

@testable import Drafting

@Suite("Whatever octets come in, there is an answer") struct HostileTests {
  static let bad: [(String, [UInt8], String)] = [
    ("nothing", [], "it is empty"),
    ("blanks", Array(" \n\t ".utf8), "it is empty"),
    ("a program", [0x7F, 0x45, 0x4C, 0x46, 0, 0, 1, 2, 3, 0, 0, 0, 9, 0], "it is no text"),
    ("broken JSON", Array("{\"a\":".utf8), "it begins like JSON and is none"),
    ("JSON without an object", Array("[1,2,3]".utf8), "no object in the JSON"),
    ("a document type", Array("<!DOCTYPE a><a><b>1</b></a>".utf8), "DTD_REFUSED"),
    ("XML without values", Array("<a/>".utf8), "no element of the XML looks like a record"),
    ("an open tag", Array("<a".utf8), "no element of the XML"),
    ("a word", Array("hello".utf8), "no shape was found"),
    ("lines of prose", Array("one\nand another one\nx y\n".utf8), "no shape was found"),
    ("a header alone", Array("XM,XB,CSRQ\n".utf8), "no record of them could be read"),
    ("a mark alone", [0xEF, 0xBB, 0xBF, 0x20], "it is empty"),
  ]

  @Test("what is no sample is refused with what to do", arguments: bad)
  func refused(_ name: String, _ bytes: [UInt8], _ words: String) throws {
    do {
      _ = try Draft.make(from: [DraftSample(name: "a", bytes: bytes)], try Home.knowledge())
      Issue.record("expected a fault")
    } catch let fault as DraftFault {
      #expect(fault.description.contains(words))
    }
  }

  @Test("a torn character does not hide the charset")
  func torn() throws {
    let rows = (0..<40).map { #"{"XM":"王小宁","DZ":"浙江省杭州市西湖区文三路\#($0)号"}"# }
    var bytes = Array(rows.joined(separator: "\n").utf8)
    bytes.remove(at: bytes.count / 2)
    let found = try Draft.make(from: [DraftSample(name: "a", bytes: bytes)], try Home.knowledge())
    #expect(found.recognition.charset == .utf8)
  }

  @Test("of a huge file only the beginning is read, and the draft says so")
  func huge() throws {
    let knowledge = try Home.knowledge()
    let line = DraftSample(name: "a", bytes: [UInt8](repeating: 0x61, count: 100 << 20))
    #expect(throws: DraftFault.self) { try Draft.make(from: [line], knowledge) }
    let row = Array("{\"XM\":\"王小宁\",\"XB\":\"1\"},".utf8)
    var json = Array("{\"rows\":[".utf8)
    while json.count <= DraftLimits.sampleBytes { json += row }
    let found = try Draft.make(from: [DraftSample(name: "big", bytes: json)], knowledge)
    #expect(found.recognition.label == "JSON, the records at rows")
    #expect(
      found.remarks.contains("big: only the first \(DraftLimits.sampleBytes) bytes were read"))
    #expect(found.remarks.contains("big is too large to be kept as a sample: give a shorter one"))
  }

  @Test("a schema that there is not is named with those that there are")
  func schema() throws {
    let fault = #expect(throws: DraftFault.self) {
      try draft([#"{"XM":"王小宁"}"#], schema: "std.persn.v1")
    }
    #expect(fault?.description.contains("std.person.v1") == true)
  }

  @Test("random octets and mutated samples give a draft or a fault, and every draft compiles")
  func random() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    try tryRandom(seed)
  }

  @Test(
    "seeds that once made a draft which does not compile",
    arguments: [
      // A name with a line's end in it ended the remark that told it.
      15_821_595_405_059_889_241,
      // A record with nothing but lists in it had a list for a number that is required.
      12_234_396_036_830_384_731,
    ])
  func kept(seed: UInt64) throws { try tryRandom(seed) }

  private func tryRandom(_ seed: UInt64) throws {
    var numbers = SplitMix(state: seed)
    let knowledge = try Home.knowledge()
    let seeds = try Written.all.flatMap { try Home.samples($0.department, $0.event).map(\.bytes) }
    var drafts = 0
    for _ in 0..<400 {
      var samples: [DraftSample] = []
      for number in 0..<Int.random(in: 1...3, using: &numbers) {
        let bytes = Self.bytes(seeds, &numbers)
        samples.append(
          DraftSample(name: "\(number)", bytes: bytes, isCut: Bool.random(using: &numbers)))
      }
      do {
        let draft = try Draft.make(from: samples, knowledge)
        drafts += 1
        let mapping = Array(draft.text("mappings/change.json5").utf8)
        _ = try Mapping.compile(
          try JSON5.read(mapping, file: "mapping"), tables: try AdapterTables.drafted(draft),
          knownSources: Self.names(draft.recognition.format))
        _ = try JSON5.read(Array(draft.text("adapter.json5").utf8), file: "adapter")
      } catch is DraftFault {}
    }
    #expect(drafts > 20)
  }

  private static func bytes(_ seeds: [[UInt8]], _ numbers: inout SplitMix) -> [UInt8] {
    if Int.random(in: 0..<4, using: &numbers) == 0 {
      let count = Int.random(in: 0...300, using: &numbers)
      let top: UInt8 = Bool.random(using: &numbers) ? 0x7E : 0xFF
      return (0..<count).map { _ in UInt8.random(in: 0...top, using: &numbers) }
    }
    var bytes = seeds.randomElement(using: &numbers) ?? []
    for _ in 0..<Int.random(in: 0...6, using: &numbers) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
      case 1: bytes.remove(at: place)
      case 2:
        bytes.insert(Array(",|=<>{}[]\"\n".utf8).randomElement(using: &numbers) ?? 0, at: place)
      default: bytes.removeLast(bytes.count - place)
      }
    }
    return bytes
  }

  private static func names(_ format: RecordFormat) -> [String]? {
    switch format {
    case .fixedWidth(let format): format.fields.map(\.name)
    case .delimited(let format): format.columns.isEmpty ? nil : format.columns
    case .json, .xml, .keyValue: nil
    }
  }
}

/// SplitMix64, so that a printed seed gives the same numbers again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
