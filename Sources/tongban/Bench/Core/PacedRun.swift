import Adapters
import Foundation
import Lanes
import Messaging

/// Latencies in seconds, sorted.
struct Latency {
  private let sorted: [Double]

  init(_ seconds: [Double]) {
    sorted = seconds.sorted()
  }

  func milliseconds(at quantile: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))] * 1000
  }
}

/// Sends messages at a steady 500 a second and measures each from before its publishing to its arrival
/// behind what is measured. The trace id carries the number: it goes through every hop.
struct PacedRun {
  let place: BenchPlace
  let count: Int

  /// What works between the queues meanwhile, on a thread of its own.
  struct Worker {
    let place: BenchPlace
    let count: Int

    func relay() throws {
      var relay = try BareRelay(place.endpoints.broker, queue: BenchPlace.intake)
      defer { relay.close() }
      try relay.relay(
        count, to: "gov.standard", routingKey: "std.tax-registration.v1.updated.330106")
    }

    func core(_ shelf: Shelf<AdapterSet>) throws {
      LaneRunner(place: place, shelf: shelf, expected: count, log: Log(level: .warning)).run()
    }
  }

  func run(_ work: @escaping @Sendable (Worker) throws -> Void) throws -> Latency {
    guard count > 0 else { return Latency([]) }
    let administration = try Administration(place.endpoints.broker, name: "tongban bench paced")
    try administration.purgeQueue(BenchPlace.out)
    administration.close()
    let crew = Crew()
    let worker = Worker(place: place, count: count)
    crew.start("bench worker") {
      do { try work(worker) } catch { complain("\(error)") }
    }
    let sender = PacedSender(place: place, count: count)
    crew.start("bench sender") { sender.run() }
    let latencies = try receive(from: sender)
    crew.join(within: 60)
    return Latency(latencies)
  }

  private func receive(from sender: PacedSender) throws -> [Double] {
    let consumer = Consumer(
      place.endpoints.broker, queue: BenchPlace.out, prefetch: 2_000, name: "tongban bench sink",
      log: { _ in })
    defer { consumer.close() }
    var latencies: [Double] = []
    let deadline = Date().addingTimeInterval(Double(count) / 500 + 60)
    while latencies.count < count, Date() < deadline {
      let deliveries = try consumer.take(max: 500, wait: 1)
      let now = ContinuousClock.now
      for delivery in deliveries {
        if let sent = sender.moment(of: delivery.message) {
          latencies.append((now - sent) / .seconds(1))
        }
      }
      if let last = deliveries.last { consumer.acknowledge(through: last.tag) }
    }
    guard latencies.count == count else {
      throw SettingsError(
        "\(latencies.count) of \(count) messages of the paced run arrived in time")
    }
    return latencies
  }
}

/// Publishes five messages every ten milliseconds and remembers when.
private final class PacedSender: Sendable {
  private let place: BenchPlace
  private let count: Int
  private let start = ContinuousClock.now

  init(place: BenchPlace, count: Int) {
    self.place = place
    self.count = count
  }

  func run() {
    let publisher = Publisher(place.endpoints.broker, name: "tongban bench sender", log: { _ in })
    defer { publisher.close() }
    do {
      for first in stride(from: 0, to: count, by: 5) {
        let due = start + .milliseconds(first * 2)
        while ContinuousClock.now < due { usleep(500) }
        let batch = (first..<min(first + 5, count)).map { number in
          BenchMessages.message(
            500_000_000 + number, traceparent: trace(number, at: ContinuousClock.now))
        }
        _ = try publisher.publish(batch, confirmWithin: 10, deadline: 30)
      }
    } catch { complain("\(error)") }
  }

  /// The moment of sending, in microseconds since the start, in the trace id.
  private func trace(_ number: Int, at moment: ContinuousClock.Instant) -> String {
    let since = Int64((moment - start) / .microseconds(1))
    let time = String(since, radix: 16)
    return "00-\(String(repeating: "0", count: 32 - time.utf8.count))\(time)-00000000000000ff-01"
  }

  func moment(of message: Message) -> ContinuousClock.Instant? {
    guard let trace = message.header("traceparent")?.text, trace.utf8.count == 55,
      let since = Int64(trace.dropFirst(3).prefix(32).drop { $0 == "0" }, radix: 16)
    else { return nil }
    return start + .microseconds(since)
  }
}
