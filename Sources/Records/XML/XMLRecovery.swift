// A record that is not well-formed does not sink those behind it.
//
// libxml2 stops for good where a document breaks. If that is inside a record whose end can be found by its tags
// alone, the reading goes on behind it: with a document made of the tags of the elements around the
// records and the rest of the body.

extension XMLBuilder {
  /// Each new start costs a little more than the record: so many are made in one body.
  private static let recoveryLimit = 1000
  /// The tags around the records are read again at each start, so they must be short.
  private static let ancestorLimit = 4096

  /// Remembers the tag of an element that the records are in, which ends at a place.
  mutating func keepAncestor(until place: Int) {
    guard place >= resumed else { return }
    ancestors.removeLast(max(0, ancestors.count - depth + 1))
    ancestors.append(tagStart(before: place)..<min(place + 1, bytes.count))
  }

  /// Refuses the record that the document breaks in, and tells where to read on; nil if the body ends there.
  mutating func recover() -> Int? {
    guard let fault = bodyFault, !isLost, recoveries < Self.recoveryLimit,
      let start = brokenRecord(fault),
      ancestors.reduce(0, { $0 + $1.count }) <= Self.ancestorLimit, let source, let handout
    else { return nil }
    var extent = XMLExtent(bytes, at: start)
    guard let end = extent.end(), fault.place <= end else { return nil }
    handout.pointee.fault(
      fault.code, at: fault.place, in: &source.pointee, path: fault.path, fault.expectation)
    (bodyFault, recordFault) = (nil, nil)
    (depth, matched, recordDepth) = (0, 0, 0)
    recoveries += 1
    resumed = end
    return end
  }

  /// Where the record begins that a fault is in: the one that is open, or one whose tag is not well-formed.
  private func brokenRecord(_ fault: XMLFault) -> Int? {
    guard path.count > 1, !findsTexts, ancestors.count == path.count - 1 else { return nil }
    if recordDepth > 0 { return recordStart }
    guard matched == path.count - 1, depth == matched else { return nil }
    let tag = tagStart(before: fault.place)
    // Nothing but text between the tags: a comment's words are no tag.
    guard tag >= lastTag, tag < bytes.count, bytes[tag] == UInt8(ascii: "<"),
      !bytes[lastTag..<tag].contains(UInt8(ascii: "<"))
    else { return nil }
    let name = bytes[(tag + 1)...].prefix {
      $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">")
    }
    let prefix = name.firstIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? name.startIndex
    return path[matched].isNamed(UnsafeRawBufferPointer(rebasing: name[prefix...])) ? tag : nil
  }

  /// The tags of the elements around the records, to be read before the rest of the body.
  var reopening: ContiguousArray<UInt8> {
    ancestors.reduce(into: []) { $0.append(contentsOf: bytes[$1]) }
  }
}
