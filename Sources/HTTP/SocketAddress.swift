import Glibc

/// An IPv4 or IPv6 address with a port, as the socket calls want it.
struct SocketAddress {
  private var storage = sockaddr_storage()

  /// Nil if the text is neither.
  init?(_ text: String, port: UInt16) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr = four
      write(address)
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_addr = six
      write(address)
    } else {
      return nil
    }
  }

  private mutating func write<Address>(_ address: Address) {
    withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: Address.self) }
  }

  /// - Parameter body: must not keep the pointer.
  mutating func withPointer<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result {
    withUnsafeMutableBytes(of: &storage) { bytes in
      guard let start = bytes.baseAddress else { preconditionFailure("a socket address has bytes") }
      return body(start)
    }
  }
}
