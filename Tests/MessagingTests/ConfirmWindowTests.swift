import Testing

@testable import Messaging

@Suite struct ConfirmWindowTests {
  enum Event {
    case send(Int)
    case ack(UInt64, Bool)
    case nack(UInt64, Bool)
    case back(Int)
    case restart
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let messages: Int
    let events: [Event]
    /// One letter a message: u(nsent) s(ent) b(ack) r(efused) c(onfirmed) x undeliverable.
    let expected: String
  }

  static let rows: [Row] = [
    Row(testDescription: "nothing sent", messages: 2, events: [], expected: "uu"),
    Row(
      testDescription: "single acks out of order", messages: 3,
      events: [.send(0), .send(1), .send(2), .ack(2, false), .ack(1, false)], expected: "ccs"),
    Row(
      testDescription: "a multiple ack settles all up to it", messages: 4,
      events: [.send(0), .send(1), .send(2), .send(3), .ack(3, true)], expected: "cccs"),
    Row(
      testDescription: "a multiple ack of zero settles everything sent", messages: 3,
      events: [.send(0), .send(1), .ack(0, true)], expected: "ccu"),
    Row(
      testDescription: "a multiple ack over an already settled one", messages: 3,
      events: [.send(0), .send(1), .send(2), .ack(2, false), .ack(3, true)], expected: "ccc"),
    Row(
      testDescription: "a late repeat of an ack is harmless", messages: 2,
      events: [.send(0), .send(1), .ack(1, false), .ack(1, false), .ack(1, true)], expected: "cs"),
    Row(
      testDescription: "a nack wants the message sent again", messages: 2,
      events: [.send(0), .send(1), .nack(1, false), .ack(2, false)], expected: "rc"),
    Row(
      testDescription: "a nack with multiple", messages: 3,
      events: [.send(0), .send(1), .send(2), .nack(2, true)], expected: "rrs"),
    Row(
      testDescription: "a return and then its ack", messages: 2,
      events: [.send(0), .send(1), .back(1), .ack(2, true)], expected: "cx"),
    Row(
      testDescription: "a return alone settles nothing", messages: 1,
      events: [.send(0), .back(0)], expected: "b"),
    Row(
      testDescription: "a returned message that is refused is sent again", messages: 1,
      events: [.send(0), .back(0), .nack(1, false)], expected: "r"),
    Row(
      testDescription: "a lost connection unsends what is not settled", messages: 4,
      events: [.send(0), .send(1), .send(2), .back(2), .ack(1, false), .restart], expected: "cuuu"),
    Row(
      testDescription: "numbers begin at one again after a restart", messages: 3,
      events: [.send(0), .send(1), .ack(1, false), .restart, .send(1), .send(2), .ack(1, false)],
      expected: "ccs"),
    Row(
      testDescription: "the old number of a message sent again no longer counts for it",
      messages: 3,
      events: [.send(0), .send(1), .nack(2, false), .send(1), .ack(2, true)], expected: "csu"),
  ]

  @Test("the table of what the broker may say", arguments: rows)
  func table(row: Row) throws {
    var window = ConfirmWindow()
    window.append(row.messages)
    for event in row.events { try Self.apply(event, to: &window) }
    #expect(Self.letters(window) == row.expected)
    #expect(window.isComplete == row.expected.allSatisfy { "cx".contains($0) })
    #expect(window.awaited == row.expected.count { "sb".contains($0) })
  }

  @Test(
    "a number that was never sent is a violation", arguments: [(0, false), (3, false), (3, true)])
  func unknown(number: Int, multiple: Bool) {
    var window = ConfirmWindow()
    window.append(2)
    window.markSent(0)
    window.markSent(1)
    #expect(throws: ConfirmWindow.Violation.unknownNumber(UInt64(number))) {
      try window.acknowledge(UInt64(number), multiple: multiple)
    }
  }

  @Test("a return of a message that is not under way finds nothing")
  func strangeReturn() {
    var window = ConfirmWindow()
    window.append(1)
    window.markSent(0)
    #expect(window.giveBack(code: 312, text: "", matches: { _ in false }) == nil)
    #expect(window.giveBack(code: 312, text: "", matches: { $0 == 0 }) == 0)
    #expect(window.giveBack(code: 312, text: "", matches: { $0 == 0 }) == nil, "only once")
  }

  @Test("a cleared window goes on with the numbers of its channel")
  func clearing() throws {
    var window = ConfirmWindow()
    for round in 0..<5 {
      window.append(3)
      #expect((0..<3).map { window.markSent($0) } == (1...3).map { UInt64(round * 3 + $0) })
      try window.acknowledge(UInt64(round * 3 + 3), multiple: true)
      #expect(window.isComplete)
      window.dropFirst(window.count)
      #expect(window.count == 0)
    }
  }

  @Test("settled messages at the front are dropped while those behind are still awaited")
  func dropping() throws {
    var window = ConfirmWindow()
    window.append(6)
    for index in 0..<6 { window.markSent(index) }
    try window.acknowledge(2, multiple: false)
    let early = window.isSettled(first: 2)
    #expect(!early)
    try window.acknowledge(1, multiple: false)
    let (two, three) = (window.isSettled(first: 2), window.isSettled(first: 3))
    #expect(two && !three)
    window.dropFirst(2)
    #expect(window.count == 4 && window.awaited == 4 && window.settled == 0)
    // What was third is first now, and still has its number.
    window.giveBack(code: 312, text: "NO_ROUTE", matches: { $0 == 0 })
    try window.acknowledge(3, multiple: false)
    #expect(window.states[0] == .undeliverable(code: 312, text: "NO_ROUTE"))
    try window.refuse(4, multiple: false)
    #expect(window.nextToSend(from: 0) == 1)
    let number = window.markSent(1)
    #expect(number == 7)
    try window.acknowledge(7, multiple: true)
    #expect(window.isComplete)
    window.dropFirst(4)
    window.append(1)
    let next = window.markSent(0)
    #expect(next == 8)
  }

  @Test(
    "whatever the broker says, in any order, the window agrees with a simple model",
    arguments: 0..<200)
  func property(round: Int) throws {
    let seed = UInt64(round) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    var random = SplitMix(state: seed)
    var window = ConfirmWindow()
    var model = Model()
    let count = Int.random(in: 1...60, using: &random)
    window.append(count)
    model.states = Array(repeating: "u", count: count)
    for step in 0..<400 {
      try Self.randomStep(&window, &model, &random)
      try #require(
        Self.letters(window) == String(model.states), "seed \(seed), step \(step)")
      #expect(window.awaited == model.numbers.values.count, "seed \(seed), step \(step)")
    }
    // The broker in the end accepts everything: every message settles, in one more round.
    while let index = window.nextToSend(from: 0) { window.markSent(index) }
    try window.acknowledge(0, multiple: true)
    #expect(window.isComplete, "seed \(seed)")
    #expect(window.settled == count)
  }

  /// What must hold, as plainly as it can be written: which number belongs to which message.
  struct Model {
    var states: [Character] = []
    var numbers: [UInt64: Int] = [:]
    var next: UInt64 = 1

    mutating func speak(_ number: UInt64, multiple: Bool, accepted: Bool) {
      for (one, index) in numbers where one == number || (multiple && one <= number) {
        numbers[one] = nil
        states[index] = accepted ? (states[index] == "b" ? "x" : "c") : "r"
      }
    }
  }

  static func randomStep(
    _ window: inout ConfirmWindow, _ model: inout Model, _ random: inout SplitMix
  ) throws {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<9:
      guard let index = window.nextToSend(from: 0) else { return }
      window.markSent(index)
      model.numbers[model.next] = index
      model.states[index] = "s"
      model.next += 1
    case 9..<18:
      guard model.next > 1 else { return }
      let number = UInt64.random(in: 1..<model.next, using: &random)
      let multiple = Int.random(in: 0..<4, using: &random) == 0
      let accepted = Int.random(in: 0..<3, using: &random) > 0
      model.speak(number, multiple: multiple, accepted: accepted)
      if accepted {
        try window.acknowledge(number, multiple: multiple)
      } else {
        try window.refuse(number, multiple: multiple)
      }
    case 18:
      let target = Int.random(in: 0..<model.states.count, using: &random)
      let found = window.giveBack(code: 312, text: "", matches: { $0 == target })
      #expect((found == target) == (model.states[target] == "s"))
      if model.states[target] == "s" { model.states[target] = "b" }
    default:
      window.restart()
      model.numbers = [:]
      model.next = 1
      for index in model.states.indices where !"cx".contains(model.states[index]) {
        model.states[index] = "u"
      }
    }
  }

  static func apply(_ event: Event, to window: inout ConfirmWindow) throws {
    switch event {
    case .send(let index): window.markSent(index)
    case .ack(let number, let multiple): try window.acknowledge(number, multiple: multiple)
    case .nack(let number, let multiple): try window.refuse(number, multiple: multiple)
    case .back(let index): window.giveBack(code: 312, text: "NO_ROUTE", matches: { $0 == index })
    case .restart: window.restart()
    }
  }

  static func letters(_ window: ConfirmWindow) -> String {
    String(
      window.states.map { state -> Character in
        switch state {
        case .unsent: "u"
        case .sent: "s"
        case .returned: "b"
        case .refused: "r"
        case .confirmed: "c"
        case .undeliverable: "x"
        }
      })
  }
}

/// SplitMix64: a small generator whose runs are repeated by their seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
