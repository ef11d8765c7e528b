import Glibc

/// Gives equal octets the same `String` again and again: header names, routing keys and content
/// types repeat from message to message, and making a string costs an allocation and a UTF-8 check.
/// A direct-mapped cache of fixed size: a collision only costs what having no cache costs.
struct Interner {
  /// Two to the ninth: `slot` takes nine bits.
  private static let slots = 512
  /// Longer texts are rarely repeated and not worth keeping.
  private static let longest = 128
  private var kept = [String](repeating: "", count: slots)

  /// The octets as text, or nil if they are not UTF-8.
  mutating func text(_ octets: UnsafeRawBufferPointer) -> String? {
    guard octets.count <= Self.longest else { return String(validating: octets, as: UTF8.self) }
    guard !octets.isEmpty else { return "" }
    let slot = Self.slot(octets)
    if Self.equal(kept[slot], octets) { return kept[slot] }
    guard let made = String(validating: octets, as: UTF8.self) else { return nil }
    kept[slot] = made
    return made
  }

  private static func equal(_ text: String, _ octets: UnsafeRawBufferPointer) -> Bool {
    let same = text.utf8.withContiguousStorageIfAvailable { known in
      guard known.count == octets.count, let left = known.baseAddress,
        let right = octets.baseAddress
      else { return false }
      return memcmp(left, right, octets.count) == 0
    }
    return same ?? text.utf8.elementsEqual(octets)
  }

  /// The length with the first and the last eight octets: header names and types differ there, and
  /// looking at every octet would cost more than it finds.
  private static func slot(_ octets: UnsafeRawBufferPointer) -> Int {
    var word = UInt64(octets.count)
    if octets.count >= 8 {
      word ^= octets.loadUnaligned(as: UInt64.self)
      word = word &* 0x9E37_79B9_7F4A_7C15
      word ^= octets.loadUnaligned(fromByteOffset: octets.count - 8, as: UInt64.self)
    } else {
      for octet in octets { word = word << 8 ^ UInt64(octet) }
    }
    return Int((word &* 0x9E37_79B9_7F4A_7C15) >> 55)
  }
}
