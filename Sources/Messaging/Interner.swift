/// Gives equal octets the same `String` again and again: header names, routing keys and content
/// types repeat from message to message, and making a string costs an allocation and a UTF-8 check.
/// A direct-mapped cache of fixed size: a collision only costs what having no cache costs.
struct Interner {
  private static let slots = 512
  /// Longer texts are rarely repeated and not worth keeping.
  private static let longest = 128
  private var kept = [String](repeating: "", count: slots)

  /// The octets as text, or nil if they are not UTF-8.
  mutating func text(_ octets: UnsafeRawBufferPointer) -> String? {
    guard octets.count <= Self.longest else { return String(validating: octets, as: UTF8.self) }
    guard !octets.isEmpty else { return "" }
    let slot = Self.slot(octets)
    if Self.equal(&kept[slot], octets) { return kept[slot] }
    guard let made = String(validating: octets, as: UTF8.self) else { return nil }
    kept[slot] = made
    return made
  }

  private static func equal(_ text: inout String, _ octets: UnsafeRawBufferPointer) -> Bool {
    text.withUTF8 { known in
      guard known.count == octets.count else { return false }
      for index in 0..<known.count where known[index] != octets[index] { return false }
      return true
    }
  }

  /// FNV-1a.
  private static func slot(_ octets: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01b3 }
    return Int((hash ^ (hash >> 32)) % UInt64(slots))
  }
}
