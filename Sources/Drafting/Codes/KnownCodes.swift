/// Codes that are known from the standards and the public documents of national systems, by the role of the
/// field they stand in.
enum KnownCodes {
  struct Entry {
    let code: String
    let standard: String
    let label: String
    /// In percent; from `CodePlan.written` on it is written, else remarked.
    let sureness: Int
    let source: String
  }

  /// - Parameter field: the native name: a national column's codes are surer.
  static func entries(for role: Role, field: String) -> [Entry] {
    let name = Clue.folded(field)
    switch role {
    case .sex:
      return entries(
        "GB/T 2261.1", 95,
        ["1": ("1", "男性"), "2": ("2", "女性"), "0": ("0", "未知的性别"), "9": ("9", "未说明的性别")])
        + entries("letters for the sexes", 85, ["M": ("1", "男性"), "F": ("2", "女性")])
    case .insuranceStatus:
      return entries(
        "AAC008 of the social security indicators", name == "AAC008" ? 85 : 45,
        ["1": ("insured", "正常参保"), "2": ("paused", "暂停参保"), "3": ("terminated", "终止参保")])
    case .insuranceKind:
      return entries(
        "AAE140 of the social security indicators", 85,
        [
          "110": ("110", "企业职工基本养老保险"), "120": ("120", "机关事业单位基本养老保险"),
          "170": ("170", "城乡居民基本养老保险"),
          "210": ("210", "失业保险"), "310": ("310", "职工基本医疗保险"), "390": ("390", "城乡居民基本医疗保险"),
          "410": ("410", "工伤保险"), "510": ("510", "生育保险"),
        ])
    case .lifeStatus:
      let isFlag = name != "AAC060"
      return isFlag
        ? entries(
          "a death flag", 75,
          [
            "0": ("alive", "生存"), "1": ("deceased", "死亡"), "N": ("alive", "生存"),
            "Y": ("deceased", "死亡"),
          ])
        : entries(
          "AAC060 of the social security indicators", 85,
          ["1": ("alive", "生存"), "2": ("deceased", "死亡")])
    case .taxpayerStatus:
      return entries("the tax system's public code", 85, ["03": ("normal", "正常")])
        + entries(
          "codes of other tax systems", 45,
          [
            "04": ("suspended", "停业"), "05": ("abnormal", "非正常"), "06": ("cancelled", "注销"),
            "07": ("reported", "报验"),
          ])
    case .enterpriseStatus:
      return entries(
        "codes of one city", 40,
        [
          "K": ("active", "开业"), "D": ("revoked", "吊销未注销"), "X": ("cancelling", "注销中"),
          "Q": ("moved", "迁出中"), "Z": ("suspended", "歇业"),
        ])
    case .operation:
      return entries(
        "letters of change records", 85,
        [
          "I": ("created", "新增"), "U": ("updated", "变更"), "D": ("deleted", "删除"),
          "i": ("created", "新增"), "u": ("updated", "变更"), "d": ("deleted", "删除"),
        ])
        + entries(
          "acts of the household register", 85,
          [
            "CSDJ": ("created", "出生登记"), "SWZX": ("updated", "死亡注销"), "QRDJ": ("updated", "迁入"),
            "QCZX": ("updated", "迁出"),
            "BGGZ": ("updated", "变更更正"), "ZZBD": ("updated", "住址变动"),
          ])
    default: return []
    }
  }

  private static func entries(
    _ source: String, _ sureness: Int, _ codes: [String: (String, String)]
  ) -> [Entry] {
    codes.map {
      Entry(
        code: $0.key, standard: $0.value.0, label: $0.value.1, sureness: sureness, source: source)
    }
  }

  /// Words in the names of codes, with the standard value that they mean. The longer come before those that
  /// they hold.
  static let words: [(word: String, standard: String)] = [
    ("非正常", "abnormal"), ("正常参保", "insured"), ("参保缴费", "insured"), ("暂停", "paused"),
    ("终止", "terminated"),
    ("注销中", "cancelling"), ("注销", "cancelled"), ("吊销", "revoked"), ("迁出", "moved"),
    ("报验", "reported"),
    ("停业", "suspended"), ("歇业", "suspended"), ("存续", "active"), ("开业", "active"), ("在营", "active"),
    ("在业", "active"), ("正常", "normal"), ("死亡", "deceased"), ("生存", "alive"), ("健在", "alive"),
    ("新增", "created"), ("变更", "updated"), ("修改", "updated"), ("删除", "deleted"), ("冲销", "reversed"),
    ("作废", "reversed"),
  ]
}
