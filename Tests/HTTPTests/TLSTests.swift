import Foundation
import TestSupport
import Testing

@testable import HTTP

@Suite("TLS")
struct TLSTests {
  func withServer<Result>(_ body: (TestAuthority, HTTPServer) throws -> Result) throws -> Result {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let tls = HTTPServer.TLS(
      certificate: try authority.text("server.pem"), key: try authority.text("server.key"))
    let server = try HTTPServer(address: "127.0.0.1", tls: tls, handler: HTTPServerTests.describe)
    defer { server.stop() }
    return try body(authority, server)
  }

  @Test("client and server understand each other, and curl understands the server")
  func encrypted() throws {
    try withServer { authority, server in
      let client = HTTPClient(certificates: authority.path("ca.pem"))
      let body = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
      let request = HTTPRequest(
        method: "POST", url: "https://localhost:\(server.port)/a", body: body)
      let response = try client.send(request)
      #expect(response.text.hasPrefix("POST /a [a]"))
      let text = TestServers.run(
        "/usr/bin/curl",
        ["-sS", "--cacert", authority.path("ca.pem"), "https://localhost:\(server.port)/b"])
      #expect(text.hasPrefix("GET /b"))
    }
  }

  @Test("an unknown authority and a wrong host name are refused")
  func refused() throws {
    try withServer { authority, server in
      for (client, host) in [
        (HTTPClient(), "localhost"),
        (HTTPClient(certificates: authority.path("ca.pem")), "127.0.0.1"),
      ] {
        let error = #expect(throws: HTTPError.self) {
          try client.send(HTTPRequest(url: "https://\(host):\(server.port)/"))
        }
        #expect(error?.code == .tlsRefused)
      }
    }
  }

  @Test("no version before 1.2 is spoken")
  func oldVersions() throws {
    try withServer { _, server in
      let port = server.port
      let script =
        "curl -sk --tlsv1.0 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 https://localhost:\(port)/ || echo refused"
      #expect(TestServers.run("/bin/sh", ["-c", script]) == "refused\n")
    }
  }

  @Test("a key that does not belong to the certificate is told at the start")
  func wrongKey() throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let tls = HTTPServer.TLS(
      certificate: try authority.text("server.pem"), key: try authority.text("ca.key"))
    let error = #expect(throws: HTTPError.self) {
      try HTTPServer(address: "127.0.0.1", tls: tls, handler: HTTPServerTests.describe)
    }
    #expect(error?.code == .cannotListen)
  }
}
