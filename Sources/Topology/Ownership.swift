/// Which names of a virtual host belong to this topology: the patterns under `owns`, where `*` stands for any characters.
///
/// Ownership by name needs no state beside the broker: two operators with the same files see the same
/// plan, and an object that somebody makes under one of our names shows as drift.
package struct Ownership: Sendable, Equatable {
  package let patterns: [String]

  package init(_ patterns: [String]) {
    self.patterns = patterns
  }

  package func covers(_ name: String) -> Bool {
    patterns.contains { Ownership.matches(Array($0.utf8), Array(name.utf8)) }
  }

  func covers(_ endpoint: Endpoint) -> Bool { covers(endpoint.name) }

  /// A binding is ours if both its ends are: what others tap from us or feed to us is theirs.
  func covers(_ binding: Binding) -> Bool { covers(binding.source) && covers(binding.destination) }

  /// Goes back to the last `*` at a mismatch, so the time is bounded by the product of the lengths.
  private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    let star = UInt8(ascii: "*")
    var (p, n) = (0, 0)
    var retry: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == star {
        retry = (p + 1, n)
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = retry {
        retry = (last.pattern, last.name + 1)
        (p, n) = (last.pattern, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }
}
