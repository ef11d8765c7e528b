/// Finds the division that an address begins with, by the names of the table of divisions.
///
/// Names are walked through character by character in a tree that is made once. An address may leave out its
/// province and its city, and write these in short (`浙江杭州西湖区`); a county has its full name, or the short one
/// of a city or a county (`义乌`, never `西湖`). A short name that goes on as a road's is none (`北京路`). The
/// division with most of the address in its names counts, and of several such the deepest.
package final class DivisionNames: Sendable {
  package enum Level: String, Sendable, CaseIterable {
    case province, city, county

    var rank: Int {
      switch self {
      case .province: 1
      case .city: 2
      case .county: 3
      }
    }
  }

  package enum Found: Sendable, Equatable {
    /// The six digits as a number.
    case found(Int)
    case unknown
    /// Several divisions are called so, and nothing says which is meant.
    case ambiguous
  }

  /// - Parameter table: the divisions with their names as labels.
  package init(_ table: CodeTable) {
    var names: [Int: String] = [:]
    for row in 0..<table.count {
      let code = table.code(of: row)
      if code.utf8.count == 6, let number = Int(code) { names[number] = table.label(of: row) }
    }
    var parents: Set<Int> = []
    for code in names.keys {
      for parent in [code / 100 * 100, code / 10_000 * 10_000] where parent != code {
        parents.insert(parent)
      }
    }
    /// Short names, and the highest division that is called so: it alone is.
    var highest: [String: Int] = [:]
    for (code, name) in names {
      let rank = DivisionName.rank(of: code)
      guard let short = DivisionName.short(name, rank) else { continue }
      highest[short] = min(rank, highest[short] ?? rank)
    }
    var builder = NameTreeBuilder()
    for (code, name) in names.sorted(by: { $0.key < $1.key }) {
      let rank = DivisionName.rank(of: code)
      let isLast = !parents.contains(code)
      builder.add(name, NameTree.Division(code: Int32(code), isShort: false, isLast: isLast))
      guard let short = DivisionName.short(name, rank), highest[short] == rank
      else { continue }
      builder.add(short, NameTree.Division(code: Int32(code), isShort: true, isLast: isLast))
    }
    tree = builder.tree()
  }

  private let tree: NameTree

  /// - Parameters:
  ///   - text: the address in UTF-8.
  ///   - within: a division as the first two, four or six digits of its code: where the address lies if its names
  ///     fit several; 0 for none.
  ///   - level: the least that must be found. A division that has none below it always suffices.
  package func find(_ text: UnsafeRawBufferPointer, within: Int, level: Level) -> Found {
    var search = Search(text: text, within: within)
    search.go(tree, from: 0, scope: 0)
    guard let best = search.best, best.rank >= level.rank || best.isLast else { return .unknown }
    return best.isAmbiguous ? .ambiguous : .found(best.code)
  }

  package func find(_ text: String, within: Int = 0, level: Level = .county) -> Found {
    withBytes(of: text) { find($0, within: within, level: level) }
  }
}

/// One way through an address after the other.
private struct Search {
  struct Best {
    var code: Int
    var end: Int
    var isLast: Bool
    var isAmbiguous = false
    var rank: Int { DivisionName.rank(of: code) }
  }

  let text: UnsafeRawBufferPointer
  let within: Int
  var best: Best?

  /// - Parameter scope: the division that the names before lead to; 0 for the whole country.
  mutating func go(_ tree: NameTree, from start: Int, scope: Int) {
    var place = passed(start)
    var node = 0
    while place < text.count, let next = tree.next(node, nextScalar(text, &place)) {
      node = next
      for division in tree.divisions(of: node) {
        let code = Int(division.code)
        guard DivisionName.isInside(code, scope), code != scope,
          !division.isShort || !isRoad(place)
        else { continue }
        consider(Best(code: code, end: place, isLast: division.isLast))
        if !division.isLast { go(tree, from: place, scope: code) }
      }
    }
  }

  private mutating func consider(_ new: Best) {
    guard let old = best, (old.end, old.rank) >= (new.end, new.rank) else {
      best = new
      return
    }
    guard old.code != new.code, (old.end, old.rank) == (new.end, new.rank) else { return }
    switch (isMeant(old.code), isMeant(new.code)) {
    case (false, true): best = new
    case (true, false): break
    default: best?.isAmbiguous = true
    }
  }

  private func isMeant(_ code: Int) -> Bool {
    within > 0 && DivisionName.isInside(code, within)
  }

  /// Behind blanks and signs, and what says nothing.
  private func passed(_ start: Int) -> Int {
    var place = start
    while true {
      let width = DivisionName.fillers.first { text.begins(with: $0, at: place) }?.utf8CodeUnitCount
      guard let width else { return place }
      place += width
    }
  }

  /// Whether a road's name goes on here.
  private func isRoad(_ place: Int) -> Bool {
    DivisionName.roads.contains { text.begins(with: $0, at: place) }
      || DivisionName.sides.contains { side in
        text.begins(with: side, at: place)
          && DivisionName.roads.contains {
            text.begins(with: $0, at: place + side.utf8CodeUnitCount)
          }
      }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func begins(with word: StaticString, at place: Int) -> Bool {
    guard place + word.utf8CodeUnitCount <= count else { return false }
    for index in 0..<word.utf8CodeUnitCount where self[place + index] != word.utf8Start[index] {
      return false
    }
    return true
  }
}
