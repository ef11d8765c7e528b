/// Finds where an element ends by the tags of its name alone: what is wrong inside it does not matter.
///
/// Sections, comments and instructions are passed over as a whole, so that a text in one of them can never
/// pass itself off as an element.
struct XMLExtent {
  private let text: UnsafeRawBufferPointer
  private let name: Slice<UnsafeRawBufferPointer>
  private var place: Int

  /// - Parameter start: the `<` of the element's tag.
  init(_ text: UnsafeRawBufferPointer, at start: Int) {
    self.text = text
    name = text[min(start + 1, text.count)...].prefix {
      $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">")
    }
    place = start
  }

  /// Behind the element's end tag; nil if there is none.
  mutating func end() -> Int? {
    var depth = 0
    guard !name.isEmpty else { return nil }
    while let tag = text[place...].firstIndex(of: UInt8(ascii: "<")) {
      place = tag
      if starts("<![CDATA[") {
        guard pass("<![CDATA[", to: "]]>") else { return nil }
      } else if starts("<!--") {
        guard pass("<!--", to: "-->") else { return nil }
      } else if starts("<?") {
        guard pass("<?", to: "?>") else { return nil }
      } else if starts("</") {
        place += 2
        guard isNamed() else { continue }
        depth -= 1
        guard passTag() != nil else { return nil }
        if depth <= 0 { return place }
      } else {
        place += 1
        guard isNamed() else { continue }
        if passTag() != true { depth += 1 } else if depth == 0 { return place }
      }
    }
    return nil
  }

  private func starts(_ mark: StaticString) -> Bool {
    text[place...].starts(
      with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
  }

  private mutating func pass(_ opening: StaticString, to closing: StaticString) -> Bool {
    place += opening.utf8CodeUnitCount
    while place < text.count {
      if starts(closing) {
        place += closing.utf8CodeUnitCount
        return true
      }
      place += 1
    }
    return false
  }

  /// Whether the tag whose name begins at the cursor has the element's name.
  private func isNamed() -> Bool {
    guard text[place...].starts(with: name) else { return false }
    let after = place + name.count
    guard after < text.count else { return false }
    return text[after] <= 0x20 || text[after] == UInt8(ascii: "/")
      || text[after] == UInt8(ascii: ">")
  }

  /// Passes over the rest of a tag: whether it is that of an empty element; nil if the tag does not end
  /// before the next begins.
  private mutating func passTag() -> Bool? {
    var quote: UInt8?
    while place < text.count {
      let byte = text[place]
      if byte == UInt8(ascii: "<") { return nil }
      place += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return text[place - 2] == UInt8(ascii: "/")
      }
    }
    return nil
  }
}
