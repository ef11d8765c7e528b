import Adapters
import Events
import Lanes
import Messaging
import Standards

/// gov.intake → gov.standard: recognise the adapter → parse → map and validate → check → serialise → route.
///
/// Around it the lane de-duplicates, publishes confirmed, records and acknowledges. It holds one
/// workbench for each department and event, whose memory is reused from record to record.
package struct CoreStage: Stage {
  package let name = "core"
  package let mayOverlap = true
  private let shelf: Shelf<AdapterSet>
  private var adapters: AdapterSet
  private var version: Int
  /// What a routing key leads to; the same few keys come again and again.
  private var posts: [String: Post] = [:]
  private var events = StandardEvents()
  /// Tells dates that lie in the future.
  private let today: @Sendable () -> CivilDate?
  /// A sender of ever new keys must not fill the memory.
  private static let rememberedKeys = 10_000

  /// - Parameter now: the clock; of it only the day in China is used.
  package init(_ shelf: Shelf<AdapterSet>, now: @escaping @Sendable () -> Instant) {
    self.shelf = shelf
    today = {
      CivilDate(daysSince1970: Int((now().microseconds + 8 * 3_600_000_000) / 86_400_000_000))
    }
    (adapters, version) = shelf.current
  }

  package mutating func work(_ batch: inout Batch) {
    takeChangedAdapters()
    let today = today()
    for index in batch.items.indices {
      let post = post(for: batch.items[index].delivery.message.routingKey)
      batch.items[index].source = post.department
      guard case .undecided = batch.items[index].verdict else { continue }
      switch post.destination {
      case .workbench(_, let source) where batch.items[index].event.source != source:
        batch.items[index].verdict = .dead(
          DeadLetter(
            stage: "core.recognise", code: "SOURCE_MISMATCH",
            place: "header \(Event.headerPrefix)source",
            expectation: "the adapter's source, \(source)"))
      case .workbench(let workbench, let source):
        batch.items[index].verdict = work(
          on: batch.items[index], at: workbench, source: source,
          region: post.region, today: today)
      case .nowhere(let letter): batch.items[index].verdict = .dead(letter)
      }
    }
  }

  /// Every record of the body becomes a standard event or a fault.
  private mutating func work(
    on item: Batch.Item, at workbench: Workbench, source: String, region: String,
    today: CivilDate?
  ) -> Batch.Verdict {
    var outputs: [Message] = []
    var faults = Faults()
    let message = item.delivery.message
    workbench.work(on: message.body, contentType: message.properties.contentType, today: today) {
      record, number in
      outputs.append(
        events.message(record, number: number, of: item, source: source, region: region))
    } fault: { letter, number in
      faults.add(letter, record: number)
    }
    return faults.told.map { .dead($0, outputs: outputs) } ?? .outputs(outputs)
  }

  private mutating func takeChangedAdapters() {
    guard shelf.version != version else { return }
    (adapters, version) = shelf.current
    posts.removeAll()
  }

  private mutating func post(for routingKey: String) -> Post {
    if let known = posts[routingKey] { return known }
    if posts.count >= Self.rememberedKeys { posts.removeAll() }
    let post = Post(routingKey: routingKey, in: adapters) { adapter, intake in
      // One workbench for all regions of an event.
      for case .workbench(let workbench, _) in posts.values.map(\.destination)
      where workbench.serves(adapter.department, intake.event) { return workbench }
      return Workbench(adapter, intake, reference: adapters.reference)
    }
    posts[routingKey] = post
    return post
  }
}

/// What a routing key `<department>.<event>.<region>` leads to.
struct Post {
  enum Destination {
    case workbench(Workbench, source: String)
    case nowhere(DeadLetter)
  }

  /// In the ledger: the department's code, or `unknown`, so that no sender can invent rows.
  var department = "unknown"
  var region = ""
  var destination: Destination

  init(
    routingKey: String, in adapters: AdapterSet,
    workbench: (Adapter, Adapter.Intake) -> Workbench
  ) {
    func nowhere(_ code: String, _ expectation: String) -> Destination {
      .nowhere(
        DeadLetter(
          stage: "core.recognise", code: code, place: "routing key \(routingKey)",
          expectation: expectation))
    }
    let words = routingKey.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 3, !words.contains("") else {
      destination = nowhere("MALFORMED_ROUTING_KEY", "<department>.<event>.<region>")
      return
    }
    guard let adapter = adapters.adapters[words[0]] else {
      let known = adapters.adapters.keys.sorted().joined(separator: ", ")
      destination = nowhere("UNKNOWN_DEPARTMENT", "a department with an adapter: \(known)")
      return
    }
    department = adapter.department
    region = words[2]
    guard let intake = adapter.intakes[words[1]] else {
      let known = adapter.intakes.keys.sorted().joined(separator: ", ")
      destination = nowhere("UNKNOWN_EVENT", "an event of \(words[0]): \(known)")
      return
    }
    destination = .workbench(workbench(adapter, intake), source: adapter.source)
  }
}
