import Foundation
import TestSupport
import Testing

@testable import Standards

@Suite("divisions by their names") struct DivisionNamesTests {
  private static func table() throws -> CodeTable {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../topology/codes/gbt2260.csv")
    return try CodeTable.read(Array(Data(contentsOf: file)), file: "gbt2260.csv")
  }
  private static let names = Result { DivisionNames(try table()) }

  @Test(
    "an address leads to the division that most of it names",
    arguments: [
      ("浙江省杭州市西湖区文一路1号", .found(330106)), ("浙江杭州西湖区文一路", .found(330106)),
      ("杭州市西湖区", .found(330106)), ("浙江省西湖区", .found(330106)), ("杭州西湖区", .found(330106)),
      ("南昌市西湖区", .found(360103)), ("西湖区文一路", .ambiguous), ("鼓楼区", .ambiguous),
      ("上城区清波街道", .found(330102)), ("北京市朝阳区建国路", .found(110105)), ("北京朝阳区", .found(110105)),
      ("上海市浦东新区世纪大道", .found(310115)), ("重庆市渝中区", .found(500103)), ("浙江义乌稠城街道", .found(330782)),
      ("义乌市稠城街道", .found(330782)), ("广东省东莞市南城街道", .found(441900)), ("东莞南城街道", .found(441900)),
      ("吉林省吉林市昌邑区", .found(220202)), ("吉林市昌邑区", .found(220202)), ("吉林昌邑区", .found(220202)),
      ("云南省大理白族自治州大理市", .found(532901)), ("云南大理大理市", .found(532901)), ("新疆石河子市", .found(659001)),
      ("内蒙古自治区呼和浩特市新城区", .found(150102)), ("广西南宁青秀区", .found(450103)), ("南昌县莲塘镇", .found(360121)),
      ("长沙市长沙县", .found(430121)), ("海南省海口市龙华区", .found(460106)), ("海南海口龙华区", .found(460106)),
      ("香港特别行政区中环", .found(810000)), ("香港中环", .found(810000)),
      (" 中国 浙江省 杭州市，西湖区", .found(330106)), ("浙江省-杭州市-西湖区", .found(330106)),
      ("北京市市辖区东城区", .found(110101)), ("杭州市建德路12号", .unknown), ("杭州市建德市新安江", .found(330182)),
      ("杭州建德新安江", .found(330182)), ("北京路1号", .unknown), ("南京西路1号", .unknown), ("杭州市文一路", .unknown),
      ("浙江省", .unknown), ("文一路1号", .unknown), ("", .unknown), ("浙", .unknown),
    ] as [(String, DivisionNames.Found)])
  func finding(address: String, expected: DivisionNames.Found) throws {
    #expect(try Self.names.get().find(address) == expected)
  }

  @Test(
    "a hint decides between several, and never against the address",
    arguments: [
      ("西湖区文一路", 3301, .found(330106)), ("西湖区文一路", 33, .found(330106)),
      ("西湖区文一路", 360103, .found(360103)), ("西湖区文一路", 44, .ambiguous),
      ("南昌市西湖区", 3301, .found(360103)), ("上城区", 36, .found(330102)),
      ("西湖区", 330000, .found(330106)),
    ] as [(String, Int, DivisionNames.Found)])
  func hints(address: String, within: Int, expected: DivisionNames.Found) throws {
    #expect(try Self.names.get().find(address, within: within) == expected)
  }

  @Test(
    "the level is the least that must be found",
    arguments: [
      ("杭州市文一路", .city, .found(330100)), ("浙江省文一路", .city, .unknown),
      ("浙江省文一路", .province, .found(330000)), ("杭州市西湖区", .province, .found(330106)),
      ("海南某地", .province, .found(460000)),
    ] as [(String, DivisionNames.Level, DivisionNames.Found)])
  func levels(address: String, level: DivisionNames.Level, expected: DivisionNames.Found) throws {
    #expect(try Self.names.get().find(address, level: level) == expected)
  }

  @Test("every division is found by the names on its way")
  func everyDivision() throws {
    let table = try Self.table()
    let names = try Self.names.get()
    var label: [Int: String] = [:]
    for row in 0..<table.count { label[Int(table.code(of: row)) ?? 0] = table.label(of: row) }
    for code in label.keys.sorted() {
      let way = [code / 10_000 * 10_000, code / 100 * 100, code]
      var text = ""
      for (index, step) in way.enumerated() where index == 0 || step != way[index - 1] {
        text += label[step] ?? ""
      }
      #expect(names.find(text, level: .province) == .found(code), "\(text)")
      #expect(names.find(text + "中山路1号", level: .province) == .found(code), "\(text)")
    }
  }

  @Test("no text, however odd, stops the search")
  func oddTexts() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    let names = try Self.names.get()
    let parts = Array("浙江省杭州市西湖区北京路，　中国吉林".utf8)
    for _ in 0..<20_000 {
      let start = Int.random(in: 0..<parts.count, using: &random)
      var text = Array(parts[start...].prefix(Int.random(in: 0...30, using: &random)))
      if let index = text.indices.randomElement(using: &random) {
        text[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = text.withUnsafeBytes { names.find($0, within: 3301, level: .county) }
    }
  }
}
