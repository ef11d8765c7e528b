import Foundation

/// Free TCP ports of the loopback interface.
enum Ports {
  /// So many different ports that nobody listens on, none of them in `taken`.
  static func free(_ count: Int, except taken: Set<Int> = []) throws(ServersError) -> [Int] {
    var chosen: [Int] = []
    for candidate in Limits.ports.shuffled() where !taken.contains(candidate) && isFree(candidate) {
      chosen.append(candidate)
      if chosen.count == count { return chosen }
    }
    throw ServersError(
      .noPort, at: "127.0.0.1",
      "\(count) free ports are needed between \(Limits.ports.lowerBound) and \(Limits.ports.upperBound)"
    )
  }

  /// Whether a server could listen there; a port whose last connections are only fading away is free.
  static func isFree(_ port: Int) -> Bool {
    withSocket { descriptor in
      var yes: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      return with(port) { bind(descriptor, $0, $1) } == 0 && listen(descriptor, 1) == 0
    }
  }

  /// Whether somebody listens there.
  static func answers(_ port: Int) -> Bool {
    withSocket { descriptor in with(port) { connect(descriptor, $0, $1) } == 0 }
  }

  /// Whether an AMQP 0-9-1 broker answers there: it speaks first of its method `connection.start`.
  static func speaksAMQP(_ port: Int) -> Bool {
    withSocket { descriptor in
      var wait = timeval(tv_sec: 2, tv_usec: 0)
      setsockopt(
        descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
      guard (with(port) { connect(descriptor, $0, $1) }) == 0 else { return false }
      let greeting: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]
      guard send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL)) == 8 else {
        return false
      }
      var answer = [UInt8](repeating: 0, count: 11)
      guard recv(descriptor, &answer, 11, Int32(MSG_WAITALL)) == 11 else { return false }
      // A method frame of channel 0 with class 10, method 10.
      return answer[0] == 1 && answer[7...10].elementsEqual([0, 10, 0, 10])
    }
  }

  private static func withSocket(_ body: (Int32) -> Bool) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return body(descriptor)
  }

  private static func with(
    _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
