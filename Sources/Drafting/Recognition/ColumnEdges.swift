import Standards

/// Where the columns of a fixed width begin: where blanks end in all lines, where the kind of character
/// changes in all lines, where windows of all lines hold numbers with a check character or dates, and where
/// the zeros of a filled number begin behind digits that change.
struct ColumnEdges {
  struct Column: Equatable {
    let start: Int
    let length: Int
    /// What showed where it begins.
    let note: String
  }

  private let ruler: Ruler
  private var notes: [Int: String] = [0: "the line begins"]
  /// Positions that belong to a window.
  private var taken: [Bool]

  static func find(in ruler: Ruler) -> [Column] {
    var edges = ColumnEdges(ruler)
    edges.placeWindows()
    edges.placeBlankEnds()
    edges.placeChanges()
    edges.placeFilledNumbers()
    edges.placeDivisions()
    let starts = edges.notes.keys.filter { $0 < ruler.length }.sorted()
    return starts.indices.map { index in
      let end = index + 1 < starts.count ? starts[index + 1] : ruler.length
      return Column(
        start: starts[index], length: end - starts[index], note: edges.notes[starts[index]] ?? "")
    }
  }

  private init(_ ruler: Ruler) {
    self.ruler = ruler
    taken = Array(repeating: false, count: ruler.length)
  }

  private mutating func mark(_ place: Int, _ note: String) {
    if notes[place] == nil { notes[place] = note }
  }

  // MARK: Windows

  private struct Window {
    let length: Int
    let what: String
    let fits: ([UInt8]) -> Bool
  }

  private mutating func placeWindows() {
    let windows = [
      Window(length: 18, what: "identity numbers") { check($0, .gb11643) },
      Window(length: 18, what: "credit codes") { check($0, .gb32100) },
      Window(length: 14, what: "times of day and date") { DateForm.isBasicMoment($0) },
      Window(length: 8, what: "dates") { DateForm.isBasicDay($0) },
    ]
    for window in windows {
      place(window)
      if window.what == "identity numbers" { placeBirthDates() }
    }
  }

  /// Eight digits that the identity number of the same line has in it.
  private mutating func placeBirthDates() {
    for number in notes.keys.sorted() where notes[number]?.hasPrefix("identity numbers in") == true
    {
      for place in 0...(ruler.length - 8) where isFree(place, 8) {
        let hits = ruler.lines.filter { line in
          line.bytes[place..<place + 8].elementsEqual(line.bytes[number + 6..<number + 14])
        }.count
        guard hits * 10 >= ruler.lines.count * 7 else { continue }
        claim(
          place, 8,
          "the day of birth in the identity numbers, in \(hits) of \(ruler.lines.count) lines")
      }
    }
  }

  private mutating func claim(_ place: Int, _ length: Int, _ note: String) {
    notes[place] = note
    mark(place + length, "what is before it ends here")
    for index in place..<place + length { taken[index] = true }
  }

  private mutating func place(_ window: Window) {
    guard ruler.length >= window.length else { return }
    var best: [(place: Int, hits: Int, count: Int)] = []
    for place in 0...(ruler.length - window.length) where isFree(place, window.length) {
      let (hits, count) = fit(window, at: place)
      if hits > 0, hits * 10 >= count * 7 { best.append((place, hits, count)) }
    }
    for found in best.sorted(by: { ($1.hits, $0.place) < ($0.hits, $1.place) })
    where isFree(found.place, window.length) {
      claim(found.place, window.length, "\(window.what) in \(found.hits) of \(found.count) lines")
    }
  }

  private func isFree(_ place: Int, _ length: Int) -> Bool {
    !taken[place..<place + length].contains(true)
  }

  /// In how many lines the window holds such a value, and in how many it holds anything.
  private func fit(_ window: Window, at place: Int) -> (hits: Int, count: Int) {
    var (hits, count) = (0, 0)
    for line in ruler.lines {
      let range = place..<place + window.length
      if line.classes[range].allSatisfy({ $0 == .blank }) { continue }
      let text = Array(line.bytes[range])
      if text.allSatisfy({ $0 == 0x30 }) { continue }
      count += 1
      if line.classes[range].allSatisfy({ $0 == .digit || $0 == .letter }), window.fits(text) {
        hits += 1
      } else if count > 6, hits * 2 < count {
        return (0, count)
      }
    }
    return (hits, count)
  }

  // MARK: Edges

  private mutating func placeBlankEnds() {
    for place in 1..<max(1, ruler.length) where !taken[place] || notes[place] != nil {
      guard all(place - 1, { $0 == .blank }), !all(place, { $0 == .blank }) else { continue }
      mark(place, "blanks before it in all lines")
    }
  }

  private mutating func placeChanges() {
    for place in 1..<max(1, ruler.length) where !taken[place] {
      guard let before = single(place - 1), let after = single(place), before != after else {
        continue
      }
      if before == .blank || after == .blank || before == .sign || after == .sign { continue }
      // Numbers stand in names of enterprises and in addresses.
      if before == .wide || after == .wide && isBehindText(place) { continue }
      mark(place, "\(name(before)) end and \(name(after)) begin in all lines")
    }
  }

  /// Whether the run of digits or letters before a place follows Chinese text.
  private func isBehindText(_ place: Int) -> Bool {
    var at = place - 1
    while at > 0, notes[at] == nil, let kind = single(at), kind == .digit || kind == .letter {
      at -= 1
    }
    return single(at) == .wide
  }

  private mutating func placeFilledNumbers() {
    for place in 2..<max(2, ruler.length - 3) where isFree(place, 3) {
      let isFilled = (place..<place + 3).allSatisfy { constant($0) == 0x30 }
      guard isFilled, single(place - 1) == .digit, constant(place - 1) == nil,
        notes[place - 1] == nil
      else { continue }
      mark(place, "a number filled with zeros begins behind digits that change")
    }
  }

  /// Six digits between an edge and a window that are a division in most lines.
  private mutating func placeDivisions() {
    let window = Window(length: 6, what: "division codes") { check($0, .division) }
    for start in notes.keys.sorted() where start + 6 < ruler.length && isFree(start, 6) {
      guard notes[start + 6] == nil else { continue }
      let (hits, count) = fit(window, at: start)
      guard hits > 0, hits * 10 >= count * 9, (0..<6).allSatisfy({ single(start + $0) == .digit }),
        single(start + 6) != .digit
      else { continue }
      mark(start + 6, "division codes end before it")
    }
  }

  // MARK: Looking down a column

  private func all(_ place: Int, _ holds: (Ruler.Class) -> Bool) -> Bool {
    ruler.lines.allSatisfy { holds($0.classes[place]) }
  }

  /// The class that a position has in all lines; nil if it has several.
  private func single(_ place: Int) -> Ruler.Class? {
    guard let first = ruler.lines.first?.classes[place], all(place, { $0 == first }) else {
      return nil
    }
    return first
  }

  private func constant(_ place: Int) -> UInt8? {
    guard let first = ruler.lines.first?.bytes[place],
      ruler.lines.allSatisfy({ $0.bytes[place] == first })
    else { return nil }
    return first
  }

  private func name(_ kind: Ruler.Class) -> String {
    switch kind {
    case .blank: "blanks"
    case .digit: "digits"
    case .letter: "letters"
    case .sign: "signs"
    case .wide: "Chinese characters"
    }
  }
}

private func check(_ text: [UInt8], _ kind: IdentifierKind) -> Bool {
  text.withUnsafeBytes { kind.check($0) == .valid }
}
