@testable import Records

/// A generator that repeats itself from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A seed of this run, printed so that a failure can be repeated.
  static func printed(_ test: String) -> Seeded {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("\(test): seed \(seed)")
    return Seeded(seed)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }
}

extension Seeded {
  /// A text of a few characters of all lengths and kinds.
  mutating func text(alphabet: String = "ab Z09\"\\/\n\t\u{1}<>&',|=;中张䶮㐂𫖯é\u{7F}\u{2028}")
    -> String
  {
    let characters = Array(alphabet.unicodeScalars)
    var text = ""
    for _ in 0..<below(pick([1, 4, 9, 30])) { text.unicodeScalars.append(pick(characters)) }
    return text
  }

  mutating func number() -> String {
    pick(["0", "-1", "12", "1.50", "-0.001", "1e10", "9007199254740993", "1E-7"])
  }

  /// A random value of at most that depth, appended to the tree.
  mutating func grow(_ tree: inout Tree, name: Tree.Slice = .empty, depth: Int) {
    switch below(depth > 0 ? 8 : 5) {
    case 0: tree.append(.null, name: name)
    case 1: tree.append(below(2) == 0 ? .true : .false, name: name)
    case 2: tree.append(.number, name: name, text: tree.intern(number()))
    case 3, 4: tree.append(.string, name: name, text: tree.intern(text()))
    case 5:
      let array = tree.open(.array, name: name)
      for _ in 0..<below(5) { grow(&tree, depth: depth - 1) }
      tree.close(array)
    default:
      let object = tree.open(.object, name: name)
      for index in 0..<below(7) {
        grow(&tree, name: tree.intern(text() + String(index)), depth: depth - 1)
      }
      tree.close(object)
    }
  }

  /// The same bytes with a few of them changed, dropped, doubled or swapped for telling ones.
  ///
  /// - Parameter other: stretches of it are put in or take the place of others.
  mutating func mutated(_ bytes: [UInt8], with other: [UInt8] = []) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<(1 + below(4)) where !bytes.isEmpty {
      let place = below(bytes.count)
      switch below(other.isEmpty ? 7 : 8) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
      case 1: bytes.remove(at: place)
      case 2:
        bytes.insert(
          pick(Array("\"\\{}[],:<>&;=|\n\r\t 0-e\0".utf8) + [0x80, 0xFF, 0xC3]), at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + below(8)))
      case 4:
        bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(12))], at: place)
      case 5: bytes.swapAt(place, below(bytes.count))
      case 6: bytes[place] ^= 1 << UInt8(below(8))
      default:
        let start = below(other.count)
        let stretch = other[start..<min(other.count, start + below(40))]
        bytes.replaceSubrange(place..<min(bytes.count, place + below(40)), with: stretch)
      }
    }
    return bytes
  }
}
