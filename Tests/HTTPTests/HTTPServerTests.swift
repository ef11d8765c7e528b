import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("HTTP server")
struct HTTPServerTests {
  static func describe(_ request: HTTPServer.Request) -> HTTPServer.Response {
    let query = request.query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    return HTTPServer.Response(
      status: 200,
      text:
        "\(request.method) \(request.path) [\(request.segments.joined(separator: "|"))] \(query) "
        + "\(request.header("content-type") ?? "-") \(request.text)")
  }

  func curl(_ arguments: String...) -> String {
    TestServers.run("/usr/bin/curl", ["-sS"] + arguments)
  }

  func withServer<Result>(
    limits: HTTPServer.Limits = .init(),
    handler: @escaping HTTPServer.Handler = HTTPServerTests.describe,
    _ body: (HTTPServer, String) throws -> Result
  ) throws -> Result {
    let server = try HTTPServer(address: "127.0.0.1", limits: limits, handler: handler)
    defer { server.stop() }
    return try body(server, "http://127.0.0.1:\(server.port)")
  }

  @Test("curl gets what the handler answers: path, decoded segments, query, headers and body")
  func requests() throws {
    try withServer { _, url in
      #expect(curl("\(url)/") == "GET / []  - ")
      #expect(
        curl("\(url)/cases/a%2Fb/%E6%9D%AD?x=1&y=a+b%26c&z&x=2")
          == "GET /cases/a%2Fb/%E6%9D%AD [cases|a/b|杭] x=1&y=a b&c&z=&x=2 - ")
      #expect(
        curl("-H", "Content-Type: application/json", "-d", "{\"a\":1}", "\(url)/cases")
          == "POST /cases [cases]  application/json {\"a\":1}")
      #expect(curl("-X", "DELETE", "\(url)/cases/1") == "DELETE /cases/1 [cases|1]  - ")
      #expect(curl("-I", "\(url)/").contains("200 OK"))
    }
  }

  @Test("a chunked body arrives whole, and waiting for leave to send works")
  func chunked() throws {
    try withServer { _, url in
      let answer = TestServers.run(
        "/bin/bash",
        [
          "-c",
          "head -c 200000 /dev/zero | tr '\\0' x | curl -sS -H 'Transfer-Encoding: chunked' "
            + "-H 'Expect: 100-continue' --data-binary @- \(url)",
        ])
      #expect(answer.hasSuffix(" " + String(repeating: "x", count: 200_000)))
    }
  }

  @Test(
    "a path or query that is not percent-encoded text is refused",
    arguments: ["/%", "/%4", "/%zz", "/%+1", "/a%00b", "/%ff", "/?a=%", "/?a%0Ab=1", "/%c0%af"])
  func malformedTarget(target: String) throws {
    try withServer { _, url in
      #expect(curl("-o", "/dev/null", "-w", "%{http_code}", url + target) == "400")
    }
  }

  @Test("a body larger than allowed is refused, told in advance or not", arguments: [true, false])
  func largeBody(announced: Bool) throws {
    var limits = HTTPServer.Limits()
    limits.body = 1000
    let asked = Counter()
    let handler: HTTPServer.Handler = { _ in
      asked.add()
      return .init(status: 200, text: "ok")
    }
    try withServer(limits: limits, handler: handler) { _, url in
      func status(bytes: Int) -> String {
        let head = announced ? "X-Nothing: 1" : "Transfer-Encoding: chunked"
        return TestServers.run(
          "/usr/bin/curl",
          [
            "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", head, "-H", "Expect:",
            "--data-binary", "@-", url,
          ],
          input: String(repeating: "x", count: bytes))
      }
      #expect(status(bytes: 1000) == "200")
      #expect(status(bytes: 1001) == "413")
      #expect(status(bytes: 60_000) == "413")
      #expect(asked.value == 1)
    }
  }

  @Test("headers larger than allowed are refused")
  func largeHead() throws {
    var limits = HTTPServer.Limits()
    limits.head = 4096
    try withServer(limits: limits) { _, url in
      let header = "X-Long: " + String(repeating: "x", count: 8000)
      let status = curl("-o", "/dev/null", "-w", "%{http_code}", "-H", header, url)
      #expect(["413", "431"].contains(status))
    }
  }

  @Test("a length told in two ways is refused, since it hides a second request")
  func smuggling() throws {
    try withServer { server, _ in
      for heads in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked", "Content-Length: 3\r\nContent-Length: 4",
      ] {
        let line = RawConnection(to: server.port)
        line.send(
          "POST / HTTP/1.1\r\nHost: x\r\n\(heads)\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        let answer = line.receiveAll()
        #expect(answer.hasPrefix("HTTP/1.1 400"))
        #expect(!answer.contains("hidden"))
        line.close()
      }
    }
  }

  @Test("an answer whose header would break out of its line is a 500 instead")
  func illegalAnswer() throws {
    let bad: [HTTPServer.Response] = [
      .init(status: 200, headers: [("X-A", "1\r\nX-B: 2")]),
      .init(status: 200, headers: [("X A", "1")]),
      .init(status: 99),
    ]
    for response in bad {
      let handler: HTTPServer.Handler = { _ in response }
      try withServer(handler: handler) { _, url in
        let answer = curl("-i", url)
        #expect(answer.contains("500") && !answer.contains("X-B: 2\r\n"))
      }
    }
  }

  @Test(
    "a client that drips its request is cut, though it never idles",
    arguments: ["G", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"])
  func dripping(opening: String) throws {
    var limits = HTTPServer.Limits()
    limits.exchangeSeconds = 0.5
    try withServer(limits: limits) { server, url in
      let line = RawConnection(to: server.port)
      line.send(opening)
      let wasCut = eventually(within: 20) { !line.send("x") }
      #expect(wasCut)
      line.close()
      #expect(curl("\(url)/still") == "GET /still [still]  - ")
    }
  }

  @Test("a client that says nothing is closed after the idle time")
  func idle() throws {
    var limits = HTTPServer.Limits()
    limits.idleSeconds = 1
    try withServer(limits: limits) { server, _ in
      let line = RawConnection(to: server.port)
      line.send("GET / HT")
      // 408 or nothing; what counts is that the other side ends it.
      let answer = line.receiveAll()
      #expect(answer.isEmpty || answer.contains("408"))
      line.close()
    }
  }

  @Test(
    "connections beyond the bound are refused, and idle ones make room when their deadline is over")
  func connectionBound() throws {
    var limits = HTTPServer.Limits()
    limits.exchangeSeconds = 2
    limits.connections = 8
    try withServer(limits: limits) { server, url in
      let lines = (0..<8).map { _ in RawConnection(to: server.port) }
      for line in lines { line.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n") }
      for line in lines { #expect(line.receive().contains("GET /a")) }
      let client = HTTPClient()
      #expect(throws: HTTPError.self) { try client.send(HTTPRequest(url: url)) }
      #expect(eventually { (try? client.send(HTTPRequest(url: url)))?.status == 200 })
      for line in lines { line.close() }
    }
  }

  @Test("several handlers run at once")
  func concurrent() throws {
    let inside = Counter()
    let handler: HTTPServer.Handler = { _ in
      inside.add()
      // Each waits for the others, so one thread alone could not answer.
      let met = eventually(within: 20) { inside.value >= 3 }
      return .init(status: met ? 200 : 504)
    }
    try withServer(handler: handler) { _, url in
      let command = (0..<3).map { _ in "curl -s -o /dev/null -w '%{http_code} ' \(url) &" }.joined(
        separator: " ")
      #expect(TestServers.run("/bin/bash", ["-c", "\(command) wait"]) == "200 200 200 ")
    }
  }

  @Test("a stop lets the exchange under way finish and then takes no more")
  func graceful() throws {
    let (begun, released) = (Counter(), Counter())
    let server = try HTTPServer(address: "127.0.0.1") { _ in
      begun.add()
      _ = eventually(within: 20) { released.value > 0 }
      return .init(status: 200, text: "finished")
    }
    let port = server.port
    let line = RawConnection(to: port)
    line.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(eventually { begun.value == 1 })
    let thread = Thread {
      _ = eventually(within: 0.3) { false }
      released.add()
    }
    thread.start()
    server.stop()
    #expect(line.receiveAll().hasSuffix("finished"))
    line.close()
    server.stop()
    #expect(throws: HTTPError.self) {
      try HTTPClient().send(HTTPRequest(url: "http://127.0.0.1:\(port)/"))
    }
  }

  @Test("an address that is none, and a port that is taken, are told")
  func cannotListen() throws {
    try withServer { server, _ in
      for (address, port) in [("localhost", UInt16(0)), ("127.0.0.1", server.port)] {
        let error = #expect(throws: HTTPError.self) {
          try HTTPServer(address: address, port: port, handler: HTTPServerTests.describe)
        }
        #expect(error?.code == .cannotListen)
        #expect(error?.place == "http://\(address):\(port)")
      }
    }
  }

  @Test("the server listens on IPv6 too")
  func ipv6() throws {
    let server = try HTTPServer(address: "::1", handler: HTTPServerTests.describe)
    defer { server.stop() }
    #expect(curl("-g", "http://[::1]:\(server.port)/six").contains("GET /six"))
  }
}

final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .acquiring) }
  func add() { count.add(1, ordering: .acquiringAndReleasing) }
}
