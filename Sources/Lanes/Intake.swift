import Messaging

/// Where a lane's deliveries come from: a consumer that is kept alive while the lane waits for something else.
final class Intake {
  private let broker: BrokerURI
  private let queue: String
  private let batch: Int
  let name: String
  private let log: Log
  /// Nil after everything was given back, until something is taken again.
  private var consumer: Consumer?
  /// What came while the lane was waiting, in order; never more than the broker's prefetch allows.
  private var early: [Delivery] = []
  /// The connection that what we hold came over; nil if it is gone.
  private var generation: UInt64?

  /// Batches that the broker may have under way to us: one that is confirmed, one that is worked on, one to come.
  private static let batchesUnderWay = 3

  /// Seconds of one look at the connection: shorter than the shortest wait before a new connection is made, so
  /// that each loss is seen.
  private static let glance = Backoff().first / 4

  init(_ broker: BrokerURI, queue: String, batch: Int, name: String, log: Log) {
    self.broker = broker
    self.queue = queue
    self.batch = batch
    self.name = name
    self.log = log
  }

  private func open() -> Consumer {
    if let consumer { return consumer }
    let made = Intake.consumer(broker, queue, batch, name, log)
    consumer = made
    return made
  }

  private static func consumer(
    _ broker: BrokerURI, _ queue: String, _ batch: Int, _ name: String, _ log: Log
  ) -> Consumer {
    Consumer(
      broker, queue: queue, prefetch: min(65_535, batch * batchesUnderWay), name: name,
      log: { log.info($0) })
  }

  /// The next batch, all of one connection; empty if nothing came in `wait` seconds. While deliveries are in hand
  /// the wait is none, so that a lost connection is seen before there is another.
  func take(wait: Double) throws(MessagingError) -> [Delivery] {
    guard early.isEmpty else {
      let next = Array(early.prefix(inBudget(early)))
      early.removeFirst(next.count)
      return next
    }
    return try pull(wait: wait)
  }

  /// How many of the first make a batch, by number and by octets.
  private func inBudget(_ deliveries: [Delivery]) -> Int {
    var (count, octets) = (0, 0)
    for delivery in deliveries.prefix(batch) where octets < Consumer.octetBudget {
      count += 1
      octets += delivery.message.body.count
    }
    return count
  }

  /// Whether so much has come while the lane was waiting that no more can be held.
  var isFull: Bool {
    early.reduce(0) { $0 + $1.message.body.count } >= Consumer.octetBudget
  }

  private func pull(wait: Double) throws(MessagingError) -> [Delivery] {
    let consumer = open()
    let deliveries = try consumer.take(max: batch, wait: wait)
    if let last = deliveries.last { generation = last.tag.generation }
    if !consumer.isConnected {
      generation = nil
      early.removeAll()
    }
    return deliveries
  }

  /// A refusal only means that the connection is gone and the deliveries come again.
  func acknowledge(through tag: DeliveryTag) { consumer?.acknowledge(through: tag) }

  /// Whether the broker still counts these deliveries as ours, as far as we have seen.
  func isHeld(_ batch: Batch) -> Bool {
    consumer?.isConnected == true && batch.items.last?.delivery.tag.generation == generation
  }

  /// Waits, and meanwhile serves the heartbeat, so that the broker does not take what we hold for lost; where nothing
  /// is held after it was given back, only waits.
  func hold(for seconds: Double, unless stop: StopSignal) {
    let end = ContinuousClock.now + .seconds(seconds)
    while !stop.isSet {
      let left = (end - ContinuousClock.now) / .seconds(1)
      guard left > 0 else { return }
      guard let consumer, !isFull else {
        stop.wait(seconds: min(left, Intake.glance))
        continue
      }
      do {
        early += try pull(wait: min(left, Intake.glance))
        if !consumer.isConnected { stop.wait(seconds: min(left, Intake.glance)) }
      } catch {
        stop.wait(seconds: min(left, 0.1))
      }
    }
  }

  /// Gives all deliveries back to the queue; what is taken then comes over a new connection.
  func giveBack() {
    consumer?.close()
    consumer = nil
    early.removeAll()
    generation = nil
  }

  func close() { consumer?.close() }
}
