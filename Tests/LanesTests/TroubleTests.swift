import Events
import Foundation
import Messaging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Lanes

@Suite(.serialized) struct TroubleTests {
  enum Blow: String, Sendable { case database, broker, both }

  @Test(
    "connections that end at any step cost nothing: all published once by id, counted once",
    arguments: [
      ("admitted", .both), ("sent", .both), ("confirmed", .database), ("confirmed", .broker),
      ("committed", .both), ("acknowledged", .both),
    ] as [(String, Blow)])
  func blows(step: String, blow: Blow) async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      let turns = Mutex(0)
      let count = 1_000
      try place.publish(events(0..<count) + events(0..<100))
      var limits = LaneLimits()
      limits.batch = 200
      let lane = Running(place, limits: limits) { point in
        guard point == "relay.\(step)" else { return }
        let turn = turns.withLock {
          $0 += 1
          return $0
        }
        // The second and the fourth time, so that work has been done before and after.
        guard turn == 2 || turn == 4 else { return }
        do {
          if blow != .broker { try place.endBackends("tongban relay", through: place.database()) }
          // The console lists a new connection only seconds later, so one of these is enough.
          if blow != .database, turn == 2 { try place.cutConnections("tongban relay") }
        } catch { Issue.record(error) }
      }
      #expect(try eventually(within: 60) { try place.ledger(database).accepted == count + 100 })
      let published = try place.take("published") { Set(ids($0)).count == count }
      lane.end()
      let entry = try place.ledger(database)
      #expect(
        [entry.accepted, entry.published, entry.duplicate, entry.dead] == [
          Int64(count) + 100, Int64(count), 100, 0,
        ])
      #expect(entry.isBalanced)
      let identities = Dictionary(grouping: zip(bodies(published), ids(published)), by: \.0)
      #expect(identities.count == count, "nothing is lost")
      #expect(identities.values.allSatisfy { Set($0.map(\.1)).count == 1 }, "nothing has two ids")
    }
  }

  @Test("blows at random moments under load leave the books balanced and nothing lost")
  func randomBlows() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random blows: seed \(seed)")
    try await onThread {
      let place = try Place()
      let (database, count) = (place.database(), 3_000)
      let state = Mutex(seed)
      try place.publish(events(0..<count))
      var limits = LaneLimits()
      limits.batch = 150
      let blows = Mutex(0)
      let lane = Running(place, limits: limits) { _ in
        let draw = state.withLock { state in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return (state >> 33) % 16
        }
        guard draw < 2,
          blows.withLock({
            $0 += 1
            return $0
          }) <= 6
        else { return }
        do {
          if draw == 0 {
            try place.endBackends("tongban relay", through: place.database())
          } else {
            try place.cutConnections("tongban relay")
          }
        } catch { Issue.record(error) }
      }
      #expect(try eventually(within: 90) { try place.ledger(database).accepted == count })
      let published = try place.take("published") { Set(ids($0)).count == count }
      lane.end()
      let entry = try place.ledger(database)
      #expect([entry.published, entry.duplicate, entry.dead] == [Int64(count), 0, 0])
      let identities = Dictionary(grouping: zip(bodies(published), ids(published)), by: \.0)
      #expect(identities.count == count)
      #expect(identities.values.allSatisfy { Set($0.map(\.1)).count == 1 })
    }
  }

  @Test("while the database is away a lane keeps its batch, its connection and its patience")
  func databaseAway() async throws {
    try await onThread {
      let place = try Place()
      let other = Database(TestServers.databaseURL, name: "test operator")
      let name = place.databaseURL.split(separator: "/").last.map(String.init) ?? ""
      let lane = Running(place)
      try place.publish(events(0..<10))
      _ = try place.take("published") { $0.count == 10 }
      try other.script("alter database \(name) allow_connections false")
      try other.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [.text(name)])
      try place.publish(events(10..<50))
      #expect(eventually { place.log.all.filter { $0.contains("next try in") }.count >= 4 })
      try other.script("alter database \(name) allow_connections true")
      let published = try place.take("published") { Set(ids($0)).count == 40 }
      lane.end()
      #expect(Set(bodies(published)) == Set((10..<50).map { "ok \($0)" }))
      let entry = try place.ledger(place.database())
      #expect([entry.accepted, entry.published, entry.redelivered] == [50, 50, 0])
      #expect(try place.take("letters") { _ in true }.isEmpty, "trouble is never a dead letter")
    }
  }

  @Test(
    "two lanes on one queue: the second takes over when the first is gone, and nothing is done twice"
  )
  func takeOver() async throws {
    try await onThread {
      let place = try Place()
      let database = place.database()
      try place.publish(events(0..<500))
      var limits = LaneLimits()
      limits.batch = 100
      // The first lane stands still after its second batch, as a process does that is stopped or cut off.
      let turn = Mutex(0)
      let wake = DispatchSemaphore(value: 0)
      let first = Running(place, limits: limits) { point in
        guard point == "relay.sent",
          turn.withLock({
            $0 += 1
            return $0
          }) == 2
        else { return }
        do {
          try place.cutConnections("tongban relay")
          try place.endBackends("tongban relay", through: place.database())
        } catch { Issue.record(error) }
        #expect(wake.wait(timeout: .now() + 60) == .success)
      }
      #expect(eventually { turn.withLock { $0 } == 2 })
      #expect(try place.ledger(database).accepted < 500)
      let second = Running(place, limits: limits)
      #expect(try eventually { try place.ledger(database).accepted == 500 })
      wake.signal()
      try place.publish(events(500..<600))
      #expect(try eventually { try place.ledger(database).accepted == 600 })
      first.end()
      second.end()
      let published = try place.take("published") { Set(ids($0)).count == 600 }
      #expect(Set(bodies(published)).count == 600)
      let entry = try place.ledger(database)
      #expect([entry.published, entry.duplicate, entry.dead] == [600, 0, 0])
    }
  }
}
