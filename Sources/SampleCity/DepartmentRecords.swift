import Foundation

/// Native records of the sample departments, as their systems write them. `number` tells the change.
extension SampleCity {
  /// When the changes of the sample city happened: one a second from 2026-11-02 09:00:00 on.
  static func moment(_ number: Int) -> String {
    let seconds = number % 30_000
    return
      "20261102\(padded(9 + seconds / 3600, 2))\(padded(seconds / 60 % 60, 2))\(padded(seconds % 60, 2))"
  }

  // MARK: public security: XML in GB18030

  /// One `ROW` of a household change.
  package func householdRow(_ number: Int, of person: Person) -> String {
    let act = ["CSDJ", "ZZBD", "BGGZ", "QRDJ"][number % 4]
    return """
        <ROW><HJYWID>\(padded(number, 19))</HJYWID><YWLX>\(act)</YWLX><RYID>\(person.registerNumber)</RYID>\
      <GMSFHM>\(person.identityNumber)</GMSFHM><XM>\(person.name)</XM><CYM/><XB>\(person.sex)</XB>\
      <MZ>\(person.ethnicity)</MZ><CSRQ>\(person.birth)</CSRQ><SWRQ/><HH>\(padded(number % 900_000_000, 9))</HH>\
      <YHZGX>01</YHZGX><SSXQ>330106</SSXQ><MLXZ>\(person.address)</MLXZ><PCS>330106001</PCS>\
      <SLSJ>\(Self.moment(number))</SLSJ><CXBZ>0</CXBZ><CXHJYWID/></ROW>

      """
  }

  package func householdFile(_ rows: [String]) -> [UInt8] {
    gb18030("<?xml version=\"1.0\" encoding=\"GB18030\"?>\n<ROOT>\n\(rows.joined())</ROOT>\n")
  }

  // MARK: social security: fixed width in GB18030, 268 octets a line

  package func insuranceLine(_ number: Int, of person: Person, at enterprise: Enterprise) -> [UInt8]
  {
    var line: [UInt8] = []
    func column(_ text: String, _ width: Int) {
      let octets = gb18030(text)
      line += octets.prefix(width)
      line += repeatElement(UInt8(ascii: " "), count: max(0, width - octets.count))
    }
    column(padded(number, 20), 20)
    column(person.registerNumber, 20)
    column(person.identityNumber, 18)
    column(person.name, 40)
    column(person.sex, 1)
    column(person.birth, 8)
    column(["110", "210", "310", "410"][number % 4], 3)
    column(["1", "1", "1", "2", "3"][number % 5], 1)
    column("3301\(enterprise.creditCode.suffix(9))", 20)
    column(enterprise.name, 100)
    column("330106", 6)
    column("20200101", 8)
    column(number % 5 == 4 ? "20261031" : "99991231", 8)
    column(Self.moment(number), 14)
    column("0", 1)
    return line
  }

  // MARK: tax: JSON in UTF-8, about 600 octets

  package func taxRecord(_ number: Int, of enterprise: Enterprise, status: String = "03") -> [UInt8]
  {
    let person = enterprise.representative
    let moment = Self.moment(number)
    return Array(
      """
      {"BGXH":"\(padded(number, 16))","DJXH":"\(enterprise.registerNumber)",\
      "NSRSBH":"\(enterprise.creditCode)","SHXYDM":"\(enterprise.creditCode)","NSRMC":"\(enterprise.name)",\
      "DJZCLX_DM":"173","NSRZT_DM":"\(status)","HY_DM":"6513","FDDBRXM":"\(person.name)",\
      "FDDBRSFZJLX_DM":"201","FDDBRSFZJHM":"\(person.identityNumber)","ZCDZ":"\(enterprise.address)",\
      "SCJYDZ":"\(enterprise.address)","XZQH_DM":"330106","ZGSWJ_DM":"13301060000","DJRQ":"2021-03-15",\
      "YXBZ":"Y","XGRQ":"\(moment.prefix(4))-\(moment.dropFirst(4).prefix(2))-\(moment.dropFirst(6).prefix(2)) \
      \(moment.dropFirst(8).prefix(2)):\(moment.dropFirst(10).prefix(2)):\(moment.dropFirst(12).prefix(2))"}
      """.utf8)
  }
}

extension SampleCity.Person {
  /// As registers number a person, whatever the change: the district of the number, the birth, the sequence.
  fileprivate var registerNumber: String {
    let digits = Array(identityNumber)
    let district = (digits[0] == "3" ? 1 : 3) + (digits[5] == "3" ? 0 : 1)
    return "\(district)\(String(digits[6..<17]))"
  }
}

extension SampleCity.Enterprise {
  /// As the tax office numbers an enterprise, whatever the change.
  fileprivate var registerNumber: String { "101133010000\(creditCode.dropFirst(8).prefix(8))" }
}

/// GB18030 by Foundation (0x80000632, the 2022 mapping), so that the hub's own encoder does not
/// check itself.
package func gb18030(_ text: String) -> [UInt8] {
  let encoding = String.Encoding(rawValue: 0x8000_0632)
  guard let data = text.data(using: encoding) else {
    preconditionFailure("every text of the sample city is in GB18030")
  }
  return Array(data)
}
