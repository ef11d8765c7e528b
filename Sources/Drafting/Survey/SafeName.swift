/// Whether a native name is a name, and not a value that came to stand where a name should: such a one could
/// be somebody's number, and is not repeated.
enum SafeName {
  static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, text.utf8.count <= 120 else { return false }
    if first.isASCIIDigit
      || text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
    {
      return false
    }
    var digits = 0
    for scalar in text.unicodeScalars {
      digits = scalar.isASCIIDigit ? digits + 1 : 0
      if digits >= 6 { return false }
    }
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      return text.utf8.allSatisfy { byte in
        (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte)
          || "_-.@#:/() ".utf8.contains(byte)
      } && !text.dropFirst().contains("@")
    }
    return isLabel(text)
      || !Content.isPersonName(text) && !Content.isAddress(text) && !Content.isEnterpriseName(text)
  }

  /// Words that Chinese column names end with.
  private static let endings = [
    "名称", "姓名", "号码", "日期", "时间", "代码", "类型", "类别", "地址", "状态", "标志", "标识",
    "编号", "编码", "金额", "性别", "民族", "关系", "区划", "电话", "原因", "机关", "机构", "备注", "说明",
    "事项", "险种", "年月", "比例", "基数", "单位", "余额", "范围", "资本", "行业", "内容",
  ]

  private static func isLabel(_ text: String) -> Bool {
    !Clue.roles(of: text).isEmpty || endings.contains { text.hasSuffix($0) }
  }
}

extension Unicode.Scalar {
  var isASCIIDigit: Bool { (0x30...0x39).contains(value) }
}
