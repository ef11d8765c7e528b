/// How divisions are called and numbered.
enum DivisionName {
  /// 1 for a province, 2 for a city, 3 for a county.
  static func rank(of code: Int) -> Int { code % 10_000 == 0 ? 1 : code % 100 == 0 ? 2 : 3 }

  /// - Parameter scope: six digits, the first two or four of them, or 0 for the whole country.
  static func isInside(_ code: Int, _ scope: Int) -> Bool {
    var scope = scope
    if scope < 1_000_000, scope >= 100_000 {
      if scope % 10_000 == 0 { scope /= 10_000 } else if scope % 100 == 0 { scope /= 100 }
    }
    switch scope {
    case 0: return true
    case ..<100: return code / 10_000 == scope
    case ..<10_000: return code / 100 == scope
    default: return code == scope
    }
  }

  /// The name without what it is; nil where no one would know it by that.
  static func short(_ name: String, _ rank: Int) -> String? {
    let endings = rank == 1 ? provinceEndings : rank == 2 ? cityEndings : countyEndings
    guard let ending = endings.first(where: { name.hasSuffix($0) }) else { return nil }
    var short = name.dropLast(ending.count)
    if rank == 3, short.hasSuffix("自治") { return nil }
    if ending == "自治州" {
      while let people = peoples.first(where: { short.hasSuffix($0) }) {
        short = short.dropLast(people.count)
      }
    }
    return short.count >= 2 ? String(short) : nil
  }

  private static let provinceEndings = ["壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市"]
  private static let cityEndings = ["自治州", "地区", "市", "盟"]
  private static let countyEndings = ["市", "县"]
  /// Those that autonomous prefectures are called after.
  private static let peoples = [
    "藏族", "羌族", "彝族", "苗族", "侗族", "布依族", "哈尼族", "壮族", "傣族", "白族", "景颇族", "傈僳族", "回族",
    "土家族", "朝鲜族", "蒙古族", "蒙古", "哈萨克", "柯尔克孜",
  ]

  /// What stands before and between names and says nothing.
  static let fillers: [StaticString] = [
    " ", "\u{3000}", ",", "，", "、", "-", "/", "·", "中华人民共和国", "中国", "市辖区", "省直辖县级行政区划",
  ]
  static let roads: [StaticString] = ["路", "街", "道", "巷", "弄"]
  /// What may stand between a road's name and its kind.
  static let sides: [StaticString] = ["东", "南", "西", "北", "中", "大", "新", "一", "二", "三", "支"]
}

/// All names, character by character, in flat lists.
struct NameTree: Sendable {
  struct Division: Sendable {
    var code: Int32
    var isShort: Bool
    /// Nothing lies below it.
    var isLast: Bool
  }

  fileprivate struct Node: Sendable {
    var firstEdge: Int32
    var edgeCount: Int32
    var firstDivision: Int32
    var divisionCount: Int32
  }

  fileprivate struct Edge: Sendable {
    var scalar: UInt32
    var target: Int32
  }

  fileprivate var nodes: ContiguousArray<Node> = []
  fileprivate var edges: ContiguousArray<Edge> = []
  fileprivate var places: ContiguousArray<Division> = []

  /// The node behind a character; the edges of a node are sorted.
  func next(_ node: Int, _ scalar: UInt32) -> Int? {
    var low = Int(nodes[node].firstEdge)
    let end = low + Int(nodes[node].edgeCount)
    var high = end
    while low < high {
      let middle = (low + high) / 2
      if edges[middle].scalar < scalar { low = middle + 1 } else { high = middle }
    }
    return low < end && edges[low].scalar == scalar ? Int(edges[low].target) : nil
  }

  func divisions(of node: Int) -> ContiguousArray<Division>.SubSequence {
    let first = Int(nodes[node].firstDivision)
    return places[first..<first + Int(nodes[node].divisionCount)]
  }
}

struct NameTreeBuilder {
  private var edges: [[UInt32: Int]] = [[:]]
  private var divisions: [[NameTree.Division]] = [[]]

  mutating func add(_ name: String, _ division: NameTree.Division) {
    var node = 0
    for scalar in name.unicodeScalars {
      let next = edges[node][scalar.value] ?? edges.count
      if next == edges.count {
        edges[node][scalar.value] = next
        edges.append([:])
        divisions.append([])
      }
      node = next
    }
    divisions[node].append(division)
  }

  func tree() -> NameTree {
    var tree = NameTree()
    for node in edges.indices {
      tree.nodes.append(
        NameTree.Node(
          firstEdge: Int32(tree.edges.count), edgeCount: Int32(edges[node].count),
          firstDivision: Int32(tree.places.count), divisionCount: Int32(divisions[node].count)))
      for (scalar, target) in edges[node].sorted(by: { $0.key < $1.key }) {
        tree.edges.append(NameTree.Edge(scalar: scalar, target: Int32(target)))
      }
      tree.places.append(contentsOf: divisions[node])
    }
    return tree
  }
}

/// Decodes the character at a place and moves on; a byte that belongs to none is itself.
func nextScalar(_ text: UnsafeRawBufferPointer, _ place: inout Int) -> UInt32 {
  let first = text[place]
  let more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0
  guard more > 0, place + more < text.count else {
    place += 1
    return UInt32(first)
  }
  var value = UInt32(first) & (0x3F >> UInt32(more))
  for offset in 1...more { value = value << 6 | UInt32(text[place + offset] & 0x3F) }
  place += more + 1
  return value
}
