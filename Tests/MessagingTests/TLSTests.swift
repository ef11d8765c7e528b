import Foundation
import TestSupport
import Testing

@testable import Messaging

/// amqps:// against a TLS door that stands before the real broker, with certificates made for the test.
@Suite struct TLSTests {
  @Test(
    "a certificate for the host is accepted; for another host, or from another authority, it is refused"
  )
  func verification() async throws {
    try await onThread {
      let door = try TLSDoor(certificateFor: "DNS:localhost")
      func connect(_ host: String, _ query: String) throws {
        var uri = try BrokerURI("amqps://\(host):\(door.port)/?\(query)")
        let broker = try BrokerURI(TestServers.amqpURL)
        (uri.user, uri.password, uri.virtualHost) = (
          broker.user, broker.password, broker.virtualHost
        )
        try Administration(uri, name: "test").close()
      }
      let ours = "cacertfile=\(door.folder.path)/ca.pem&connection_timeout=10000"
      try connect("localhost", ours)
      let wrongName = #expect(throws: MessagingError.self) { try connect("127.0.0.1", ours) }
      #expect(wrongName?.code == .notTrusted)
      #expect(wrongName?.isTransient == false)
      let stranger = #expect(throws: MessagingError.self) {
        try connect("localhost", "connection_timeout=10000")
      }
      #expect(stranger?.code == .notTrusted)
      try connect("127.0.0.1", ours + "&verify=verify_none")
      let missing = #expect(throws: MessagingError.self) {
        try connect("localhost", "cacertfile=/no/such.pem")
      }
      #expect(missing?.code == .unreadableURI)
      #expect(missing?.reason.contains("/no/such.pem") == true)
    }
  }

  @Test(
    "a certificate that names the host only as a part of another name is refused",
    arguments: ["DNS:localhost.example.com", "DNS:notlocalhost", "DNS:*.localhost"])
  func similarNames(name: String) async throws {
    try await onThread {
      let door = try TLSDoor(certificateFor: name)
      let uri = try BrokerURI(
        "amqps://localhost:\(door.port)/?cacertfile=\(door.folder.path)/ca.pem")
      let error = #expect(throws: MessagingError.self) { try Administration(uri, name: "test") }
      #expect(error?.code == .notTrusted)
    }
  }
}

extension TLSTests {
  @Test("under TLS, where librabbitmq writes, all that a message carries survives the way as well")
  func everythingSurvives() async throws {
    try await onThread {
      let door = try TLSDoor(certificateFor: "DNS:localhost")
      let place = try Place()
      var uri = try BrokerURI(
        "amqps://localhost:\(door.port)/?cacertfile=\(door.folder.path)/ca.pem")
      (uri.user, uri.password, uri.virtualHost) = (
        place.uri.user, place.uri.password, place.uri.virtualHost
      )
      let publisher = Publisher(uri, name: "test", log: { _ in })
      var unroutable = place.message(1)
      unroutable.routingKey = "nowhere"
      let outcomes = try publisher.publish(
        [place.full, unroutable] + place.messages(0..<300), confirmWithin: 10, deadline: 60)
      #expect(outcomes[1] == .returned(code: 312, text: "NO_ROUTE"))
      #expect(outcomes.count { $0 == .confirmed } == 301)
      let got = try collect(301, from: place.consumer())
      #expect(got.first?.message == place.full)
      #expect(ids(Array(got.dropFirst())) == expectedIDs(0..<300))
      publisher.close()
    }
  }
}

/// A TLS server of Python's that passes everything on to the real broker, with an authority of its own.
private final class TLSDoor {
  let folder: URL
  let port: Int
  private let process = Process()

  init(certificateFor name: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "tongban-tls-\(UInt32.random(in: 0...UInt32.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = """
      cd '\(folder.path)'
      openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 1 -subj '/CN=Test CA' 2>/dev/null
      openssl req -newkey rsa:2048 -nodes -keyout door.key -out door.csr -subj '/CN=door' 2>/dev/null
      printf 'subjectAltName=\(name)' > door.ext
      openssl x509 -req -in door.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile door.ext -out door.pem 2>/dev/null
      """
    TestServers.run("/bin/sh", ["-ec", script])
    let broker = try BrokerURI(TestServers.amqpURL)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", Self.program, folder.path, broker.host, String(broker.port)]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The first line is the port; it comes once the door listens.
    let line = String(decoding: output.fileHandleForReading.someOctets(), as: UTF8.self)
    port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  private static let program = """
    import socket, ssl, sys, threading
    folder, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + '/door.pem', folder + '/door.key')
    door = socket.create_server(('127.0.0.1', 0))
    print(door.getsockname()[1], flush=True)
    def carry(source, target):
        try:
            while data := source.recv(65536): target.sendall(data)
        except OSError: pass
        for end in (source, target):
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass
    def serve(raw):
        try: inner = context.wrap_socket(raw, server_side=True)
        except (ssl.SSLError, OSError): return
        outer = socket.create_connection((host, port))
        threading.Thread(target=carry, args=(inner, outer), daemon=True).start()
        carry(outer, inner)
    while True:
        raw, _ = door.accept()
        threading.Thread(target=serve, args=(raw,), daemon=True).start()
    """
}
