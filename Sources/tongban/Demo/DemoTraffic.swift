import Foundation
import Lanes
import Messaging
import SampleCity

/// What three departments of the sample city send in the demo, good and bad, and what must come of it.
struct DemoTraffic {
  let city = SampleCity(seed: 2_026)
  let edge: URL
  let broker: BrokerURI

  /// The books of the core stage that the traffic must lead to, before anything is replayed.
  static let expected: [String: Books] = [
    // 150 files of one record, 10 of twenty, the first file once more, five that cannot be read.
    "public-security": Books(accepted: 166, published: 160, duplicate: 1, dead: 5),
    // Three files of 400 lines, the first file once more, two bad lines.
    "social-security": Books(accepted: 1_602, published: 1_200, duplicate: 400, dead: 2),
    // 2,000 changes, 40 sent twice, three with a code that nobody knows, four that are wrong.
    "tax": Books(accepted: 2_047, published: 2_000, duplicate: 40, dead: 7),
    // A message for a department that there is not.
    "unknown": Books(accepted: 1, published: 0, duplicate: 0, dead: 1),
  ]

  /// Messages with this status code die until the code table knows it.
  static let unknownStatus = "77"
  static let unknownStatusCount = 3

  /// Standard events of each kind.
  static let persons = 150 + 10 * 20
  static let insurances = 3 * 400
  static let registrations = 2_000 + unknownStatusCount

  /// Records that each department must find in its place at the end, each once.
  static let delivered = [
    "public-security": registrations,
    "social-security": persons + registrations,
    "tax": persons + insurances,
  ]

  struct Books: Equatable {
    var accepted, published, duplicate, dead: Int64
  }

  func send() throws {
    try dropHouseholdChanges()
    try dropInsuranceChanges()
    try publishTaxChanges()
  }

  // MARK: public security

  private func dropHouseholdChanges() throws {
    let folder = try drop("public-security")
    for number in 0..<150 {
      try folder.put("hj-\(number).xml", city.householdFile([row(number)]))
    }
    for night in 0..<10 {
      let rows = (0..<20).map { row(1_000 + night * 20 + $0) }
      try folder.put("night-\(night).xml", city.householdFile(rows))
    }
    try folder.put("hj-0-again.xml", city.householdFile([row(0)]))
    try folder.put("broken.xml", Array("<ROOT><ROW><HJYWID>1</HJYWID></ROOT>".utf8))
    try folder.put("bomb.xml", Array(DemoTraffic.bomb.utf8))
    try folder.put("external.xml", Array(DemoTraffic.external.utf8))
    try folder.put("empty.xml", [])
    var torn = city.householdFile([row(2_000)])
    // Half of a two-octet character in the middle of the name.
    if let end = torn.firstRange(of: Array("</XM>".utf8)) { torn.insert(0xB0, at: end.lowerBound) }
    try folder.put("torn.xml", torn)
  }

  private func row(_ number: Int) -> String {
    city.householdRow(700_000 + number, of: city.person(number))
  }

  private static let bomb = """
    <?xml version="1.0"?>
    <!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
    <ROOT><ROW><XM>&c;&c;&c;&c;</XM></ROW></ROOT>
    """
  private static let external = """
    <?xml version="1.0"?>
    <!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <ROOT><ROW><XM>&x;</XM></ROW></ROOT>
    """

  // MARK: social security

  private func dropInsuranceChanges() throws {
    let folder = try drop("social-security")
    for file in 0..<3 {
      var lines: [UInt8] = []
      for line in 0..<400 { lines += insuranceLine(file * 400 + line) + [0x0A] }
      if file == 2 { lines += wrongCheckCharacter + [0x0A] + undecodable + [0x0A] }
      try folder.put("cb-\(file).txt", lines)
      if file == 0 { try folder.put("cb-0-again.txt", lines) }
    }
  }

  private func insuranceLine(_ number: Int) -> [UInt8] {
    city.insuranceLine(
      800_000 + number, of: city.person(10_000 + number), at: city.enterprise(number % 50))
  }

  /// The check character of the identity number, columns 41 to 58, is not the right one.
  private var wrongCheckCharacter: [UInt8] {
    var line = insuranceLine(5_000)
    line[57] = line[57] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
    return line
  }

  /// An octet that begins no character of GB18030 in the name, columns 59 to 98.
  private var undecodable: [UInt8] {
    var line = insuranceLine(5_001)
    line[60] = 0xFF
    return line
  }

  // MARK: tax

  private func publishTaxChanges() throws {
    let publisher = Publisher(broker, name: "stand-in tax", log: { _ in })
    defer { publisher.close() }
    var messages = (0..<2_000).map { tax($0) }
    messages += (0..<40).map { tax($0 * 7) }
    messages += (0..<DemoTraffic.unknownStatusCount).map {
      tax(3_000 + $0, status: DemoTraffic.unknownStatus)
    }
    messages += wrongTaxChanges()
    _ = try publisher.publish(messages, confirmWithin: 10, deadline: 60)
  }

  private func tax(_ number: Int, status: String = "03") -> Message {
    city.taxMessage(
      number, of: city.enterprise(number), exchange: "", routingKey: "tax.changes", status: status)
  }

  private func wrongTaxChanges() -> [Message] {
    // The id of an earlier change with another body.
    var reused = tax(5)
    reused.body = city.taxRecord(5, of: city.enterprise(5), status: "04")
    var notJSON = tax(4_000)
    notJSON.body = Array("{\"BGXH\": ".utf8)
    var notWhatItSays = tax(4_001)
    notWhatItSays.properties.contentType = "application/xml"
    return [reused, notJSON, notWhatItSays]
  }

  /// What comes to the hub past any agent: a header of the wrong type, and a department that there is not.
  func sendAroundAgents() throws {
    let publisher = Publisher(broker, name: "stand-in stranger", log: { _ in })
    defer { publisher.close() }
    var wrongHeader = tax(4_002)
    (wrongHeader.exchange, wrongHeader.routingKey) = (
      "gov.intake", "tax.registration-change.330106"
    )
    wrongHeader.headers.append(Field("cloudEvents_subject", .table([Field("a", .int(1))])))
    var stranger = tax(4_003)
    (stranger.exchange, stranger.routingKey) = ("gov.intake", "weather.forecast.330106")
    _ = try publisher.publish([wrongHeader, stranger], confirmWithin: 10, deadline: 60)
  }

  private func drop(_ department: String) throws -> Drop {
    try Drop(edge.appending(path: department).appending(path: "out"))
  }
}
