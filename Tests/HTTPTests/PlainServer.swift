import Foundation

/// A TCP server that gives each connection the same bytes, whatever it is asked, and remembers what it was sent.
final class PlainServer: @unchecked Sendable {  // every access to `received` is under the lock
  let port: UInt16
  private let socket: Int32
  private let lock = NSLock()
  private var received: [String] = []

  /// - Parameters:
  ///   - answer: what it says to whatever it is asked first.
  ///   - keepsOpen: whether it then says nothing more and leaves the connection as it is.
  convenience init(answer: String, keepsOpen: Bool = false) {
    self.init(answers: [answer], speaksFirst: false, keepsOpen: keepsOpen)
  }

  /// - Parameter answers: what it says one after the other, waiting to be asked before each but the first.
  init(
    answers: [String], speaksFirst: Bool = true, isOnLoopback: Bool = true, keepsOpen: Bool = false
  ) {
    let (listener, port) = freeListener(isOnLoopback: isOnLoopback)
    socket = listener
    self.port = port
    Thread.detachNewThread { [self] in serve(answers, speaksFirst, keepsOpen) }
  }

  var requests: [String] { lock.withLock { received } }

  func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

  private func serve(_ answers: [String], _ speaksFirst: Bool, _ keepsOpen: Bool) {
    while true {
      let connection = accept(socket, nil, nil)
      guard connection >= 0 else { break }
      let line = RawConnection(connection)
      for (number, answer) in answers.enumerated() {
        if number > 0 || !speaksFirst {
          let request = line.receive()
          lock.withLock { received.append(request) }
        }
        line.send(answer)
      }
      if !keepsOpen { line.close() }
    }
    close(socket)
  }
}

/// One TCP connection, written and read by hand.
struct RawConnection {
  private let socket: Int32

  init(_ socket: Int32) { self.socket = socket }

  init(to port: UInt16) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let connected = withAddress("127.0.0.1", port) { connect(socket, $0, $1) }
    precondition(connected == 0, "cannot connect to the server under test")
  }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// What is there, at least one byte; empty once the other side has closed.
  func receive() -> String {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(socket, &buffer, buffer.count, 0)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  func receiveAll() -> String {
    var all = ""
    while true {
      let piece = receive()
      if piece.isEmpty { return all }
      all += piece
    }
  }

  func close() { Glibc.close(socket) }
}

func freeListener(isOnLoopback: Bool = true) -> (socket: Int32, port: UInt16) {
  let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  let bound = withAddress(isOnLoopback ? "127.0.0.1" : "0.0.0.0", 0) {
    bind(listener, $0, $1) == 0 && listen(listener, 64) == 0
  }
  precondition(bound, "cannot listen on the loopback")
  var address = sockaddr_in()
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      _ = getsockname(listener, $0, &length)
    }
  }
  return (listener, UInt16(bigEndian: address.sin_port))
}

private func withAddress<Result>(
  _ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = inet_addr(text)
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
