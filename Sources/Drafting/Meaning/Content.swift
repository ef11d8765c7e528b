import Standards

/// What a single value looks like.
enum Content {
  static func isNumber(_ value: String, _ kind: IdentifierKind, _ reference: Reference) -> Bool {
    kind.check(written: value, reference).isAccepted
  }

  /// Fifteen digits that a person could have: a province, a day of birth.
  static func isOldIdentityNumber(_ value: String, _ reference: Reference) -> Bool {
    value.utf8.count == 15 && isNumber(value, .gb11643, reference)
  }

  static func isLandline(_ value: String) -> Bool {
    let digits = value.filter(\.isNumber)
    return value.first == "0" && (10...12).contains(digits.count)
      && value.allSatisfy { $0.isNumber || $0 == "-" } && value.count > digits.count
  }

  static func isMail(_ value: String) -> Bool {
    let sides = value.split(separator: "@", omittingEmptySubsequences: false)
    return sides.count == 2 && !sides[0].isEmpty && sides[1].contains(".")
      && !sides[1].hasSuffix(".")
      && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  /// Two to four characters behind a surname, or a name with a dot in the middle.
  static func isPersonName(_ value: String) -> Bool {
    let scalars = Array(value.unicodeScalars)
    let parts = value.split { $0 == "·" || $0 == "•" || $0 == "." }
    if parts.count > 1 {
      return parts.allSatisfy { $0.unicodeScalars.allSatisfy(isHan) } && scalars.count <= 25
    }
    guard (2...5).contains(scalars.count), scalars.allSatisfy(isHan) else { return false }
    if scalars.count > 2, Surnames.compound.contains(String(value.prefix(2))) { return true }
    return scalars.count <= 4 && Surnames.single.contains(scalars[0])
  }

  private static let enterpriseEndings = [
    "公司", "中心", "店", "厂", "合作社", "事务所", "工作室", "商行", "经营部", "超市", "医院", "学校", "委员会",
    "集团", "酒店", "协会", "基金会", "研究院", "研究所", "银行", "大学", "幼儿园", "诊所", "合伙）", "合伙)", "餐馆",
    "门市部", "服务部", "办事处", "支行", "养殖场", "农场", "局",
  ]

  static func isEnterpriseName(_ value: String) -> Bool {
    value.unicodeScalars.count >= 4 && value.unicodeScalars.contains(where: isHan)
      && (enterpriseEndings.contains { value.hasSuffix($0) } || value.contains("公司"))
  }

  private static let addressMarks: Set<Unicode.Scalar> = [
    "省", "市", "区", "县", "镇", "乡", "街", "道", "路", "巷", "弄", "号", "幢", "栋", "室", "村", "组", "楼",
    "州", "旗", "盟",
  ]

  static func isAddress(_ value: String) -> Bool {
    let scalars = value.unicodeScalars
    guard scalars.count >= 6, !isEnterpriseName(value) else { return false }
    return scalars.filter { addressMarks.contains($0) }.count >= 3
      && scalars.filter(isHan).count * 2 >= scalars.count
  }

  /// A number with a fraction, or with commas between thousands.
  static func isAmount(_ value: String) -> Bool {
    let parts = value.split(separator: ".", omittingEmptySubsequences: false)
    let digits = value.filter { $0.isASCII && $0.isNumber }
    guard parts.count <= 2, !digits.isEmpty, value.contains(".") || value.contains(",") else {
      return false
    }
    return value.allSatisfy { $0.isASCII && $0.isNumber || $0 == "." || $0 == "," || $0 == "-" }
      && (parts.count == 1 || !parts[1].isEmpty)
  }

  static func isDigits(_ value: String) -> Bool {
    value.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  static func isHan(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xE000...0xF8FF, 0xF900...0xFAFF, 0x20000...0x323AF: true
    default: false
    }
  }
}
