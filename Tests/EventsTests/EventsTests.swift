import Foundation
import Testing

@testable import Events

@Suite("moments") struct InstantTests {
  @Test("formatting agrees with Foundation at random moments from year 1 to 9999")
  func formats() {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -12_219_292_800...253_402_300_799, using: &generator)
      let instant = Instant(microseconds: seconds * 1_000_000 + 125_000)
      let date = Date(timeIntervalSince1970: Double(seconds) + 0.125)
      #expect(instant.description == formatter.string(from: date), "seconds \(seconds)")
      #expect(Instant(rfc3339: instant.description) == instant)
    }
  }

  @Test(
    "offsets and fractions are read",
    arguments: [
      ("1970-01-01T08:00:00+08:00", Int64(0)), ("1970-01-01T00:00:00.000001Z", 1),
      ("1969-12-31T23:59:59.5-00:00", -500_000), ("2000-02-29 00:00:00Z", 951_782_400_000_000),
    ])
  func reads(text: String, microseconds: Int64) {
    #expect(Instant(rfc3339: text)?.microseconds == microseconds)
  }

  @Test(
    "what is not a date-time is nil",
    arguments: [
      "", "2026-11-24", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T24:00:00Z",
      "2026-11-24T00:00:00", "2026-11-24T00:00:00.Z", "2026-11-24T00:00:00Zx",
      "2026-11-24T00:00:00+8:00",
    ])
  func refuses(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test(
    "seconds that no date can hold become the nearest one",
    arguments: [
      (20_000_000_000_000.0, "9999-12-31T23:59:59.999Z"), (.infinity, "9999-12-31T23:59:59.999Z"),
      (-1e300, "0000-01-01T00:00:00.000Z"), (.nan, "1970-01-01T00:00:00.000Z"),
    ])
  func bounds(seconds: Double, text: String) {
    #expect(Instant(seconds: seconds).description == text)
    #expect(Instant(microseconds: 0).adding(seconds: seconds).description == text)
    #expect(Instant(microseconds: .max).adding(seconds: seconds).microseconds > 0)
  }

  @Test("whole seconds of a file system are bounded too, and keep their microseconds")
  func wholeSeconds() {
    #expect(Instant(wholeSeconds: 1, nanoseconds: 2_999).microseconds == 1_000_002)
    #expect(Instant(wholeSeconds: -1, nanoseconds: 5_000).microseconds == -999_995)
    #expect(Instant(wholeSeconds: .max).description == "9999-12-31T23:59:59.000Z")
    #expect(Instant(wholeSeconds: .min).description == "0000-01-01T00:00:00.000Z")
  }

  @Test("the hour of a moment before 1970 is the hour it lies in")
  func hours() {
    #expect(Instant(microseconds: -1).hour.microseconds == -3_600_000_000)
    #expect(Instant(microseconds: 3_600_000_001).hour.microseconds == 3_600_000_000)
  }
}

@Suite("partitions") struct PartitionTests {
  @Test("an entity always has the same partition, and entities spread evenly")
  func spread() {
    #expect(Partition(entity: "person:1".utf8) == Partition(entity: "person:1".utf8))
    var counts = [Int](repeating: 0, count: 16)
    for number in 0..<16_000 {
      counts[Int(Partition(entity: "person:\(number)".utf8).number % 16)] += 1
    }
    for count in counts { #expect((800...1200).contains(count)) }
  }
}
