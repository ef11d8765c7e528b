import Events
import Foundation
import Lanes
import Messaging

/// Carries the files of one drop folder to `gov.intake`: look → wait until whole → cut → publish
/// confirmed → move to `done`. A crash anywhere repeats the file under the same ids.
struct FileCollector {
  private let collection: Edge.Collection
  private let envelope: IntakeEnvelope
  private let order: OrderKey
  private let splitter: RecordSplitter
  private let folder: URL
  private let surroundings: Surroundings
  private let log: Log
  private var watch: DropWatch

  init(
    _ collection: Edge.Collection, folder: URL, splitter: RecordSplitter, envelope: IntakeEnvelope,
    order: OrderKey, surroundings: Surroundings
  ) {
    self.collection = collection
    self.folder = folder
    self.splitter = splitter
    self.envelope = envelope
    self.order = order
    self.surroundings = surroundings
    log = surroundings.log.named("tongban agent \(envelope.department)")
    watch = DropWatch(settle: collection.settle)
  }

  /// Works until the wish to stop.
  mutating func run(through publisher: Publisher) {
    while !surroundings.stop.isSet {
      let isDone = surroundings.persist("collecting from \(folder.path)", log: log) {
        for name in watch.look(try files(), now: surroundings.now().microseconds) {
          guard !surroundings.stop.isSet else { return }
          try carry(name, through: publisher)
        }
      }
      guard isDone else { return }
      publisher.serve()
      surroundings.stop.wait(seconds: AdapterLimits.look)
    }
  }

  /// What lies in the folder itself; sub-folders, links and special files are not a department's records.
  private func files() throws -> [DropWatch.Seen] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).compactMap { name in
      var status = stat()
      guard lstat(folder.appending(path: name).path, &status) == 0,
        status.st_mode & S_IFMT == S_IFREG
      else { return nil }
      let time = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
      return DropWatch.Seen(name: name, size: Int64(status.st_size), modified: time)
    }
  }

  private func carry(_ name: String, through publisher: Publisher) throws {
    let file = folder.appending(path: name)
    let modified = try file.resourceValues(forKeys: [.contentModificationDateKey])
    let time = Instant(seconds: modified.contentModificationDate?.timeIntervalSince1970 ?? 0)
    // Mapped, not read: a file larger than memory is carried record by record.
    let content = try Data(contentsOf: file, options: .alwaysMapped)
    let count = try content.withUnsafeBytes { octets in
      try publish(octets, of: name, time: time, through: publisher)
    }
    guard let count else { return try put(file, into: "refused") }
    surroundings.failpoint("agent.collected")
    try put(file, into: "done")
    log.info("carried \(count) records of \(file.path)")
  }

  /// Returns the number of records, or nil if one of them is too large to be a message.
  private func publish(
    _ octets: UnsafeRawBufferPointer, of name: String, time: Instant, through publisher: Publisher
  ) throws -> Int? {
    var batch = FileBatch()
    var seen: [String: Int] = [:]
    var count = 0
    var isTooLarge = false
    try splitter.split(octets) { range in
      guard range.count <= AdapterLimits.body else {
        isTooLarge = true
        return false
      }
      let record = UnsafeRawBufferPointer(rebasing: octets[range])
      let body = Array(record)
      count += 1
      let first = envelope.id(of: body, occurrence: 0)
      let occurrence = seen[first, default: 0]
      seen[first] = occurrence + 1
      let message = envelope.message(
        id: occurrence == 0 ? first : envelope.id(of: body, occurrence: occurrence), body: body,
        time: time, subject: "\(name)#\(count)", partition: order.partition(of: record))
      if batch.isFull(before: message) { try batch.publish(through: publisher) }
      batch.add(message)
      return !surroundings.stop.isSet
    }
    if isTooLarge {
      log.error(
        "\(folder.path)/\(name): record \(count + 1) is larger than \(AdapterLimits.body) octets; "
          + "moved to refused/: have the department split it, then drop it again")
      return nil
    }
    try batch.publish(through: publisher)
    if surroundings.stop.isSet && splitter == .lines {
      throw EdgeError("stopped in the middle of \(name)")
    }
    return count
  }

  /// Moves a file out of the drop, beside those that went before under the same name.
  private func put(_ file: URL, into place: String) throws {
    let target = folder.appending(path: place)
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    var name = file.lastPathComponent
    var number = 1
    while FileManager.default.fileExists(atPath: target.appending(path: name).path) {
      number += 1
      name = "\(file.lastPathComponent)~\(number)"
    }
    try FileManager.default.moveItem(at: file, to: target.appending(path: name))
  }
}

/// Records on their way to the broker, bounded in number and octets.
struct FileBatch {
  private var messages: [Message] = []
  private var octets = 0

  func isFull(before message: Message) -> Bool {
    !messages.isEmpty
      && (messages.count >= AdapterLimits.batch
        || octets + message.body.count > AdapterLimits.batchOctets)
  }

  mutating func add(_ message: Message) {
    messages.append(message)
    octets += message.body.count
  }

  /// Publishes all and waits for the confirms.
  ///
  /// - Throws: `EdgeError` if the exchange has no queue for them; they are published again later.
  mutating func publish(through publisher: Publisher) throws {
    guard !messages.isEmpty else { return }
    try publisher.deliver(messages)
    messages.removeAll(keepingCapacity: true)
    octets = 0
  }
}

extension Publisher {
  /// Publishes and confirms; a message that no queue takes is an error, since it must not be lost.
  func deliver(_ messages: [Message]) throws {
    let outcomes = try publish(messages, confirmWithin: 10, deadline: 60)
    for (message, outcome) in zip(messages, outcomes) where outcome != .confirmed {
      throw EdgeError(
        "the broker has no queue for \(message.exchange) \(message.routingKey): "
          + "run `tongban topology apply`")
    }
  }
}
