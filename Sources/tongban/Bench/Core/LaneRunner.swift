import Adapters
import Events
import Foundation
import Lanes
import Routing
import Storage
import Synchronization

/// Runs the real core lane until it has acknowledged so many messages.
final class LaneRunner: Sendable {
  private let place: BenchPlace
  private let shelf: Shelf<AdapterSet>
  private let expected: Int
  private let log: Log
  private let stop = StopSignal()
  private let worked = Atomic<Int>(0)

  init(place: BenchPlace, shelf: Shelf<AdapterSet>, expected: Int, log: Log) {
    self.place = place
    self.shelf = shelf
    self.expected = expected
    self.log = log
  }

  /// Blocks until all are acknowledged.
  func run() {
    // At the acknowledgement after the last message has been worked on, the lane is asked to stop; it
    // then finishes what it has begun.
    let surroundings = Surroundings(
      now: { Instant(seconds: Date().timeIntervalSince1970) },
      random: { Double.random(in: 0..<1) }, stop: stop, log: log,
      failpoint: { [self] point in
        if point == "core.acknowledged", worked.load(ordering: .relaxed) >= expected { stop.set() }
      })
    let stage = CountedStage(work: CoreStage(shelf, now: surroundings.now), runner: self)
    Lane(
      stage: stage, queue: BenchPlace.intake, endpoints: place.endpoints, surroundings: surroundings
    ).run()
  }

  fileprivate func count(_ batch: Batch) { worked.add(batch.items.count, ordering: .relaxed) }
}

/// The core stage, counted.
private struct CountedStage: Stage {
  var work: CoreStage
  let runner: LaneRunner

  var name: String { work.name }
  var mayOverlap: Bool { work.mayOverlap }
  mutating func work(_ batch: inout Batch) {
    work.work(&batch)
    runner.count(batch)
  }
  mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws {
    try work.prepare(&batch, in: database, at: now)
  }
  mutating func idle(now: Instant) { work.idle(now: now) }
}
