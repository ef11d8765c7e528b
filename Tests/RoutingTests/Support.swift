import Adapters
import Catalogue
import Events
import Foundation
import Lanes
import Messaging
import SampleCity
import Testing

@testable import Routing

/// The project's own topology and adapters.
let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
let city = SampleCity(seed: 11)
let quiet = Log(level: .silent)
/// 2026-11-24T00:00:00Z
let now = Instant(microseconds: 1_795_478_400_000_000)

/// The project's catalogue, for all departments that have an adapter.
func projectCatalogue() throws -> Catalogue {
  let departments = try FileManager.default.contentsOfDirectory(
    atPath: home.appending(path: "adapters").path)
  return try Catalogue.load(
    folder: home.appending(path: "topology/catalogue").path, departments: departments)
}

/// A message as a lane takes it off its queue.
func delivery(_ message: Message, _ number: UInt64 = 1) -> Delivery {
  Delivery(tag: DeliveryTag(generation: 1, number: number), redelivered: false, message: message)
}

func taxMessage(_ number: Int = 1, status: String = "03") -> Message {
  city.taxMessage(
    number, of: city.enterprise(number), exchange: "gov.intake",
    routingKey: "tax.registration-change.330106", status: status)
}

func householdMessage(_ rows: [String], id: String = "h-1") -> Message {
  Event(
    id: id, source: "urn:gov:public-security:household-register",
    type: "public-security.household-change",
    dataContentType: "application/xml; charset=GB18030"
  ).message(
    exchange: "gov.intake", routingKey: "public-security.household-change.330106",
    body: city.householdFile(rows))
}

extension Batch.Verdict {
  var messages: [Message] {
    switch self {
    case .outputs(let messages), .dead(_, let messages): messages
    default: []
    }
  }

  var letter: DeadLetter? {
    if case .dead(let letter, _) = self { return letter }
    return nil
  }
}

func text(_ message: Message?) -> String { String(decoding: message?.body ?? [], as: UTF8.self) }
