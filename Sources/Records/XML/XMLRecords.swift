/// The records of an XML body, read by libxml2's SAX interface from memory.
///
/// An element with text alone is a string, others are objects; attributes are members named `@name`;
/// elements of one name in one parent are an array; text beside elements is `#text`, unless it is white
/// space. Names are local names: prefixes and namespace declarations are left out.
struct XMLRecords {
  private let parser = XMLParser()
  private var builder: XMLBuilder

  init(_ format: XMLFormat, limits: RecordLimits) {
    builder = XMLBuilder(path: format.record.map(XMLStep.init), limits: limits)
  }

  mutating func read(
    _ text: inout NativeText, into tree: inout Tree, _ handout: inout Handout
  ) {
    guard text.marks > 0 else { return parse(text.utf8, &text, &tree, &handout) }
    // libxml2 must not see a byte that is no character: it would refuse the whole body for it. The
    // record that has the mark is refused when it is handed out.
    var copy = ContiguousArray(text.utf8)
    for index in copy.indices where copy[index] == GB18030.mark { copy[index] = 0x7F }
    copy.withUnsafeBytes { parse($0, &text, &tree, &handout) }
  }

  private mutating func parse(
    _ bytes: UnsafeRawBufferPointer, _ text: inout NativeText, _ tree: inout Tree,
    _ handout: inout Handout
  ) {
    withUnsafeMutablePointer(to: &text) { text in
      withUnsafeMutablePointer(to: &handout) { handout in
        withUnsafeMutablePointer(to: &builder) { builder in
          builder.pointee.begin(bytes, &tree, text, handout)
          parser.parse(bytes, builder)
          builder.pointee.end(&tree)
        }
      }
    }
    if let fault = builder.bodyFault {
      handout.bodyFault(
        fault.code, at: fault.place, in: &text, path: fault.path, fault.expectation)
    } else if !builder.foundRecord {
      handout.bodyFault(
        .recordsMissing, in: &text, "an element at the records' path")
    }
  }
}

/// One step of the way to the records.
struct XMLStep {
  /// Nil is any element.
  private let name: [UInt8]?
  private let namespace: [UInt8]?

  init(_ text: String) {
    if text.hasPrefix("{"), let brace = text.firstIndex(of: "}") {
      namespace = Array(text[text.index(after: text.startIndex)..<brace].utf8)
      name = Self.name(text[text.index(after: brace)...])
    } else {
      namespace = nil
      name = Self.name(text[...])
    }
  }

  private static func name(_ text: Substring) -> [UInt8]? { text == "*" ? nil : Array(text.utf8) }

  func matches(_ local: UnsafeRawBufferPointer, _ uri: UnsafeRawBufferPointer) -> Bool {
    (name.map { $0.elementsEqual(local) } ?? true)
      && (namespace.map { $0.elementsEqual(uri) } ?? true)
  }
}
