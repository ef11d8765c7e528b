/// The elements of XML bodies by their paths, and how often each stands in one parent.
///
/// A scan of the tags alone, which goes on over what a reader would refuse and ends where the text ends: it
/// says only what the bodies look like.
struct XMLOutline {
  struct Element {
    let name: String
    let parent: Int?
    var children: [String: Int] = [:]
    var attributes: Set<String> = []
    var count = 0
    /// The most of them that one parent has.
    var together = 0
    /// How many of them have text alone.
    var leaves = 0
  }

  private(set) var elements: [Element] = []
  /// The root's number, by name: samples may differ.
  private(set) var roots: [String: Int] = [:]
  private(set) var hasDoctype = false
  private(set) var encoding: String?

  private static let largest = 2_000
  private static let deepest = 64

  private struct Frame {
    var element: Int
    var counts: [Int: Int] = [:]
  }

  mutating func add(_ text: [UInt8]) {
    var stack: [Frame] = []
    var at = 0
    while let open = text[at...].firstIndex(of: UInt8(ascii: "<")), open + 1 < text.count {
      let rest = text[open...]
      if rest.starts(with: "<!--".utf8) {
        at = Self.end(of: "-->", in: text, from: open + 4)
      } else if rest.starts(with: "<![CDATA[".utf8) {
        at = Self.end(of: "]]>", in: text, from: open + 9)
      } else if rest.starts(with: "<?".utf8) {
        at = Self.end(of: "?>", in: text, from: open + 2)
        if open < 4 { encoding = Self.encoding(in: text[open..<at]) ?? encoding }
      } else if rest.starts(with: "<!".utf8) {
        hasDoctype = hasDoctype || rest.starts(with: "<!DOCTYPE".utf8)
        at = Self.end(of: ">", in: text, from: open + 2)
      } else {
        let close = Self.tagEnd(text, from: open + 1)
        tag(text[(open + 1)..<close], &stack)
        at = min(close + 1, text.count)
      }
      if stack.count > Self.deepest || elements.count > Self.largest { return }
    }
  }

  private mutating func tag(_ tag: ArraySlice<UInt8>, _ stack: inout [Frame]) {
    if tag.first == UInt8(ascii: "/") {
      close(&stack)
      return
    }
    let isEmpty = tag.last == UInt8(ascii: "/")
    let words = isEmpty ? tag.dropLast() : tag
    let name = Self.local(words.prefix { $0 > 0x20 })
    guard !name.isEmpty else { return }
    let element = enter(name, &stack)
    for attribute in Self.attributes(words.drop { $0 > 0x20 }) {
      if elements[element].attributes.count < 200 { elements[element].attributes.insert(attribute) }
    }
    stack.append(Frame(element: element))
    if isEmpty { close(&stack) }
  }

  private mutating func enter(_ name: String, _ stack: inout [Frame]) -> Int {
    let parent = stack.last?.element
    let known = parent.map { elements[$0].children[name] } ?? roots[name]
    let number = known ?? elements.count
    if known == nil {
      elements.append(Element(name: name, parent: parent))
      if let parent { elements[parent].children[name] = number } else { roots[name] = number }
    }
    elements[number].count += 1
    var together = 1
    if !stack.isEmpty {
      together = stack[stack.count - 1].counts[number, default: 0] + 1
      stack[stack.count - 1].counts[number] = together
    }
    elements[number].together = max(elements[number].together, together)
    return number
  }

  private mutating func close(_ stack: inout [Frame]) {
    guard let frame = stack.popLast() else { return }
    if frame.counts.isEmpty { elements[frame.element].leaves += 1 }
  }

  // MARK: Bytes

  private static func end(of mark: String, in text: [UInt8], from start: Int) -> Int {
    let mark = Array(mark.utf8)
    var at = min(start, text.count)
    while at + mark.count <= text.count {
      if text[at] == mark[0], text[at...].starts(with: mark) { return at + mark.count }
      at += 1
    }
    return text.count
  }

  /// The `>` that ends a tag, outside quotes.
  private static func tagEnd(_ text: [UInt8], from start: Int) -> Int {
    var (at, quote) = (start, UInt8(0))
    while at < text.count {
      let byte = text[at]
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return at
      }
      at += 1
    }
    return text.count
  }

  private static func local(_ name: ArraySlice<UInt8>) -> String {
    let colon = name.lastIndex(of: UInt8(ascii: ":"))
    return String(decoding: name[(colon.map { $0 + 1 } ?? name.startIndex)...], as: UTF8.self)
  }

  private static func attributes(_ words: ArraySlice<UInt8>) -> [String] {
    var (names, rest) = ([String](), words)
    while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
      let raw = rest[..<equals].filter { $0 > 0x20 }
      let text = String(decoding: raw, as: UTF8.self)
      if !raw.isEmpty, !text.hasPrefix("xmlns") { names.append(local(raw[...])) }
      rest = rest[(equals + 1)...].drop { $0 <= 0x20 }
      guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
        let end = rest.dropFirst().firstIndex(of: quote)
      else { break }
      rest = rest[(end + 1)...]
    }
    return names
  }

  private static func encoding(in declaration: ArraySlice<UInt8>) -> String? {
    let text = String(decoding: declaration, as: UTF8.self)
    guard let parts = text.split(separator: "encoding").dropFirst().first else { return nil }
    let label = parts.drop { $0 == "=" || $0 == " " || $0 == "\"" || $0 == "'" }
    return String(label.prefix { $0 != "\"" && $0 != "'" && $0 != "?" })
  }
}
