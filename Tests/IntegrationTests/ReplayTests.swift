import Foundation
import HubSupport
import Messaging
import TestSupport
import Testing

/// A dead letter is mended at its cause and sent again.
@Suite struct ReplayTests {
  @Test(
    "a replay after the code table is mended publishes the standard event, once, and the letter is replayed"
  )
  func mended() async throws {
    try await onThread {
      let home = try copyOfProject()
      defer { try? FileManager.default.removeItem(at: home) }
      let city = try City(departments: [], home: home)
      defer { city.end() }
      var message = city.place.change(1)
      message.body = city.place.city.taxRecord(1, of: city.place.city.enterprise(1), status: "77")
      let publisher = Publisher(city.place.broker, name: "test", log: { _ in })
      _ = try publisher.publish([message], confirmWithin: 10, deadline: 60)
      let letter = try #require(try city.place.letters(1).first)
      #expect(letter.reason == "UNMAPPED_CODE" && letter.status == "open")

      // As long as the table is wrong, a replay is the same letter with one more attempt.
      #expect(replay(letter, city).status == 0)
      let again = try eventually { try city.place.letters(1).first?.attempts == 2 }
      #expect(again)
      #expect(try city.place.letters(1).count == 1)

      try mend(home)
      let isRead = eventually { city.hub.text.contains("version 2") }
      #expect(isRead, "\(city.hub.text)")
      #expect(replay(letter, city).status == 0)
      let published = eventually { city.place.books()?.published == 1 }
      #expect(published, "\(String(describing: city.place.books()))")
      #expect(try city.place.letters(1).first?.status == "replayed")
      let (copies, causes) = try city.place.published(expecting: 1)
      #expect(copies.values.elementsEqual([1]) && causes.count == 1)
      // Once more by mistake: the inbox knows the event.
      #expect(replay(letter, city).status == 0)
      let duplicate = eventually { city.place.books()?.duplicate == 1 }
      #expect(duplicate, "\(String(describing: city.place.books()))")
    }
  }

  @Test("a broken adapter never replaces a good one, and the log says what is wrong with it")
  func broken() async throws {
    try await onThread {
      let home = try copyOfProject()
      defer { try? FileManager.default.removeItem(at: home) }
      let city = try City(departments: [], home: home)
      defer { city.end() }
      let file = home.appending(path: "adapters/tax/adapter.json5")
      let text = try String(contentsOf: file, encoding: .utf8)
      try text.replacing("mapping:", with: "maping:").write(
        to: file, atomically: true, encoding: .utf8)
      let isTold = eventually {
        city.hub.text.contains("adapters/tax/adapter.json5:7: events.registration-change")
      }
      #expect(isTold, "\(city.hub.text)")
      try city.place.publish(0..<5)
      let held = eventually { city.place.books()?.published == 5 }
      #expect(held, "the adapter before goes on: \(city.hub.text)")
    }
  }

  private func replay(_ letter: Letter, _ city: City) -> Tongban.Answer {
    Tongban.run(["deadletter", "replay", letter.id], environment: city.place.environment)
  }

  private func copyOfProject() throws -> URL {
    let home = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for folder in ["topology", "adapters"] {
      try FileManager.default.copyItem(
        at: Tongban.project.appending(path: folder), to: home.appending(path: folder))
    }
    return home
  }

  /// Status 77 means what 03 means.
  private func mend(_ home: URL) throws {
    let file = home.appending(path: "adapters/tax/codes/taxpayer-status.json5")
    let text = try String(contentsOf: file, encoding: .utf8)
    let mended = text.replacing("\"03\":", with: "\"77\": \"normal\",\n    \"03\":")
    #expect(mended != text)
    try mended.write(to: file, atomically: true, encoding: .utf8)
  }
}
