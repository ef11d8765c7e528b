import Adapters
import BaseLibrary
import Catalogue
import Events
import Foundation
import Inspection
import Lanes
import Messaging
import Notices
import Routing
import Standards
import Storage
import Supervision
import Sync
import Topology

/// The hub's roles as threads of one process, from start to graceful end.
struct Hub {
  private let settings: Settings
  private let roles: [Role]
  private let stop: StopSignal
  private let surroundings: Surroundings
  private let endpoints: Endpoints
  private let crew = Crew()

  init(_ settings: Settings, roles: [Role], stop: StopSignal) throws {
    self.settings = settings
    self.roles = roles
    self.stop = stop
    surroundings = Surroundings.real(stop: stop, log: settings.log)
    endpoints = try settings.endpoints()
  }

  /// Starts every role; returns when all are at work.
  ///
  /// - Throws: what is wrong with topology, adapters, flows or notices, before anything is consumed.
  func start() throws {
    let participants = try Participants(settings)
    // All that may be wrong with a file is found before the first message is taken.
    let routes = roles.contains(.core) || roles.contains(.distribute)
    let shelves = try routes ? Shelves(participants, settings) : nil
    let cases = try roles.contains(.sync) ? CaseShelves(participants, settings) : nil
    let rules = try roles.contains(.notify) ? NoticeRules.load(home: settings.home) : nil
    try prepareDatabase()
    if let shelves { startRouting(shelves) }
    if roles.contains(.archive) { lane("deadletters") { ArchiveStage() } }
    if let cases { startSync(participants, cases) }
    startReloading(participants, shelves, cases)
    if let rules { startNotices(rules) }
    if roles.contains(.sync) || roles.contains(.notify) { startOutbox() }
    startHousekeeping()
  }

  /// Waits for the end of all threads.
  func join() { crew.join() }

  // MARK: roles

  /// Who takes part, by topology/exchange.json5. A department that is added there while the hub runs takes part
  /// from then on; partitions and queues of the hub's own are as they were at its start.
  private struct Participants {
    /// As it was at the start.
    let topology: Topology
    let departments: Shelf<Set<String>>
    /// Departments that have a queue for deliveries.
    let takers: Shelf<Set<String>>
    let file: URL

    init(_ settings: Settings) throws {
      let folder = settings.home.appending(path: "topology")
      let file = folder.appending(path: "exchange.json5")
      self.file = file
      topology = try Topology.load(folder: folder.path)
      departments = try Shelf(watching: [file], log: settings.log) {
        Set(try Topology.load(folder: folder.path).departments)
      }
      takers = try Shelf(watching: [file], log: settings.log) {
        let participants = try Topology.load(folder: folder.path).participants
        return Set(participants.filter { $0.takes.contains("data") }.map(\.code))
      }
    }

    func reload() {
      departments.reload()
      takers.reload()
    }
  }

  /// The configuration of the routing lanes, read.
  private struct Shelves {
    let adapters: Shelf<AdapterSet>
    let catalogue: Shelf<Catalogue>
    let rules: Shelf<Rules>
    let participants: Participants

    init(_ participants: Participants, _ settings: Settings) throws {
      let home = settings.home
      self.participants = participants
      adapters = try AdapterSet.shelf(home: home, log: settings.log)
      let departments: @Sendable () throws -> [String] = {
        try Topology.load(folder: home.appending(path: "topology").path).departments
      }
      let folder = home.appending(path: "topology/catalogue")
      catalogue = try Shelf(watching: [folder, participants.file], log: settings.log) {
        try Catalogue.load(folder: folder.path, departments: departments())
      }
      let places = ["topology/library", "topology/schemas", "topology/exchange.json5"]
      rules = try Shelf(watching: places.map { home.appending(path: $0) }, log: settings.log) {
        try Rules.load(home: home, departments: departments())
      }
    }

    func reload() {
      adapters.reload()
      catalogue.reload()
      rules.reload()
    }
  }

  private func startRouting(_ shelves: Shelves) {
    let topology = shelves.participants.topology
    let (surroundings, shelf) = (surroundings, shelves.adapters)
    let rules = shelves.rules
    let database = endpoints.database
    if roles.contains(.core) {
      for queue in topology.queues(ofFamily: "core") {
        lane(queue) {
          let library = Database(
            database, name: "tongban lookup \(queue)", settings: [("statement_timeout", "20s")])
          return CoreStage(
            shelf, library: LibraryLookup(library) { rules.current.value }, now: surroundings.now)
        }
      }
    }
    if roles.contains(.distribute) {
      let distribute = DistributeStage.Shelves(
        adapters: shelf, catalogue: shelves.catalogue, rules: rules,
        takers: shelves.participants.takers)
      for queue in topology.queues(ofFamily: "distribute") {
        lane(queue) { DistributeStage(distribute, now: surroundings.now) }
      }
    }
  }

  /// The configuration of the sync lanes and of the supervision, read.
  private struct CaseShelves {
    /// The flows that events may begin.
    let flows: Shelf<[FlowFile]>
    let calendar: Shelf<WorkCalendar>
    /// The states of cases that departments handle in their own systems.
    let states: Shelf<CaseStates>

    init(_ participants: Participants, _ settings: Settings) throws {
      let (home, departments) = (settings.home, participants.departments)
      let folder = home.appending(path: "topology/flows")
      flows = try Shelf(watching: [folder], log: settings.log) {
        try FlowFile.all(in: folder.path)
      }
      calendar = try WorkCalendar.shelf(settings)
      states = try Shelf(watching: [home.appending(path: "topology/cases")], log: settings.log) {
        try CaseStates.load(home: home, departments: departments.current.value.sorted())
      }
    }

    func reload() {
      flows.reload()
      calendar.reload()
      states.reload()
    }
  }

  private func startSync(_ participants: Participants, _ shelves: CaseShelves) {
    let (flows, calendar, states) = (shelves.flows, shelves.calendar, shelves.states)
    let departments = participants.departments
    lane(CaseEventStage.queue) { CaseEventStage(flows) }
    lane(FollowStage.queue) { FollowStage(states) }
    for queue in participants.topology.queues(ofFamily: "sync") {
      lane(queue) { SyncStage { departments.current.value } }
    }
    let (endpoints, surroundings) = (endpoints, surroundings)
    crew.start("tongban supervision") {
      SupervisionWorker(endpoints: endpoints, surroundings: surroundings, calendar: calendar).run()
    }
    crew.start("tongban timers") {
      TimerWorker(endpoints: endpoints, surroundings: surroundings).run()
    }
  }

  /// One thread for all, since what is read builds on who takes part.
  private func startReloading(
    _ participants: Participants, _ routing: Shelves?, _ cases: CaseShelves?
  ) {
    guard routing != nil || cases != nil else { return }
    let stop = surroundings.stop
    crew.start("tongban reload") {
      while !stop.isSet {
        stop.wait(seconds: 0.5)
        participants.reload()
        routing?.reload()
        cases?.reload()
      }
    }
  }

  private func startNotices(_ rules: NoticeRules) {
    lane(Notice.queue) { NoticeStage(rules: rules) }
    let (endpoints, surroundings) = (endpoints, surroundings)
    crew.start("tongban notices") {
      NoticeSender(rules: rules, endpoints: endpoints, surroundings: surroundings).run()
    }
  }

  private func startOutbox() {
    let (endpoints, surroundings) = (endpoints, surroundings)
    crew.start("tongban outbox") {
      OutboxRelay(endpoints: endpoints, surroundings: surroundings).run()
    }
  }

  private func lane<Work: Stage & SendableMetatype>(
    _ queue: String, _ stage: @escaping @Sendable () -> Work
  ) {
    let (endpoints, surroundings) = (endpoints, surroundings)
    crew.start("tongban \(queue)") {
      Lane(stage: stage(), queue: queue, endpoints: endpoints, surroundings: surroundings).run()
    }
  }

  // MARK: the database

  private func prepareDatabase() throws {
    let database = Database(endpoints.database, name: "tongban start")
    defer { database.close() }
    try Migrations.apply(to: database)
    try Inbox.retain(weeks: LaneLimits().inboxWeeks, at: surroundings.now(), in: database)
  }

  /// New partitions before they are needed, old ones dropped, once an hour.
  private func startHousekeeping() {
    let (endpoints, surroundings) = (endpoints, surroundings)
    crew.start("tongban housekeeping") {
      let log = surroundings.log.named("tongban housekeeping")
      let database = Database(endpoints.database, name: "tongban housekeeping")
      defer { database.close() }
      while !surroundings.stop.isSet {
        surroundings.stop.wait(seconds: 3600)
        guard !surroundings.stop.isSet else { return }
        _ = surroundings.persist("making the inbox's partitions", log: log) {
          try Inbox.retain(weeks: LaneLimits().inboxWeeks, at: surroundings.now(), in: database)
        }
        _ = surroundings.persist("forgetting old notes of the base library", log: log) {
          while try LibraryNote.retain(
            days: LibraryLimits.noteDays, at: surroundings.now(), in: database),
            !surroundings.stop.isSet
          {}
        }
      }
    }
  }
}

extension WorkCalendar {
  /// The working days of topology/codes, read anew when the State Council's next notice is entered there.
  fileprivate static func shelf(_ settings: Settings) throws -> Shelf<WorkCalendar> {
    let folder = settings.home.appending(path: "topology/codes")
    let file = folder.appending(path: "working-days.csv")
    return try Shelf(watching: [folder], log: settings.log) {
      try WorkCalendar(CodeTable.read(Array(Data(contentsOf: file)), file: file.path))
    }
  }
}

/// The tables of all parts, in the order in which they build on each other.
enum Migrations {
  static func apply(to database: Database) throws {
    try database.migrate(LaneMigrations.name, LaneMigrations.all)
    try database.migrate("archive", Archive.migrations)
    try database.migrate(SyncMigrations.name, SyncMigrations.all)
    try database.migrate(NoticeMigrations.name, NoticeMigrations.all)
    try database.migrate(LibraryMigrations.name, LibraryMigrations.all)
  }
}
