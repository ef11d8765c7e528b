import Cryptography
import Events
import Foundation
import Lanes
import Messaging

/// Carries the files of one drop folder to `gov.intake`: look → wait until whole → cut → publish
/// confirmed → move to `done`. A crash anywhere repeats the file under the same ids.
///
/// Trouble with one file sets that file aside for a while; trouble with the folder or the broker stops the round.
struct FileCollector {
  private let envelope: IntakeEnvelope
  private let order: OrderKey
  private let splitter: RecordSplitter
  private let folder: URL
  private let surroundings: Surroundings
  private let log: Log
  /// Microseconds of a clock that nobody sets.
  private let uptime: () -> Int64
  private var watch: DropWatch
  private var aside: [FileName: Aside] = [:]
  private var moved: [Moved] = []

  /// A file that waits for its next try.
  private struct Aside {
    var backoff = Backoff(first: 1, cap: 300)
    var until: Int64 = 0
    /// Set if all its records are with the broker and only the move is left.
    var carried: Carried?
  }

  private struct Carried {
    let file: DropWatch.Seen
    let records: Int
    /// The numbers of the first records that cannot become messages.
    var refused: [Int] = []
  }

  /// A file that has gone to `done`, while its writer may still hold it open.
  private struct Moved {
    let file: DropWatch.Seen
    let place: FileName
    let until: Int64
  }

  init(
    settle: Double, folder: URL, splitter: RecordSplitter, envelope: IntakeEnvelope,
    order: OrderKey, surroundings: Surroundings,
    uptime: @escaping () -> Int64 = FileCollector.monotonic
  ) {
    self.folder = folder
    self.splitter = splitter
    self.envelope = envelope
    self.order = order
    self.surroundings = surroundings
    self.uptime = uptime
    log = surroundings.log.named("tongban agent \(envelope.department)")
    watch = DropWatch(settle: settle)
  }

  /// Works until the wish to stop.
  mutating func run(through publisher: Publisher) {
    while !surroundings.stop.isSet {
      let isDone = surroundings.persist("collecting from \(folder.path)", log: log) {
        try round { batch in try batch.publish(through: publisher) }
      }
      guard isDone else { return }
      publisher.serve()
      surroundings.stop.wait(seconds: AdapterLimits.look)
    }
  }

  /// One look at the folder, and all that is whole in it.
  mutating func round(_ publish: Publish) throws {
    let drop = try DropFolder(folder)
    // First of all, since what cannot be moved would be published again and again.
    let done = try drop.folder("done")
    putBackWhatGrew(from: done, to: drop)
    let files = try drop.look()
    let names = Set(files.map(\.name))
    aside = aside.filter { names.contains($0.key) }
    for file in watch.look(files, now: uptime()) {
      guard !surroundings.stop.isSet else { return }
      guard uptime() >= aside[file.name]?.until ?? 0 else { continue }
      do {
        try carry(file, in: drop, done: done, publish)
      } catch let trouble as FileTrouble {
        setAside(file.name, trouble)
      }
    }
  }

  typealias Publish = (inout Outgoing<Int>) throws -> [Outgoing<Int>.Refused]

  private mutating func setAside(_ name: FileName, _ trouble: FileTrouble) {
    var entry = aside[name] ?? Aside()
    let seconds = entry.backoff.next(random: surroundings.random())
    entry.until = uptime() + Int64(seconds * 1_000_000)
    aside[name] = entry
    log.warning("\(trouble); the other files go on, next try in \(Int(seconds * 1000)) ms")
  }

  private mutating func carry(
    _ seen: DropWatch.Seen, in drop: DropFolder, done: DropFolder, _ publish: Publish
  ) throws {
    let file = try drop.open(seen.name)
    // Whatever differs from what was looked at is a file that is not whole yet: the next look begins anew.
    guard file.status == seen else { return }
    var carried = aside[seen.name]?.carried
    if carried?.file != seen { carried = try self.publish(file, seen, publish) }
    guard let carried, file.status == seen else { return }
    aside[seen.name, default: Aside()].carried = carried
    surroundings.failpoint("agent.collected")
    if carried.refused.isEmpty {
      let place = try drop.move(seen.name, to: done, as: seen.name)
      regret(seen, at: place)
      log.info("carried \(carried.records) records of \(drop.path), file \(seen.name.label)")
    } else {
      let refused = try drop.folder("refused")
      try drop.move(seen.name, to: refused, as: seen.name)
      log.error(
        "\(drop.path), file \(seen.name.label): too large for a message: record "
          + carried.refused.map(String.init).joined(separator: ", ")
          + "; the other records are carried and the file is in refused/: have the department split "
          + "what is above \(AdapterLimits.body) octets or the broker's own bound, and drop it again"
      )
    }
    aside[seen.name] = nil
  }

  /// Returns nil if the file was cut under our hands, or the wish to stop came.
  private func publish(
    _ file: DropFile, _ seen: DropWatch.Seen, _ publish: Publish
  ) throws -> Carried? {
    let time = Instant(microseconds: seen.modified)
    let label = seen.name.label
    var cutter = RecordCutter(splitter)
    var batch = Outgoing<Int>()
    var occurrences = Occurrences<Key128>()
    var count = 0
    var refused: [Int] = []
    func take(_ cut: RecordCutter.Cut) throws {
      count += 1
      guard case .record(let body) = cut else { return refused.append(count) }
      let digest = envelope.digest(of: body)
      let message = envelope.message(
        id: envelope.id(of: digest, occurrence: occurrences.next(digest)), body: body,
        time: time, subject: "\(label)#\(count)",
        partition: body.withUnsafeBytes { order.partition(of: $0) })
      if batch.isFull(before: message) { refused += try publish(&batch).map(\.origin) }
      batch.add(message, from: count)
    }
    let isWhole = try file.read(seen.size) { chunk in
      try cutter.take(chunk, take)
      return !surroundings.stop.isSet
    }
    guard isWhole, !surroundings.stop.isSet else { return nil }
    try cutter.finish(take)
    refused += try publish(&batch).map(\.origin)
    return Carried(file: seen, records: count, refused: Array(refused.sorted().prefix(20)))
  }

  // MARK: writers that go on after the move

  private mutating func regret(_ file: DropWatch.Seen, at place: FileName) {
    let until = uptime() + Int64(AdapterLimits.regret.seconds * 1_000_000)
    moved.append(Moved(file: file, place: place, until: until))
    if moved.count > AdapterLimits.regret.files { moved.removeFirst() }
  }

  /// A writer that paused for longer than `settle` wrote on into a file that had moved: it comes back to the drop
  /// and is carried again once it is whole. The records that went already have the same ids.
  private mutating func putBackWhatGrew(from done: DropFolder, to drop: DropFolder) {
    let now = uptime()
    moved.removeAll { item in
      guard now < item.until, let file = done.status(of: item.place),
        file.inode == item.file.inode
      else { return true }
      if (file.size, file.modified) == (item.file.size, item.file.modified) { return false }
      do {
        try done.move(item.place, to: drop, as: item.file.name)
        log.warning(
          "\(done.path), file \(item.file.name.label): changed after it was carried, and is back in the "
            + "drop: have it written under a name that says \"not yet\", or make `settle` longer")
        return true
      } catch {
        log.warning("a file that changed after it was carried stays in done: \(error)")
        return false
      }
    }
  }

  private static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
