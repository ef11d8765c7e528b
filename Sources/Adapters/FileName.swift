import Cryptography
import Foundation

/// The name of a file as the system holds it: octets without NUL or `/`, in whatever charset the department writes.
package struct FileName: Hashable, Comparable, Sendable {
  /// The longest name that Linux file systems take, in octets.
  static let longest = 255

  let octets: [UInt8]

  init(octets: [UInt8]) {
    self.octets = octets
  }

  package init(_ text: String) {
    octets = Array(text.utf8)
  }

  package static func < (left: FileName, right: FileName) -> Bool {
    left.octets.lexicographicallyPrecedes(right.octets)
  }

  /// What logs and messages call the file, since departments name files after persons: the first 12 digits of
  /// `printf %s NAME | sha256sum`.
  package var label: String {
    String(Hasher128().digest(of: octets).hex.prefix(12))
  }

  /// The name for the `number`th file of this name: shortened so that it still is a name.
  func numbered(_ number: Int) -> FileName {
    guard number > 1 else { return self }
    let suffix = Array("~\(number)".utf8)
    return FileName(octets: octets.prefix(FileName.longest - suffix.count) + suffix)
  }

  func hasSuffix(_ suffix: StaticString) -> Bool {
    suffix.withUTF8Buffer { suffix in
      octets.count >= suffix.count
        && zip(octets.suffix(suffix.count), suffix).allSatisfy { FileName.lowercased($0) == $1 }
    }
  }

  private static func lowercased(_ octet: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet | 0x20 : octet
  }

  func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    var path = octets.map { CChar(bitPattern: $0) }
    path.append(0)
    return try path.withUnsafeBufferPointer { buffer in
      // A buffer with a terminator has an address; the empty name is no file in any folder.
      guard let address = buffer.baseAddress else { return try "".withCString(body) }
      return try body(address)
    }
  }
}
