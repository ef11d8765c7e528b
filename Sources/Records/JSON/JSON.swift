/// JSON texts as a whole: what `tongban json check` and the schema tools need.
package enum JSON {
  /// Whether a text is well-formed by RFC 8259 alone: UTF-8 without a byte order mark, one value.
  /// Repeated names and lone surrogates are allowed there, and depth has no limit.
  package static func check(_ text: UnsafeRawBufferPointer) throws(RecordError) {
    guard text.count < 1 << 30 else {
      throw RecordError(.tooLarge, "a text below one gibibyte")
    }
    var copy = ContiguousArray<UInt8>()
    copy.reserveCapacity(text.count + JSONScanner.padding)
    copy.append(contentsOf: text)
    copy.append(contentsOf: repeatElement(0, count: JSONScanner.padding))
    do throws(JSONFault) {
      try copy.withUnsafeMutableBufferPointer { (copy) throws(JSONFault) in
        var scanner = JSONScanner(copy, refusesLoneSurrogates: false)
        try check(&scanner)
      }
    } catch {
      throw recordError(error, in: text)
    }
  }

  package static func check(_ text: [UInt8]) throws(RecordError) {
    try text.withUnsafeBufferPointer { (bytes) throws(RecordError) in
      try check(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Reads one value of any kind into a tree, as strictly as the message path does unless told otherwise.
  package static func read(
    _ text: UnsafeRawBufferPointer, into tree: inout Tree, limits: RecordLimits = RecordLimits(),
    refusesDuplicates: Bool = true
  ) throws(RecordError) {
    guard text.count <= min(limits.recordBytes, 1 << 30 - 1) else {
      throw RecordError(.tooLarge, "at most \(limits.recordBytes) bytes")
    }
    var parser = JSONParser(limits: limits, refusesDuplicates: refusesDuplicates)
    do throws(JSONFault) {
      try parser.parse(text, origin: 0, into: &tree)
    } catch {
      var fault = recordError(error, in: text)
      fault.path = parser.faultPath
      throw fault
    }
  }

  private static func recordError(
    _ fault: JSONFault, in text: UnsafeRawBufferPointer
  ) -> RecordError {
    let line = 1 + UnsafeRawBufferPointer(rebasing: text.prefix(fault.byte)).count(of: 0x0A)
    return RecordError(fault.code, line: line, byte: fault.byte, "\(fault.expectation)")
  }

  /// The grammar of RFC 8259 with one bit for each open container: true for an object.
  private static func check(_ scanner: inout JSONScanner) throws(JSONFault) {
    var open: ContiguousArray<Bool> = []
    value: while true {
      scanner.skipSpace()
      switch scanner.current {
      case 0x22: _ = try scanner.string()
      case 0x2D, 0x30...0x39: _ = try scanner.number()
      case 0x7B, 0x5B:
        let isObject = scanner.current == 0x7B
        open.append(isObject)
        scanner.cursor &+= 1
        scanner.skipSpace()
        if scanner.current != (isObject ? 0x7D : 0x5D) {
          if isObject { _ = try scanner.memberName() }
          continue value
        }
      default: _ = try scanner.literal()
      }
      while let isObject = open.last {
        scanner.skipSpace()
        if scanner.current == 0x2C {
          scanner.cursor &+= 1
          if isObject {
            scanner.skipSpace()
            _ = try scanner.memberName()
          }
          continue value
        }
        guard scanner.current == (isObject ? 0x7D : 0x5D) else {
          throw scanner.unseparated(isObject)
        }
        scanner.cursor &+= 1
        open.removeLast()
      }
      break
    }
    try scanner.finish()
  }
}
