import Foundation
import Testing

@testable import HTTP

@Suite("HTTP client")
struct HTTPClientTests {
  /// Answers with what it was sent: the request line, then the headers, then the body.
  static func echo(_ request: HTTPServer.Request) -> HTTPServer.Response {
    let lines = ["\(request.method) \(request.path)"] + request.headers.map { "\($0.0): \($0.1)" }
    return HTTPServer.Response(
      status: 200, headers: [("X-Answer", "here")],
      body: Array((lines.joined(separator: "\n") + "\n\n").utf8) + request.body)
  }

  func withEcho<Result>(_ body: (String) throws -> Result) throws -> Result {
    let server = try HTTPServer(address: "127.0.0.1", handler: HTTPClientTests.echo)
    defer { server.stop() }
    return try body("127.0.0.1:\(server.port)")
  }

  func refusal(_ request: HTTPRequest, client: HTTPClient = HTTPClient()) -> HTTPError? {
    do {
      _ = try client.send(request)
      return nil
    } catch {
      return error
    }
  }

  @Test("an answer comes back with status, headers and body")
  func answer() throws {
    try withEcho { host in
      let response = try HTTPClient().send(HTTPRequest(url: "http://\(host)/a/b"))
      #expect(response.status == 200)
      #expect(response.header("x-answer") == "here")
      #expect(response.header("absent") == nil)
      #expect(response.text.hasPrefix("GET /a/b\n"))
    }
  }

  @Test(
    "each method arrives with its body and its own headers",
    arguments: ["POST", "PUT", "PATCH", "DELETE", "GET"])
  func methods(method: String) throws {
    try withEcho { host in
      let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let request = HTTPRequest(
        method: method, url: "http://\(host)/",
        headers: [("Content-Type", "a/b"), ("X-Empty", "")],
        body: body)
      let response = try HTTPClient().send(request)
      #expect(response.text.hasPrefix("\(method) /\n"))
      #expect(response.text.contains("Content-Type: a/b\n"))
      #expect(response.text.contains("X-Empty: \n"))
      #expect(!response.text.contains("Expect:"))
      #expect(response.body.suffix(body.count) == body[...])
    }
  }

  @Test(
    "an empty POST and PUT say that they are empty, and no body is called a form",
    arguments: ["POST", "PUT"])
  func emptyBody(method: String) throws {
    try withEcho { host in
      let response = try HTTPClient().send(HTTPRequest(method: method, url: "http://\(host)/"))
      #expect(response.text.contains("Content-Length: 0\n"))
      #expect(!response.text.contains("Content-Type:"))
    }
  }

  @Test("HEAD has an answer without a body, and DELETE needs none")
  func withoutBody() throws {
    try withEcho { host in
      let client = HTTPClient()
      let head = try client.send(HTTPRequest(method: "HEAD", url: "http://\(host)/"))
      #expect(head.status == 200 && head.body.isEmpty)
      let deletion = try client.send(HTTPRequest(method: "DELETE", url: "http://\(host)/x"))
      #expect(deletion.text.hasPrefix("DELETE /x\n"))
    }
  }

  @Test("user and password in the URL are sent as Basic, decoded")
  func credentials() throws {
    try withEcho { host in
      let response = try HTTPClient().send(HTTPRequest(url: "http://guest:p%2Fw%20d@\(host)/"))
      let expected = MailEncoding.base64(Array("guest:p/w d".utf8))
      #expect(response.text.contains("Authorization: Basic \(expected)\n"))
    }
  }

  @Test("a status is an answer and no error", arguments: [204, 301, 404, 500])
  func statuses(status: Int) throws {
    let server = PlainServer(
      answer:
        "HTTP/1.1 \(status) X\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    defer { server.stop() }
    #expect(
      try HTTPClient().send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/")).status == status)
  }

  @Test("a redirect is followed when asked, and only its last answer's headers remain")
  func redirect() throws {
    try withEcho { host in
      let server = PlainServer(
        answer:
          "HTTP/1.1 302 X\r\nLocation: http://\(host)/there\r\nX-Old: 1\r\nContent-Length: 0\r\n\r\n"
      )
      defer { server.stop() }
      let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/", redirects: 1)
      let response = try HTTPClient().send(request)
      #expect(response.text.hasPrefix("GET /there\n"))
      #expect(response.header("X-Old") == nil)
    }
  }

  @Test("a redirect never leads to another scheme's files")
  func redirectScheme() {
    let server = PlainServer(
      answer: "HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n")
    defer { server.stop() }
    #expect(refusal(HTTPRequest(url: "http://127.0.0.1:\(server.port)/", redirects: 3)) != nil)
  }

  @Test("an answer larger than allowed is refused")
  func tooLarge() throws {
    try withEcho { host in
      let client = HTTPClient(bodyLimit: 100)
      let request = HTTPRequest(
        method: "POST", url: "http://\(host)/", body: .init(repeating: 65, count: 200))
      let error = refusal(request, client: client)
      #expect(error?.code == .tooLarge)
      #expect(error?.isTransient == false)
    }
  }

  @Test("endless headers are refused")
  func tooManyHeaders() {
    let header = "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n"
    let server = PlainServer(answer: "HTTP/1.1 200 OK\r\n" + String(repeating: header, count: 400))
    defer { server.stop() }
    #expect(refusal(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))?.code == .broken)
  }

  @Test(
    "a server that never answers costs no more than the time-out",
    arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
  func timeout(answer: String) {
    let server = PlainServer(answer: answer, keepsOpen: true)
    defer { server.stop() }
    let begin = ContinuousClock.now
    let error = refusal(HTTPRequest(url: "http://127.0.0.1:\(server.port)/", timeout: 0.3))
    #expect(error?.code == .timedOut)
    #expect(error?.isTransient == true)
    #expect(ContinuousClock.now - begin < .seconds(10))
  }

  @Test("nobody listening is told as unreachable, without credentials or path")
  func unreachable() {
    let (socket, port) = freeListener()
    close(socket)
    let error = refusal(
      HTTPRequest(url: "http://guest:secret@127.0.0.1:\(port)/330106199001011234?q=1"))
    #expect(error?.code == .unreachable)
    #expect(error?.isTransient == true)
    #expect(error?.place == "http://127.0.0.1:\(port)")
    let told = "\(error.map(\.description) ?? "")"
    for hidden in ["guest", "secret", "330106"] { #expect(!told.contains(hidden)) }
  }

  @Test("what does not speak HTTP is told as broken")
  func broken() {
    let server = PlainServer(answer: "SSH-2.0-x\r\n")
    defer { server.stop() }
    #expect(refusal(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))?.code == .broken)
  }

  @Test(
    "a request that could become two is not sent",
    arguments: [
      HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A", "1\r\nX-B: 2")]),
      HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A: 1\r\nX-B", "2")]),
      HTTPRequest(url: "http://127.0.0.1:1/", headers: [("X-A", "1\0")]),
      HTTPRequest(url: "http://127.0.0.1:1/", headers: [("", "1")]),
      HTTPRequest(method: "GET / HTTP/1.1\r\nX:", url: "http://127.0.0.1:1/"),
      HTTPRequest(url: "http://127.0.0.1:1/ HTTP/1.1\r\nX: 1"),
      HTTPRequest(url: "http://127.0.0.1:1/a\0b"),
      HTTPRequest(url: "http://127.0.0.1:1/" + String(repeating: "a", count: 9000)),
      HTTPRequest(url: "file:///etc/passwd"), HTTPRequest(url: "gopher://127.0.0.1:1/"),
      HTTPRequest(url: ""),
    ])
  func injection(request: HTTPRequest) {
    #expect(refusal(request)?.code == .invalidRequest)
  }

  @Test("one client asks again after a failure, over the connection it has")
  func reuse() throws {
    let server = try HTTPServer(address: "127.0.0.1", handler: HTTPClientTests.echo)
    let client = HTTPClient()
    for number in 0..<20 {
      let response = try client.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/\(number)"))
      #expect(response.text.hasPrefix("GET /\(number)\n"))
    }
    let port = server.port
    server.stop()
    #expect(
      refusal(HTTPRequest(url: "http://127.0.0.1:\(port)/"), client: client)?.code == .unreachable)
    let again = try HTTPServer(address: "127.0.0.1", port: port, handler: HTTPClientTests.echo)
    defer { again.stop() }
    #expect(try client.send(HTTPRequest(url: "http://127.0.0.1:\(port)/")).status == 200)
  }

  @Test(
    "an error names scheme, host and port and nothing else of a URL",
    arguments: [
      ("http://127.0.0.1:80/a?b#c", "http://127.0.0.1:80"), ("https://u:p@host/x", "https://host"),
      ("http://u:p@x@host:1", "http://host:1"), ("http://[::1]:8080/", "http://[::1]:8080"),
      ("http://[::1]/", "http://[::1]"),
      ("http://user:pass/word@host/", "(a URL with a malformed host)"),
      ("nonsense", "(a URL without a scheme)"), ("http://", "(a URL with a malformed host)"),
    ])
  func place(url: String, expected: String) {
    #expect(server(of: url) == expected)
  }
}
