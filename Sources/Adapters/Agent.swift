import Events
import Foundation
import Lanes
import Messaging
import Records

/// An adapter agent: stands at a department's edge and carries octets between its places and the broker.
///
/// It needs the broker and the department's folder or queue, and no database. One thread a place.
package struct Agent: Sendable {
  private let adapter: Adapter
  private let folder: URL
  private let broker: BrokerURI
  private let departmentBroker: BrokerURI
  private let surroundings: Surroundings

  /// - Parameters:
  ///   - folder: the department's edge folder; the places of the adapter are below it.
  ///   - departmentBroker: where the department's own queues are.
  package init(
    _ adapter: Adapter, folder: URL, broker: BrokerURI, departmentBroker: BrokerURI,
    surroundings: Surroundings
  ) {
    self.adapter = adapter
    self.folder = folder
    self.broker = broker
    self.departmentBroker = departmentBroker
    self.surroundings = surroundings
  }

  /// Starts the agent's threads; they end at the wish to stop.
  package func start(in crew: Crew) {
    for collection in adapter.edge.collections {
      guard let intake = adapter.intakes[collection.event] else { continue }
      start(collection, of: intake, in: crew)
    }
    if let place = adapter.edge.delivery { start(delivery: place, in: crew) }
  }

  private var name: String { "tongban agent \(adapter.department)" }

  private func start(_ collection: Edge.Collection, of intake: Adapter.Intake, in crew: Crew) {
    let (name, broker, departmentBroker) = (name, broker, departmentBroker)
    let (surroundings, folder, adapter) = (surroundings, folder, adapter)
    crew.start("\(name) collect \(collection.event)") {
      let log = surroundings.log.named(name)
      let publisher = Publisher(broker, name: "\(name) collect", log: { log.info($0) })
      defer { publisher.close() }
      let envelope = IntakeEnvelope(
        department: adapter.department, source: adapter.source, event: intake.event,
        region: collection.region, contentType: intake.contentType)
      let order = OrderKey(intake)
      switch collection.place {
      case .files(let drop, let splitter):
        var collector = FileCollector(
          settle: collection.settle, folder: folder.appending(path: drop), splitter: splitter,
          envelope: envelope, order: order, surroundings: surroundings)
        collector.run(through: publisher)
      case .queue(let queue):
        let consumer = Consumer(
          departmentBroker, queue: queue, prefetch: AdapterLimits.batch * 2,
          name: "\(name) collect",
          log: { log.info($0) })
        defer { consumer.close() }
        QueueCollector(
          queue: queue, envelope: envelope, order: order,
          keep: folder.appending(path: ".agent/refused"), surroundings: surroundings
        ).run(from: consumer, through: publisher)
      }
    }
  }

  private func start(delivery place: Edge.Place, in crew: Crew) {
    let (name, agent) = (name, self)
    crew.start("\(name) deliver") {
      let log = agent.surroundings.log.named(name)
      var target: (any DeliveryPlace)?
      let isOpen = agent.surroundings.persist("opening the place of \(name)", log: log) {
        target = try agent.open(place)
      }
      guard isOpen, let target else { return }
      let consumer = Consumer(
        agent.broker, queue: "department.\(agent.adapter.department)",
        prefetch: AdapterLimits.batch * 2, name: "\(name) deliver", log: { log.info($0) })
      defer { consumer.close() }
      Deliverer(
        department: agent.adapter.department, place: target, surroundings: agent.surroundings
      ).run(from: consumer)
    }
  }

  private func open(_ place: Edge.Place) throws -> any DeliveryPlace {
    switch place {
    case .files(let drop, let records):
      let journal = try DeliveryJournal(
        folder: folder.appending(path: drop), state: folder.appending(path: ".agent"))
      return FolderPlace(journal: journal, records: records)
    case .queue(let queue):
      let log = surroundings.log.named(name)
      return QueuePlace(
        queue: queue,
        publisher: Publisher(departmentBroker, name: "\(name) deliver", log: { log.info($0) }))
    }
  }
}
