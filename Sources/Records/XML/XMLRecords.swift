/// The records of an XML body, read by libxml2's SAX interface from memory.
///
/// An element with text alone is a string, others are objects; attributes are members named `@name`;
/// elements of one name in one parent are an array; text beside elements is `#text`, unless it is white
/// space. Names are local names: prefixes and namespace declarations are left out.
///
/// With a format's `within`, each text there is a document of its own, and the records are in these.
struct XMLRecords {
  private let parser = XMLParser()
  private let within: [String]
  private var builder: XMLBuilder
  private var finder: XMLBuilder
  /// The decoded text of an element; reused.
  private var inner = ContiguousArray<UInt8>()
  /// Memory above this is given back after the body that needed it.
  private static let kept = 4 << 20

  init(_ format: XMLFormat, limits: RecordLimits) {
    within = format.within
    builder = XMLBuilder(path: format.record.map(XMLStep.init), limits: limits)
    finder = XMLBuilder(path: within.map(XMLStep.init), limits: limits, findsTexts: true)
  }

  mutating func read(
    _ text: inout NativeText, into tree: inout Tree, _ handout: inout Handout
  ) {
    guard !within.isEmpty else { return readDocument(&text, &tree, &handout) }
    Self.withoutMarks(text.utf8, text.marks) {
      Self.parse($0, parser, &finder, &text, &tree, &handout)
    }
    for element in finder.texts where element.isWhole {
      readInner(element, &text, &tree, &handout)
    }
    if inner.count > Self.kept { inner = [] }
    tellFault(of: finder, &text, &handout, missing: "an element \(within.joined(separator: "/"))")
  }

  /// The records of the document in the text of an element.
  private mutating func readInner(
    _ element: XMLElementText, _ text: inout NativeText, _ tree: inout Tree,
    _ handout: inout Handout
  ) {
    let escaped = EscapedText(text.utf8, element.range)
    inner.removeAll(keepingCapacity: true)
    if !element.hasElements { escaped.decode(into: &inner) }
    guard !inner.isEmpty else {
      return handout.bodyFault(
        .recordsMissing, at: element.range.lowerBound, in: &text,
        path: within.joined(separator: "."), "an XML document as this element's text")
    }
    // The buffer leaves the reader for the while, so that both can be written at once.
    var inner = ContiguousArray<UInt8>()
    swap(&inner, &self.inner)
    inner.withUnsafeBytes { decoded in
      text.withInner(escaped, decoded) { readDocument(&$0, &tree, &handout) }
    }
    swap(&inner, &self.inner)
  }

  private mutating func readDocument(
    _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    Self.withoutMarks(text.utf8, text.marks) {
      Self.parse($0, parser, &builder, &text, &tree, &handout)
    }
    tellFault(of: builder, &text, &handout, missing: "an element at the records' path")
  }

  /// Calls the body with the text without bytes that are no character: libxml2 would refuse all of it for
  /// one. The record that has the mark is refused when it is handed out.
  private static func withoutMarks(
    _ utf8: UnsafeRawBufferPointer, _ marks: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    guard marks > 0 else { return body(utf8) }
    var copy = ContiguousArray(utf8)
    for index in copy.indices where copy[index] == GB18030.mark { copy[index] = 0x7F }
    copy.withUnsafeBytes { body($0) }
  }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer, _ parser: XMLParser, _ builder: inout XMLBuilder,
    _ text: inout NativeText, _ tree: inout Tree, _ handout: inout Handout
  ) {
    withUnsafeMutablePointer(to: &text) { text in
      withUnsafeMutablePointer(to: &handout) { handout in
        withUnsafeMutablePointer(to: &builder) { builder in
          builder.pointee.begin(bytes, &tree, text, handout)
          parser.parse(bytes, builder)
          while let place = builder.pointee.recover() {
            parser.parse(bytes, from: place, after: builder.pointee.reopening, builder)
          }
          builder.pointee.end(&tree)
        }
      }
    }
  }

  private func tellFault(
    of builder: XMLBuilder, _ text: inout NativeText, _ handout: inout Handout, missing: String
  ) {
    if let fault = builder.bodyFault {
      handout.bodyFault(
        fault.code, at: fault.place, in: &text, path: fault.path, fault.expectation)
    } else if !builder.foundRecord {
      handout.bodyFault(.recordsMissing, in: &text, missing)
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

  func isNamed(_ local: UnsafeRawBufferPointer) -> Bool {
    name.map { $0.elementsEqual(local) } ?? !local.isEmpty
  }

  func matches(_ local: UnsafeRawBufferPointer, _ uri: UnsafeRawBufferPointer) -> Bool {
    isNamed(local) && (namespace.map { $0.elementsEqual(uri) } ?? true)
  }
}
