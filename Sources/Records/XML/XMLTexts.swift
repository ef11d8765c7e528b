/// The text of an element in which another document stands.
struct XMLElementText {
  var range: Range<Int>
  /// Whether elements stand in it, and so no text alone.
  var hasElements = false
  /// Whether its end tag has come: a document may break before.
  var isWhole = false
}

extension XMLBuilder {
  /// Begins the text of an element at the path, or tells that an element is inside one.
  mutating func startText(at place: Int) {
    if depth == path.count {
      guard texts.count < limits.nodes else {
        return fail(.tooLarge, place, "fewer documents in one body", isFinal: true)
      }
      foundRecord = true
      let start = min(place + 1, bytes.count)
      texts.append(XMLElementText(range: start..<start))
    } else if let last = texts.indices.last {
      texts[last].hasElements = true
    }
  }

  mutating func endText(at place: Int) {
    guard let last = texts.indices.last else { return }
    texts[last].isWhole = true
    guard !isEmptyTag(before: place) else { return }
    let start = texts[last].range.lowerBound
    texts[last].range = start..<max(start, tagStart(before: place))
  }
}
