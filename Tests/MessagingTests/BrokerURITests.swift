import Testing

@testable import Messaging

@Suite struct BrokerURITests {
  @Test(
    "URIs are read as RabbitMQ's specification says",
    arguments: [
      ("amqp://", "localhost", 5672, "guest", "/"),
      ("amqps://", "localhost", 5671, "guest", "/"),
      ("amqp://host", "host", 5672, "guest", "/"),
      ("amqp://host/", "host", 5672, "guest", "/"),
      ("amqp://host/%2f", "host", 5672, "guest", "/"),
      ("amqp://user:pass@host:10000/vhost", "host", 10000, "user", "vhost"),
      ("amqp://user%61:%61pass@ho%61st:10000/v%2fhost", "hoast", 10000, "usera", "v/host"),
      ("amqp://user@host", "host", 5672, "user", "/"),
      ("amqp://[::1]:5700/v", "::1", 5700, "guest", "v"),
      ("amqp://[::1]", "::1", 5672, "guest", "/"),
      ("AMQP://a:b@c", "c", 5672, "a", "/"),
      ("amqp://a:p@ss@host/%E9%80%9A%E5%8A%9E", "host", 5672, "a", "通办"),
    ])
  func reads(text: String, host: String, port: Int, user: String, vhost: String) throws {
    let uri = try BrokerURI(text)
    #expect(uri.host == host)
    #expect(uri.port == port)
    #expect(uri.user == user)
    #expect(uri.virtualHost == vhost)
  }

  @Test("query parameters are read")
  func query() throws {
    let uri = try BrokerURI(
      "amqps://h/?heartbeat=7&connection_timeout=2500&cacertfile=/a%20b/ca.pem&certfile=/c.pem"
        + "&keyfile=/k.pem&verify=verify_none&auth_mechanism=external")
    #expect(uri.heartbeat == 7)
    #expect(uri.connectionTimeout == 2.5)
    #expect(uri.usesExternalLogin)
    #expect(uri.virtualHost == "/")
    let tls = try #require(uri.tls)
    #expect(tls.authorities == "/a b/ca.pem")
    #expect(tls.certificate == "/c.pem")
    #expect(tls.key == "/k.pem")
    #expect(!tls.verifiesPeer)
    #expect(try BrokerURI("amqps://h").tls?.verifiesPeer == true, "checked unless said otherwise")
  }

  @Test(
    "what is not such a URI is refused, and its text is not repeated",
    arguments: [
      "", "http://secret@h", "amqp:/secret", "amqp://secret:0", "amqp://h:65536/secret",
      "amqp://h:x", "amqp://secret%", "amqp://secret%4", "amqp://secret%zz", "amqp://h/a/secret",
      "amqp://u:secret%00@h", "amqp://u:secret%FF@h", "amqp://[::1", "amqp://[::1]x",
      "amqp://h?heartbeat=secret", "amqp://h?heartbeat=70000", "amqp://h?connection_timeout=0",
      "amqp://h?secret=1", "amqp://h?cacertfile=/secret", "amqps://h?certfile=/secret",
      "amqps://h?verify=secret", "amqps://h?cacertfile=", "amqp://h#secret",
      "amqp://h?auth_mechanism=secret",
    ])
  func refuses(text: String) {
    let error = #expect(throws: MessagingError.self) { try BrokerURI(text) }
    #expect(error?.code == .unreadableURI)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("the masked form shows no password and reads back to the same place")
  func masking() throws {
    let uri = try BrokerURI("amqps://us%40er:hidden%21@host:1/v%2Fh?heartbeat=3")
    #expect(uri.masked == "amqps://us%40er:***@host:1/v%2Fh")
    #expect(try BrokerURI(uri.masked).virtualHost == "v/h")
    #expect(try BrokerURI("amqp://[::1]/x").masked == "amqp://guest:***@[::1]:5672/x")
  }
}
