import CXML2

/// What libxml2 reads piece by piece, instead of one stretch of memory.
struct XMLFeed {
  let builder: UnsafeMutablePointer<XMLBuilder>
  var parts: [UnsafeRawBufferPointer]

  /// Good for one call of libxml2, which gives it back as the context.
  static let read: xmlInputReadCallback = { context, target, count in
    guard let feed = context?.assumingMemoryBound(to: XMLFeed.self), let target else { return -1 }
    // Behind a fault nothing is of use.
    guard feed.pointee.builder.pointee.bodyFault == nil else { return 0 }
    while let part = feed.pointee.parts.first, part.isEmpty { feed.pointee.parts.removeFirst() }
    guard let part = feed.pointee.parts.first else { return 0 }
    var taken = min(part.count, Int(count))
    // A character is not cut, unless there is room for less than one.
    if taken < part.count {
      var whole = taken
      while whole > 0, part[whole] & 0xC0 == 0x80 { whole -= 1 }
      if whole > 0 { taken = whole }
    }
    UnsafeMutableRawBufferPointer(start: target, count: taken)
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: part[..<taken]))
    feed.pointee.parts[0] = UnsafeRawBufferPointer(rebasing: part[taken...])
    return Int32(taken)
  }
}
