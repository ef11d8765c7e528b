import Testing

@testable import Adapters

@Suite struct DropWatchTests {
  private func seen(_ name: String, size: Int64 = 10, modified: Int64 = 0) -> DropWatch.Seen {
    DropWatch.Seen(name: FileName(name), size: size, modified: modified)
  }

  private func look(_ watch: inout DropWatch, _ files: [DropWatch.Seen], now: Int64) -> [String] {
    watch.look(files, now: now).map { String(decoding: $0.name.octets, as: UTF8.self) }
  }

  @Test("a file is whole when it has stood still for as long as it must")
  func standsStill() {
    var watch = DropWatch(settle: 1)
    #expect(look(&watch, [seen("a")], now: 0) == [])
    #expect(look(&watch, [seen("a")], now: 999_999) == [])
    #expect(look(&watch, [seen("a")], now: 1_000_000) == ["a"])
  }

  @Test("a file that grows or is written again begins anew")
  func grows() {
    var watch = DropWatch(settle: 1)
    _ = look(&watch, [seen("a", size: 1)], now: 0)
    #expect(look(&watch, [seen("a", size: 2)], now: 1_000_000) == [])
    #expect(look(&watch, [seen("a", size: 2, modified: 7)], now: 2_000_000) == [])
    #expect(look(&watch, [seen("a", size: 2, modified: 7)], now: 3_000_000) == ["a"])
  }

  @Test("a file that went and came back is another file")
  func comesBack() {
    var watch = DropWatch(settle: 1)
    _ = look(&watch, [seen("a")], now: 0)
    _ = look(&watch, [], now: 500_000)
    #expect(look(&watch, [seen("a")], now: 1_500_000) == [])
  }

  @Test("whole files come in the order in which they were written")
  func order() {
    var watch = DropWatch(settle: 0)
    let files = [seen("b", modified: 2), seen("c", modified: 1), seen("a", modified: 2)]
    #expect(look(&watch, files, now: 5) == ["c", "a", "b"])
  }

  @Test(
    "names that say \"not yet\" are left alone",
    arguments: [".hidden", "x.tmp", "x.PART", "x.xml.partial", "x.writing", "x.filepart", "x.xml~"])
  func unfinished(name: String) {
    var watch = DropWatch(settle: 0)
    #expect(look(&watch, [seen(name)], now: 5) == [])
  }
}
