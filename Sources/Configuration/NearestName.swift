/// The known name that was most likely meant, if one is near enough: at most a third of its characters differ.
package func nearestName(to found: String, in known: [String]) -> String? {
  let limit = max(1, found.count / 3)
  var best: (name: String, distance: Int)?
  for name in known {
    let distance = editDistance(Array(found.lowercased()), Array(name.lowercased()))
    if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
  }
  return best?.name
}

/// Levenshtein's distance: insertions, deletions and replacements, each counted once.
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let replaced = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[right.count]
}
