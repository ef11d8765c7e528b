import Testing

@testable import Messaging

@Suite struct FrameBufferTests {
  /// The frames of a message, taken apart: type, channel, payload.
  private func frames(_ buffer: FrameBuffer) throws -> [(
    type: UInt8, channel: Int, payload: [UInt8]
  )] {
    var frames: [(UInt8, Int, [UInt8])] = []
    var rest = Array(buffer.bytes)[...]
    while !rest.isEmpty {
      let head = Array(rest.prefix(7))
      let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
      frames.append(
        (head[0], Int(head[1]) << 8 | Int(head[2]), Array(rest.dropFirst(7).prefix(size))))
      #expect(rest.dropFirst(7 + size).first == 0xCE, "a frame ends with its mark")
      rest = rest.dropFirst(8 + size)
    }
    return frames
  }

  @Test(
    "a message is a method, a header and as many body frames as it needs, octet by octet as AMQP has it"
  )
  func octets() throws {
    let buffer = FrameBuffer(frameMax: 4_096)
    try buffer.append(
      Message(
        exchange: "ex", routingKey: "key",
        properties: Properties(contentType: "t", messageID: "m", priority: 9),
        headers: [Field("h", .text("v"))], body: [1, 2, 3]))
    let got = try frames(buffer)
    #expect(got.map(\.type) == [1, 2, 3])
    #expect(got.allSatisfy { $0.channel == 1 })
    #expect(got[0].payload == [0, 60, 0, 40, 0, 0, 2, 0x65, 0x78, 3, 0x6B, 0x65, 0x79, 1])
    #expect(
      got[1].payload == [
        0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3,  // class, weight, size
        0b1011_1000, 0b1000_0000,  // content type, headers, delivery mode, priority; message id
        1, 0x74, 0, 0, 0, 8, 1, 0x68, 0x53, 0, 0, 0, 1, 0x76, 2, 9, 1, 0x6D,
      ])
    #expect(got[2].payload == [1, 2, 3])
  }

  @Test(
    "bodies are cut at the agreed frame size",
    arguments: [0, 1, 4_087, 4_088, 4_089, 8_176, 100_000])
  func sizes(size: Int) throws {
    let buffer = FrameBuffer(frameMax: 4_096)
    let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try buffer.append(Message(exchange: "", routingKey: "", body: body))
    let bodies = try frames(buffer).filter { $0.type == 3 }.map(\.payload)
    #expect(bodies.allSatisfy { (1...4_088).contains($0.count) })
    #expect(bodies.count == (size + 4_087) / 4_088)
    #expect(bodies.flatMap { $0 } == body)
  }

  @Test("the buffer is empty after its octets are taken, also where a large body made it grow")
  func reuse() throws {
    let buffer = FrameBuffer(frameMax: 131_072)
    try buffer.append(Message(exchange: "", routingKey: "q", body: [1]))
    let first = Array(buffer.bytes)
    buffer.removeAll()
    try buffer.append(
      Message(exchange: "", routingKey: "q", body: [UInt8](repeating: 7, count: 5 << 20)))
    buffer.removeAll()
    #expect(buffer.bytes.isEmpty)
    try buffer.append(Message(exchange: "", routingKey: "q", body: [1]))
    #expect(Array(buffer.bytes) == first)
  }

  @Test("headers that do not fit one frame are UNSENDABLE")
  func largeHeaders() {
    let message = Message(
      exchange: "", routingKey: "",
      headers: [Field("big", .bytes([UInt8](repeating: 0, count: 4_100)))], body: [])
    #expect(throws: MessagingError(.unsendable, at: "", "")) {
      try FrameBuffer(frameMax: 4_096).append(message)
    }
  }
}
