/// An identity of 128 bits, cut from a SHA-256 digest: long enough that two never meet by accident.
package struct Key128: Sendable {
  private let high: UInt64
  private let low: UInt64

  /// - Parameter bytes: exactly sixteen, as `bytes` gave them.
  package init(bytes: [UInt8]) {
    precondition(bytes.count == 16, "a key has 16 bytes, not \(bytes.count)")
    self = bytes.withUnsafeBytes { Key128(prefix: $0) }
  }

  /// - Parameter prefix: at least sixteen bytes, of which the first sixteen are taken.
  init(prefix: UnsafeRawBufferPointer) {
    high = UInt64(bigEndian: prefix.loadUnaligned(as: UInt64.self))
    low = UInt64(bigEndian: prefix.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
  }

  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      raw.storeBytes(of: high.bigEndian, as: UInt64.self)
      raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      count = 16
    }
  }

  /// Thirty-two lower-case digits.
  package var hex: String {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { $0.hex }
  }
}

extension Key128: Hashable {
  /// The bits are uniform already, so half of them choose the bucket.
  package func hash(into hasher: inout Hasher) { hasher.combine(high) }
}

extension Key128: CustomStringConvertible {
  package var description: String { hex }
}
