import CXML2

/// libxml2's parser: owns its context, and passes its events to a builder.
///
/// The parser gets no network, no file and no document type: the first byte of a DOCTYPE ends the reading,
/// so no entity but the five predefined ones is ever known. The context is used again for each body, until
/// its dictionary of names has grown.
final class XMLParser {
  private var context: xmlParserCtxtPtr?
  /// Counts the contexts, since names of different ones may have the same address.
  private var contexts = 0
  private static let namesKept: Int32 = 4096
  /// libxml2's dictionary slows down with every name beyond some ten thousand.
  fileprivate static let nameLimit: Int32 = 65_536
  /// libxml2 compares each attribute of an element with each other.
  private static let attributeLimit = 1024
  /// A body below this has no room for enough attributes to matter.
  private static let smallBody = 65_536

  deinit {
    if let context { xmlFreeParserCtxt(context) }
  }

  /// Parses a body in UTF-8; a body that is not well-formed is the builder's `bodyFault`.
  func parse(_ bytes: UnsafeRawBufferPointer, _ builder: UnsafeMutablePointer<XMLBuilder>) {
    guard let context = freshContext() else {
      return builder.pointee.fail(.tooLarge, 0, "memory for the XML parser")
    }
    // libxml2 would take a zero among the first bytes for another charset, whatever it is told.
    if let place = bytes.prefix(4).firstIndex(of: 0) {
      return builder.pointee.fail(.notXML, place, "a document that begins with <")
    }
    if let place = Self.crowdedElement(bytes) {
      return builder.pointee.fail(
        .tooLarge, place, "at most \(Self.attributeLimit) attributes in one element")
    }
    run(context, builder, count: bytes.count) { options in
      xmlCtxtReadMemory(
        context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil,
        nil, options)
    }
  }

  /// Parses the rest of a body from a place on, with the tags before it that open what it is inside of.
  /// Reads no further than to the next fault.
  func parse(
    _ bytes: UnsafeRawBufferPointer, from place: Int, after reopening: ContiguousArray<UInt8>,
    _ builder: UnsafeMutablePointer<XMLBuilder>
  ) {
    guard let context = freshContext() else {
      return builder.pointee.fail(.tooLarge, place, "memory for the XML parser", isFinal: true)
    }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
    var feed = XMLFeed(builder: builder, parts: [])
    reopening.withUnsafeBytes { tags in
      feed.parts = [tags, rest]
      withUnsafeMutablePointer(to: &feed) { feed in
        run(context, builder, fedFrom: place - tags.count, count: bytes.count) { options in
          xmlCtxtReadIO(context, XMLFeed.read, nil, feed, nil, nil, options)
        }
      }
    }
  }

  private func run(
    _ context: xmlParserCtxtPtr, _ builder: UnsafeMutablePointer<XMLBuilder>,
    fedFrom start: Int? = nil, count: Int, _ read: (Int32) -> xmlDocPtr?
  ) {
    builder.pointee.use(context: contexts)
    var user = XMLEvents(
      builder: builder, context: context, shift: start ?? 0, count: count, isWhole: start == nil)
    // libxml2 calls back from inside this call only, so the pointer does not outlive what it points to.
    withUnsafeMutablePointer(to: &user) { user in
      context.pointee.userData = UnsafeMutableRawPointer(user)
      let options =
        XML_PARSE_NONET.rawValue | XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_NOERROR.rawValue
        | XML_PARSE_NOWARNING.rawValue
      // Set by the body before, and not reset.
      context.pointee.progressive = 0
      if let document = read(Int32(options)) { xmlFreeDoc(document) }
      context.pointee.userData = nil
    }
    if context.pointee.wellFormed == 0 {
      builder.pointee.fail(.notXML, count, "well-formed XML")
    }
  }

  /// Where an element with too many attributes may begin: so many equals signs with a quote behind them,
  /// and no `<`, which attributes cannot contain.
  private static func crowdedElement(_ bytes: UnsafeRawBufferPointer) -> Int? {
    // No element has more than the whole body, and counting is quick.
    guard bytes.count > smallBody, bytes.count(of: 0x3D) > attributeLimit else { return nil }
    var (start, attributes) = (0, 0)
    var isAfterEquals = false
    for (place, byte) in bytes.enumerated() {
      switch byte {
      case 0x3C: (start, attributes, isAfterEquals) = (place, 0, false)
      case 0x3D: isAfterEquals = true
      case 0x09, 0x0A, 0x0D, 0x20: continue
      case 0x22, 0x27:
        if isAfterEquals { attributes &+= 1 }
        if attributes > attributeLimit { return start }
        isAfterEquals = false
      default: isAfterEquals = false
      }
    }
    return nil
  }

  private func freshContext() -> xmlParserCtxtPtr? {
    if let context, xmlDictSize(context.pointee.dict) > Self.namesKept {
      xmlFreeParserCtxt(context)
      self.context = nil
    }
    if let context { return context }
    guard let context = xmlNewParserCtxt() else { return nil }
    guard let sax = context.pointee.sax else {
      xmlFreeParserCtxt(context)
      return nil
    }
    sax.pointee = XMLEvents.callbacks
    self.context = context
    contexts += 1
    return context
  }
}

/// What libxml2's callbacks get as their user, for the length of one body.
private struct XMLEvents {
  let builder: UnsafeMutablePointer<XMLBuilder>
  let context: xmlParserCtxtPtr
  /// What is added to the parser's places to make them the body's.
  let shift: Int
  let count: Int
  /// Whether the whole text is in memory already.
  let isWhole: Bool

  /// The parser's place in the body.
  @inline(__always) var place: Int {
    guard let input = context.pointee.input, let base = input.pointee.base,
      let current = input.pointee.cur
    else { return count }
    return min(count, Int(truncatingIfNeeded: input.pointee.consumed) + (current - base) + shift)
  }

  @inline(__always) static func of(_ user: UnsafeMutableRawPointer?) -> XMLEvents? {
    user?.assumingMemoryBound(to: XMLEvents.self).pointee
  }

  static var callbacks: xmlSAXHandler {
    var sax = xmlSAXHandler()
    sax.initialized = UInt32(XML_SAX2_MAGIC)
    // Where the whole body is in memory, libxml2 need not ask for more at every step of its last 250 bytes.
    sax.startDocument = { user in
      guard let events = XMLEvents.of(user), events.isWhole else { return }
      events.context.pointee.progressive = 1
    }
    sax.startElementNs = { user, local, _, uri, _, _, count, _, attributes in
      guard let events = XMLEvents.of(user) else { return }
      events.builder.pointee.startElement(
        XMLEvents.bytes(local), XMLEvents.bytes(uri),
        XMLAttributes(start: attributes, count: 5 * Int(count)),
        at: events.place)
      if events.builder.pointee.elements & 63 == 0,
        xmlDictSize(events.context.pointee.dict) > XMLParser.nameLimit
      {
        events.builder.pointee.fail(
          .tooLarge, events.place, "at most \(XMLParser.nameLimit) names in one body", isFinal: true
        )
        xmlStopParser(events.context)
      }
    }
    sax.endElementNs = { user, _, _, _ in
      guard let events = XMLEvents.of(user) else { return }
      events.builder.pointee.endElement(at: events.place)
    }
    sax.characters = { user, text, count in
      guard let events = XMLEvents.of(user) else { return }
      events.builder.pointee.characters(
        UnsafeRawBufferPointer(start: text, count: Int(count)), at: events.place)
    }
    sax.ignorableWhitespace = sax.characters
    sax.cdataBlock = sax.characters
    sax.internalSubset = { user, _, _, _ in
      guard let events = XMLEvents.of(user) else { return }
      events.builder.pointee.failForDocumentType(events.place)
      xmlStopParser(events.context)
    }
    sax.serror = { user, error in
      guard let events = XMLEvents.of(user), let error, error.pointee.level == XML_ERR_FATAL
      else { return }
      events.builder.pointee.fail(
        XMLErrors.code(error.pointee.code), events.place,
        XMLErrors.expectation(error.pointee.code))
    }
    return sax
  }

  @inline(__always)
  private static func bytes(_ text: UnsafePointer<xmlChar>?) -> UnsafeRawBufferPointer {
    guard let text else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: text, count: Int(xmlStrlen(text)))
  }
}
