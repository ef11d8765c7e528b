// SampleCity: a city to try the hub with: people, enterprises, and stand-ins for the departments'
// systems, in the shapes that real ones have.
//
// It promises: the same seed is the same city; no person in it is real (identity numbers carry the
// codes of districts that no longer exist). The demo, the benchmark and the tests call it. Whatever
// stands in for something that a city owns has `StandIn` in its name. It must never import Routing,
// Sync, Notices or Inspection: it knows the hub only by its messages.

import Standards

/// The people and enterprises of the sample city, by number.
package struct SampleCity: Sendable {
  private let seed: UInt64

  package init(seed: UInt64 = 1) {
    self.seed = seed
  }

  /// A person who does not exist.
  package struct Person: Sendable {
    package let identityNumber: String
    package let name: String
    /// GB/T 2261.1.
    package let sex: String
    package let ethnicity: String
    /// YYYYMMDD
    package let birth: String
    package let address: String
  }

  /// An enterprise that does not exist.
  package struct Enterprise: Sendable {
    package let creditCode: String
    package let name: String
    package let address: String
    package let representative: Person
  }

  package func person(_ number: Int) -> Person {
    var random = SeededRandom(seed: seed ^ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    // Districts of Hangzhou and Beijing that were dissolved in 2021 and 2010.
    let region = random.pick(["330103", "330104", "110103", "110104"])
    let year = 1_940 + random.below(66)
    let birth = "\(year)\(padded(1 + random.below(12), 2))\(padded(1 + random.below(28), 2))"
    let isMale = random.below(2) == 0
    let sequence = padded(number / 2 % 450 * 2 + (isMale ? 1 : 0), 3)
    let body = region + birth + sequence
    let name =
      random.pick(Self.surnames) + random.pick(Self.givenNames)
      + (random.below(3) == 0 ? "" : random.pick(Self.givenNames))
    return Person(
      identityNumber: body + identityCheck(body), name: name, sex: isMale ? "1" : "2",
      ethnicity: random.below(12) == 0 ? random.pick(["03", "05", "11", "23"]) : "01", birth: birth,
      address:
        "杭州市西湖区\(random.pick(Self.streets))\(1 + random.below(300))号\(1 + random.below(20))幢\(101 + random.below(1800))室"
    )
  }

  package func enterprise(_ number: Int) -> Enterprise {
    var random = SeededRandom(seed: seed ^ UInt64(number) &* 0xBF58_476D_1CE4_E5B9)
    let organisation = organisationCode(padded(number % 100_000_000, 8))
    let body = "91330106" + organisation
    return Enterprise(
      creditCode: body + creditCheck(body),
      name: "杭州\(random.pick(Self.trades))\(random.pick(Self.words))\(padded(number, 4))有限公司",
      address: "浙江省杭州市西湖区\(random.pick(Self.streets))\(1 + random.below(900))号",
      representative: person(number &+ 500_000))
  }

  private static let surnames = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "欧阳", "司马", "䶮", "尉迟", "单",
  ]
  // The rare ones take four bytes in GB18030 or came only with its later editions.
  private static let givenNames = [
    "伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "杰", "𫖯", "㐂", "𬭊", "若", "安", "宁",
  ]
  private static let streets = ["文三路", "文一西路", "古墩路", "莫干山路", "天目山路", "曙光路"]
  private static let trades = ["星河", "江南", "钱塘", "云栖", "龙井", "湖畔", "大禹"]
  private static let words = ["科技", "餐饮", "商贸", "信息", "建筑", "物流", "文化"]
}

/// A reproducible source of numbers (SplitMix64; G. Steele, D. Lea, C. Flood, 2014).
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
