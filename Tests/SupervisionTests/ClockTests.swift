import Configuration
import Events
import Foundation
import Standards
import TestSupport
import Testing

@testable import Supervision

private func day(_ text: String) -> Int {
  var text = text
  let date = text.withUTF8 { CivilDate(extended: UnsafeRawBufferPointer($0)) }
  return date?.daysSince1970 ?? 0
}

private func moment(_ text: String) -> Instant {
  Instant(rfc3339: "\(text):00+08:00") ?? Instant(microseconds: 0)
}

private func calendar() throws -> WorkCalendar {
  let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "topology/codes/working-days.csv")
  return try WorkCalendar(CodeTable.read(Array(Data(contentsOf: file)), file: file.path))
}

@Suite("the working calendar") struct WorkCalendarTests {
  @Test(
    "so many working days after a day, with its holidays and the days worked for them",
    arguments: [
      ("2026-09-18", 1, "2026-09-20"), ("2026-09-18", 5, "2026-09-24"),
      ("2026-09-24", 3, "2026-09-30"), ("2026-09-30", 1, "2026-10-08"),
      ("2026-09-30", 5, "2026-10-13"), ("2026-02-13", 1, "2026-02-14"),
      ("2026-02-13", 10, "2026-03-05"), ("2026-02-14", 1, "2026-02-24"),
      ("2026-02-27", 1, "2026-02-28"), ("2026-04-30", 5, "2026-05-11"),
      ("2025-12-31", 1, "2026-01-04"), ("2025-12-31", 20, "2026-01-29"),
      ("2024-02-08", 3, "2024-02-19"), ("2024-09-29", 5, "2024-10-11"),
      ("2026-01-02", 1, "2026-01-04"), ("2026-10-09", 1, "2026-10-10"),
    ])
  func due(accepted: String, days: Int, due: String) throws {
    #expect(try calendar().adding(days, to: day(accepted)) == day(due))
  }

  @Test("a day begins and ends at midnight in Shanghai")
  func days() {
    #expect(WorkCalendar.day(of: moment("2026-03-02T00:00")) == day("2026-03-02"))
    #expect(WorkCalendar.day(of: moment("2026-03-01T23:59")) == day("2026-03-01"))
    #expect(WorkCalendar.end(of: day("2026-03-01")) == moment("2026-03-02T00:00"))
  }

  @Test("a table with something else than days and their kind is refused")
  func refused() throws {
    let table = try CodeTable.read(
      Array(
        "# name: d\n# title: t\n# version: 1\n# source: s\ncode,label,kind\n2026-13-01,x,off\n".utf8
      ),
      file: "d.csv")
    #expect(throws: CodeTableError.self) { try WorkCalendar(table) }
  }
}

@Suite("clocks and cards") struct ClockTests {
  private let limits = Limits(promised: .workingDays(5), statutory: .workingDays(20))

  @Test("a warning, then yellow on the last day, red when it is over, and a breach beyond the law")
  func colours() throws {
    let calendar = try calendar()
    var clock = Clock(limits: limits, started: moment("2026-09-18T10:00"))
    var cards: [(Card, Instant)] = []
    var now = moment("2026-09-18T10:00")
    while let next = clock.look(at: now, calendar).next {
      now = next
      var copy = clock
      if let card = copy.look(at: now, calendar).card { cards.append((card, now)) }
      clock = copy
    }
    #expect(cards.map(\.0) == [.warning, .yellow, .red, .breach])
    // Five working days after the 18th are over with the 24th; a third of five, two days, is left after the 22nd.
    #expect(cards.map(\.1)[0] == moment("2026-09-23T00:00"))
    #expect(cards.map(\.1)[1] == moment("2026-09-24T00:00"))
    #expect(cards.map(\.1)[2] == moment("2026-09-25T00:00"))
    #expect(clock.used(at: moment("2026-09-25T12:00"), calendar) == 1)
  }

  @Test("of cards that are due at once only the gravest is issued, and none twice")
  func gravest() throws {
    let calendar = try calendar()
    var clock = Clock(limits: limits, started: moment("2026-09-18T10:00"))
    let late = clock.look(at: moment("2026-09-28T10:00"), calendar)
    #expect(late.card == .red)
    #expect(clock.look(at: moment("2026-09-28T10:00"), calendar).card == nil)
  }

  @Test("a clock that stands still gets no card and no time to look again, however long")
  func still() throws {
    let calendar = try calendar()
    var clock = Clock(
      limits: limits, started: moment("2026-09-18T10:00"), turns: [moment("2026-09-18T11:00")])
    let look = clock.look(at: moment("2027-09-18T10:00"), calendar)
    #expect(look.card == nil && look.next == nil)
  }

  @Test("what was over before the clock was stopped still is told all the same")
  func overBeforeStill() throws {
    let calendar = try calendar()
    var clock = Clock(
      limits: limits, started: moment("2026-09-18T10:00"), turns: [moment("2026-09-25T09:00")],
      stopped: moment("2026-09-28T09:00"))
    #expect(clock.look(at: moment("2026-09-28T10:00"), calendar).card == .red)
    let start = moment("2026-09-18T10:00")
    var plain = Clock(
      limits: Limits(promised: .seconds(100)), started: start, turns: [start.adding(seconds: 101)])
    #expect(plain.look(at: start.adding(seconds: 900), calendar).card == .red)
    var before = Clock(
      limits: Limits(promised: .seconds(100)), started: start, turns: [start.adding(seconds: 10)])
    #expect(before.look(at: start.adding(seconds: 900), calendar).card == nil)
  }

  @Test("standing still over so many working days moves the end by as many")
  func shifted() throws {
    let calendar = try calendar()
    let seed = UInt64.random(in: 0...UInt64.max)
    print("pauses of a clock: seed \(seed)")
    var random = Seeded(seed)
    for _ in 0..<300 {
      let begun = day("2024-01-02") + Int(random.next() % 600)
      let started = WorkCalendar.end(of: begun - 1).adding(seconds: 36_000)
      let plain = Clock(limits: limits, started: started)
      let pause = begun + Int(random.next() % 4)
      let length = 1 + Int(random.next() % 20)
      let resume = pause + length
      let paused = Clock(
        limits: limits, started: started,
        turns: [pause, resume].map { WorkCalendar.end(of: $0 - 1).adding(seconds: 43_200) })
      let end = try #require(plain.deadline(calendar))
      let shifted = try #require(paused.deadline(calendar))
      let last = WorkCalendar.day(of: end.adding(seconds: -1))
      guard pause <= last else { continue }
      // The beginning's own day counts for nothing, so standing still on it takes nothing away.
      let lost = (max(pause, begun + 1)..<max(resume, begun + 1)).filter(calendar.isWorkingDay)
      #expect(
        calendar.adding(lost.count, to: last) == WorkCalendar.day(of: shifted.adding(seconds: -1)),
        "begun \(begun), still from \(pause) to \(resume), seed \(seed)")
    }
  }

  @Test(
    "a promise of one day is yellow when that day begins, not at once, and not on the weekend before it"
  )
  func oneDay() throws {
    let calendar = try calendar()
    // 2026-11-06 is a Friday.
    var clock = Clock(
      limits: Limits(promised: .workingDays(1)), started: moment("2026-11-06T10:00"))
    let look = clock.look(at: moment("2026-11-06T10:00"), calendar)
    #expect(look.card == nil && look.next == moment("2026-11-09T00:00"))
    #expect(clock.look(at: moment("2026-11-09T00:00"), calendar).card == .yellow)
  }

  @Test("an extension gives both limits so many days more")
  func extended() throws {
    let calendar = try calendar()
    let clock = Clock(limits: limits, started: moment("2026-09-18T10:00"), extended: 4)
    // The 25th to the 27th are the Mid-autumn Festival, and October begins with eight days off.
    #expect(clock.deadline(calendar) == moment("2026-10-09T00:00"))
  }

  @Test("what was over when the clock stopped is told even if nobody had looked before")
  func stopped() throws {
    let calendar = try calendar()
    var late = Clock(
      limits: limits, started: moment("2026-09-18T10:00"), stopped: moment("2026-09-25T09:00"))
    #expect(late.look(at: moment("2026-12-25T09:00"), calendar).card == .red)
    var early = Clock(
      limits: limits, started: moment("2026-09-18T10:00"), stopped: moment("2026-09-19T09:00"))
    let look = early.look(at: moment("2026-12-25T09:00"), calendar)
    #expect(look.card == nil && look.next == nil)
  }

  @Test("plain time stands still to the second")
  func seconds() throws {
    let calendar = try calendar()
    let start = moment("2026-09-18T10:00")
    let clock = Clock(
      limits: Limits(promised: .seconds(100)), started: start,
      turns: [start.adding(seconds: 10), start.adding(seconds: 40)])
    #expect(clock.deadline(calendar) == start.adding(seconds: 130))
    #expect(abs(clock.used(at: start.adding(seconds: 90), calendar) - 0.6) < 0.001)
  }

  @Test("a deadline in a year whose holidays are not known is provisional")
  func provisional() throws {
    let calendar = try calendar()
    #expect(Clock(limits: limits, started: moment("2026-12-30T10:00")).isProvisional(calendar))
    #expect(!Clock(limits: limits, started: moment("2026-11-30T10:00")).isProvisional(calendar))
  }

  @Test(
    "limits read as they are written, and a mistake is told",
    arguments: [
      ("'5 working days'", Limits(promised: .workingDays(5))),
      ("'2h'", Limits(promised: .seconds(7200))),
      (
        "{ promised: '20 days', statutory: '45 working days', warning: 0.5 }",
        Limits(promised: .calendarDays(20), statutory: .workingDays(45), warning: 0.5)
      ),
      ("{ promised: '20 working days', statutory: '5 working days' }", nil), ("'5 weeks'", nil),
      ("'0 working days'", nil), ("{ statutory: '5 days' }", nil),
    ])
  func reading(text: String, expected: Limits?) throws {
    let node = try JSON5.read(Array(text.utf8), file: "limits")
    guard let expected else {
      #expect(throws: ConfigurationError.self) { try Limits(node) }
      return
    }
    #expect(try Limits(node) == expected)
  }
}
