import Testing

@testable import Drafting

@Suite("What a native field is taken for") struct MeaningTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let values: [String]
    let title: String
    var testDescription: String { "\(name): \(title)" }
  }

  static let cases = [
    Case(
      name: "C1", values: ["330103189003070016", "330104189104120349"], title: "identity number"),
    Case(name: "C1", values: ["110103490307002", "110103490308005"], title: "identity number"),
    Case(name: "C1", values: ["91330106000000422Y"], title: "credit code"),
    Case(name: "C1", values: ["13800138000", "13900139000"], title: "phone"),
    Case(name: "C1", values: ["0571-88888888"], title: "phone"),
    Case(name: "C1", values: ["a@example.com"], title: "mail"),
    Case(name: "C1", values: ["6222021234567890128"], title: "bank card"),
    Case(name: "C1", values: ["王小宁", "欧阳一", "李芳"], title: "person name"),
    Case(name: "C1", values: ["杭州星河科技有限公司", "西湖区某某餐馆"], title: "enterprise name"),
    Case(name: "C1", values: ["浙江省杭州市西湖区文三路12号"], title: "address"),
    Case(name: "C1", values: ["330106", "330103"], title: "division"),
    Case(name: "C1", values: ["20261102090000"], title: "changed at"),
    Case(name: "C1", values: ["2026-11-02 09:00:00"], title: "changed at"),
    Case(name: "C1", values: ["Y", "N"], title: "flag"),
    Case(name: "C1", values: ["男", "女"], title: "sex"),
    Case(name: "C1", values: ["汉族", "回族"], title: "ethnicity"),
    Case(name: "C1", values: ["12.50", "1,234.00"], title: "money"),
    Case(name: "JHRXM", values: ["王小宁"], title: "other person"),
    Case(name: "MQXM", values: ["王小宁"], title: "mother name"),
    Case(name: "FDDBRSFZJHM", values: ["330103189003070016"], title: "representative number"),
    Case(name: "nsrzt_dm", values: ["03"], title: "taxpayer status"),
    Case(name: "单位名称", values: ["杭州星河科技有限公司"], title: "enterprise name"),
    Case(name: "AAC006", values: ["18900307"], title: "birth date"),
    Case(name: "psn_name", values: ["王小宁"], title: "person name"),
    Case(name: "AAE140", values: ["110"], title: "insurance kind"),
  ]

  @Test("by its contents and its name", arguments: cases)
  func taken(_ each: Case) throws {
    let text = each.values.map { "{\"\(each.name)\":\"\($0)\",\"K\":\"x\"}" }.joined(
      separator: "\n")
    let reading = try #require(try draft(["[\(text.replacing("\n", with: ","))]"]).fields.first)
    #expect(reading.takenTitle == each.title)
  }

  @Test("a name that the values speak against is believed less, and the reason says so")
  func contradiction() throws {
    let reading = try #require(try draft([#"[{"GMSFHM":"ABC"},{"GMSFHM":"DEF"}]"#]).fields.first)
    #expect(reading.taken.sureness < 50)
    #expect(reading.taken.reasons.contains { $0.hasPrefix("but its values look like") })
  }

  @Test("a day and a code that agree with the identity number are the day of birth and the sex")
  func agreement() throws {
    let found = try draft([
      "330103189003070016,18900307,1,18990101\n330104189104120349,18910412,2,18990101\n330104189206150215,18920615,1,18990101\n"
    ])
    #expect(found.fields[1].takenTitle == "birth date")
    #expect(found.fields[2].takenTitle == "sex")
    #expect(found.fields[3].takenTitle != "birth date")
  }

  static let dates: [([String], String)] = [
    (["20240131", "99991231"], #"date: "yyyyMMdd", open: "absent""#),
    (["2008-6-16", "2010-12-01"], #"date: "yyyy-M-d""#),
    (["2024年1月31日"], #"date: "yyyy年M月d日""#),
    (["19400000", "19400101"], #"date: "yyyyMMdd", zeros: "absent""#),
    (["00000000", "20240131"], #"absent: ["00000000"], date: "yyyyMMdd""#),
    (["20240131", "2024-01-31"], #"date: ["yyyyMMdd", "yyyy-MM-dd"]"#),
    (["202401", "202402"], #"date: "yyyyMM", day: "first""#),
    (["2024/1/31", "2023/11/2"], #"date: "yyyy/M/d""#),
  ]

  @Test("dates come with their shapes, open ends and zeros", arguments: dates)
  func shapes(_ values: [String], _ rule: String) throws {
    let rows = values.map { #"{"SFZH":"330103189003070016","XM":"王小宁","SWRQ":"\#($0)"}"# }
    let found = try draft([rows.joined(separator: "\n")], schema: "std.person.v1")
    #expect(found.text("mappings/change.json5").contains("deathDate: { from: \"SWRQ\", \(rule) }"))
  }

  @Test("codes have the meanings that are known, and the others are left out")
  func codes() throws {
    let rows = ["03", "03", "77"].map { #"{"SHXYDM":"91330106000000422Y","NSRZT_DM":"\#($0)"}"# }
    let table = try draft([rows.joined(separator: "\n")], schema: "std.tax-registration.v1")
      .text("codes/taxpayer-status.json5")
    #expect(table.contains("\n    \"03\": [\"normal\""))
    #expect(
      table.contains(
        "\n    // \"77\": [\"?\", \"\"], // decide: its meaning is not known; in 1 of 3 records"))
  }

  @Test("the name beside a code says what it means")
  func labels() throws {
    let rows = [("A", "正常"), ("B", "注销"), ("C", "其他")].map {
      #"{"SHXYDM":"91330106000000422Y","NSRZT_DM":"\#($0.0)","NSRZTMC":"\#($0.1)"}"#
    }
    let table = try draft([rows.joined(separator: "\n")], schema: "std.tax-registration.v1")
      .text("codes/taxpayer-status.json5")
    #expect(table.contains("\n    \"A\": [\"normal\", \"正常\"]"))
    #expect(table.contains("\n    \"B\": [\"cancelled\", \"注销\"]"))
    #expect(table.contains("\n    // \"C\": [\"?\", \"其他\"]"))
  }
}
