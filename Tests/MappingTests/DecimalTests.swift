import Mapping
import Testing

@Suite("Numbers and money") struct DecimalTests {
  @Test(
    "a number is read as departments write it, to its last digit",
    arguments: [
      ("{}", "1200.50", "1200.50"), ("{}", "1,234,567.8", "1234567.8"), ("{}", "007", "7"),
      ("{}", "0", "0"), ("{}", "-0.00", "0.00"), ("{}", ".5", "0.5"), ("{}", "+3", "3"),
      ("{}", "123-", "-123"), ("{}", "(1,234.00)", "-1234.00"), ("{}", "－１２．５", "-12.5"),
      ("{}", "￥1,200", "1200"), ("{}", "¥ 12", "12"), ("{}", "-¥12", "-12"), ("{}", "¥-12", "-12"),
      ("{}", "人民币12元整", "12"), ("{}", "RMB12", "12"), ("{}", "负3", "-3"), ("{}", "−3", "-3"),
      ("{}", "１２３，４５６元", "123456"), ("{}", "1.5e3", "1500"), ("{}", "12E-3", "0.012"),
      ("{}", "1.5万", "15000"), ("{}", "1.50000万元", "15000.0"), ("{}", "3亿", "300000000"),
      ("{}", "12.5%", "0.125"), ("{}", "5分", "0.05"), ("{}", "2千万元", "20000000"),
      ("{}", "1.2万亿", "1200000000000"), ("{point: ',', grouping: '.'}", "1.234,5", "1234.5"),
      ("{grouping: ' '}", "1 234", "1234"), ("'万'", "1234.56", "12345600"),
      ("'万元'", "0.0001", "1"), ("'万'", "1.5元", "1.5"), ("'万'", "3亿", "300000000"),
      ("{unit: '分'}", "12345", "123.45"), ("{unit: '分'}", "5", "0.05"),
      ("{unit: '分'}", "0", "0.00"), ("{into: '分'}", "123.45", "12345"),
      ("{into: '万元'}", "12345", "1.2345"), ("{implied: 2}", "000012345", "123.45"),
      ("{implied: 2}", "00001234-", "-12.34"), ("{implied: 2}", "1", "0.01"),
      ("{unit: '万', implied: 2}", "150", "15000"), ("{scale: 2}", "1.5", "1.50"),
      ("{scale: 2}", "1.500", "1.50"), ("{scale: 0}", "12.00", "12"), ("{scale: 2}", "0", "0.00"),
      (
        "{}", "123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"
      ),
    ])
  func reading(step: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', decimal: \(step)}", "{\"A\": \(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.json == "{\"v\":\(expected)}")
  }

  @Test(
    "digits are lost only as the rule says",
    arguments: [
      ("half-up", "2", "1.005", "1.01"), ("half-even", "2", "1.005", "1.00"),
      ("half-even", "2", "1.015", "1.02"), ("half-even", "2", "1.0051", "1.01"),
      ("down", "2", "1.009", "1.00"), ("half-up", "2", "-1.005", "-1.01"),
      ("half-up", "0", "9.5", "10"), ("half-up", "0", "0.5", "1"), ("half-even", "0", "0.5", "0"),
      ("half-up", "0", "0.05", "0"), ("half-up", "2", "99.999", "100.00"),
      ("down", "0", "-0.9", "0"), ("half-up", "2", "0.0049", "0.00"),
      ("half-up", "1", "0.95", "1.0"),
    ])
  func rounding(policy: String, scale: String, text: String, expected: String) throws {
    let step = "{scale: \(scale), rounding: '\(policy)'}"
    let result = try mapped("{from: 'A', decimal: \(step)}", "{\"A\": \(quoted(text))}")
    #expect(result.json == "{\"v\":\(expected)}")
    let strict = try mapped("{from: 'A', decimal: {scale: \(scale)}}", "{\"A\": \(quoted(text))}")
    #expect(strict.codes == [.malformedValue])
  }

  @Test(
    "amounts in Chinese characters",
    arguments: [
      ("壹万贰仟叁佰肆拾伍元陆角柒分", "12345.67"), ("壹万元整", "10000"), ("人民币壹佰零伍元正", "105"),
      ("壹亿零叁拾万元整", "100300000"), ("叁角", "0.3"), ("伍分", "0.05"), ("壹元零伍分", "1.05"),
      ("壹拾元整", "10"), ("拾贰元", "12"), ("十二", "12"), ("一百二十三万四千五百六十七", "1234567"),
      ("二〇二四", "2024"), ("两千零五", "2005"), ("一万零二", "10002"), ("三千万", "30000000"),
      ("一万亿", "1000000000000"), ("玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分", "99999999.99"), ("零元整", "0"),
      ("负壹佰元", "-100"), ("一百二十", "120"), ("伍厘", "0.005"),
    ])
  func chinese(text: String, expected: String) throws {
    let result = try mapped("{from: 'A', decimal: {}}", "{\"A\": \(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.json == "{\"v\":\(expected)}")
  }

  @Test(
    "what is no number, or may be two, is refused",
    arguments: [
      ("{}", "12a"), ("{}", "1,23"), ("{}", "1,2345"), ("{}", "12,34,567"), ("{}", "1."),
      ("{}", "-"), ("{}", "()"), ("{}", "(-1)"), ("{}", "--1"), ("{}", "-1-"), ("{}", "1 2"),
      ("{}", "1e999"), ("{}", "元"), ("{}", "1,234,"), ("{}", ",123"), ("{}", "1元2"),
      ("{grouping: ''}", "1,234"), ("{implied: 2}", "1.23"), ("{}", "一百五"), ("{}", "一万二"),
      ("{}", "百"), ("{}", "一百二百"), ("{}", "十千"), ("{}", "元整"), ("{}", "壹元贰元"), ("{}", "一百五6"),
      ("{}", "壹元伍"), ("{}", "伍分壹元"), ("{}", "一二三四五六七八九〇一二三"), ("{}", "整"),
      ("{}", "九千亿亿"), ("{}", "1.2.3"), ("{}", "0x10"), ("{}", "1万千"),
    ])
  func refused(step: String, text: String) throws {
    let result = try mapped("{from: 'A', decimal: \(step)}", "{\"A\": \(quoted(text))}")
    #expect(result.codes == [.notANumber])
  }

  @Test(
    "and back into the way that a department writes them",
    arguments: [
      ("{scale: 2, write: {point: '', digits: 9}}", "123.45", "000012345"),
      ("{scale: 2, write: {point: '', digits: 9, sign: 'trailing'}}", "-12.34", "000001234-"),
      ("{scale: 2, write: {point: '', digits: 2}}", "0.05", "05"),
      ("{scale: 2, write: {point: ''}}", "0.05", "005"),
      ("{scale: 2, write: {grouping: ','}}", "1234567.5", "1,234,567.50"),
      ("{scale: 2, write: {grouping: ',', sign: 'parentheses'}}", "-1234", "(1,234.00)"),
      ("{write: {}}", "12.50", "12.50"), ("{write: {digits: 5}}", "-7", "-00007"),
      ("{write: {digits: 5}}", "1.5", "0001.5"), ("{write: {point: ','}}", "1.5", "1,5"),
      ("{into: '分', scale: 0, write: {digits: 8}}", "123.45", "00012345"),
      ("{into: '万元', scale: 4, rounding: 'half-up', write: {}}", "123456", "12.3456"),
      ("{write: {}}", "0", "0"), ("{write: {grouping: ','}}", "999", "999"),
    ])
  func writing(step: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', decimal: \(step)}", "{\"A\": \(text)}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test("a number that a field cannot hold is refused")
  func tooWide() throws {
    let rule = "{from: 'A', decimal: {scale: 2, write: {point: '', digits: 4}}}"
    #expect(try mapped(rule, #"{"A":99.99}"#).tree.text("v") == "9999")
    #expect(try mapped(rule, #"{"A":100}"#).codes == [.malformedValue])
    #expect(try mapped("{from: 'A', decimal: {}}", #"{"A":true}"#).codes == [.notANumber])
  }

  @Test(
    "mistakes are found when the mapping is read",
    arguments: [
      ("{point: ',', grouping: ','}", "the same sign"), ("'x'", "is not a unit"),
      ("{rounding: 'down'}", "needs \"scale\""), ("{write: {point: ''}}", "need \"scale\""),
      ("{point: '1'}", "one ASCII sign"), ("{scal: 2}", "did you mean \"scale\"?"),
      ("{write: {grouping: ',', digits: 5}}", "does not go with"),
      ("{write: {point: ',', grouping: ','}}", "another sign"),
    ])
  func mistakes(step: String, message: String) {
    #expect {
      try Mapping.fields("{v: {from: 'A', decimal: \(step)}}")
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test("what is written is read again as the same number, for any number and unit")
  func roundTrip() throws {
    var random = SeededGenerator.seeded("decimals")
    for _ in 0..<300 {
      let scale = Int.random(in: 0...6, using: &random)
      let unit = ["元", "分", "万元", "亿"].randomElement(using: &random) ?? "元"
      let sign = ["leading", "trailing", "parentheses"].randomElement(using: &random) ?? "leading"
      let isImplied = Bool.random(using: &random)
      let layout =
        isImplied
        ? "point: '', digits: 40" : "grouping: '\(Bool.random(using: &random) ? "," : "")'"
      let whole = UInt64.random(
        in: 0...(1 << UInt64.random(in: 0...62, using: &random)), using: &random)
      let decimals = (0..<4).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let number = "\(Bool.random(using: &random) ? "-" : "")\(whole).\(decimals)"
      let there = "{scale: \(scale + 12), into: '\(unit)', write: {\(layout), sign: '\(sign)'}}"
      let back = "{unit: '\(unit)', \(isImplied ? "implied: \(scale + 12)," : "") scale: 4}"
      let native = try mapped("{from: 'A', decimal: \(there)}", "{\"A\": \(number)}")
      let text = try #require(native.tree.text("v"), "\(number) by \(there)")
      let again = try mapped("{from: 'A', decimal: \(back)}", "{\"A\": \(quoted(text))}")
      let isNought = whole == 0 && decimals == "0000"
      #expect(
        again.json == "{\"v\":\(isNought ? "0.0000" : number)}", "\(number) → \(text) by \(there)")
    }
  }
}
