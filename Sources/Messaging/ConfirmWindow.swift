/// The state of a run of published messages that wait for the broker's word, as a pure value.
///
/// Messages have an index in the order in which they were given to the publisher (from 0) and, on
/// the present channel, a sequence number (from 1) by which the broker names them. Confirms arrive
/// out of order and for many at once; a return arrives before its confirm; a nack, a timeout or a
/// lost connection leaves messages to be sent again, in order, under new sequence numbers.
struct ConfirmWindow {
  /// What became of one message so far.
  enum State: Equatable {
    /// Not written to the present connection.
    case unsent
    /// Written; the broker has said nothing.
    case sent
    /// Came back unroutable; its confirm is still to come.
    case returned(code: UInt16, text: String)
    /// Refused by the broker: to be sent again.
    case refused
    /// Settled: safe with the broker.
    case confirmed
    /// Settled: unroutable, and the broker is done with it.
    case undeliverable(code: UInt16, text: String)

    var isSettled: Bool {
      switch self {
      case .confirmed, .undeliverable: true
      case .unsent, .sent, .returned, .refused: false
      }
    }

    var isAwaited: Bool {
      switch self {
      case .sent, .returned: true
      case .unsent, .refused, .confirmed, .undeliverable: false
      }
    }
  }

  /// What the broker said that it may not say.
  enum Violation: Error, Equatable {
    /// A confirm for a number that was never sent on this channel.
    case unknownNumber(UInt64)
  }

  private(set) var states: [State] = []
  /// Index of each message sent on this channel since `base`, in the order of sequence numbers;
  /// -1 once the broker has spoken about that number (its message may have been sent again since).
  private var order: [Int] = []
  /// The sequence number of `order[head]`.
  private var base: UInt64 = 1
  private var head = 0
  /// Where the search for the next returned message begins: returns come in the order of sending.
  private var returnCursor: UInt64 = 1
  /// Messages written whose confirm has not come.
  private(set) var awaited = 0
  /// Messages settled for good.
  private(set) var settled = 0
  /// Messages refused by the broker and not sent again yet.
  private(set) var refused = 0
  /// All messages before this index are known to be settled.
  private var front = 0

  /// Messages in the window, settled or not.
  var count: Int { states.count }
  /// Whether every message is confirmed or undeliverable.
  var isComplete: Bool { settled == states.count }
  /// The sequence number of the next message on this channel.
  var nextNumber: UInt64 { base + UInt64(order.count - head) }

  /// Takes so many more messages into the window; none is sent yet.
  mutating func append(_ added: Int) {
    states.append(contentsOf: repeatElement(.unsent, count: added))
  }

  /// Message `index` has been written to the channel; returns its sequence number there.
  @discardableResult
  mutating func markSent(_ index: Int) -> UInt64 {
    precondition(!states[index].isSettled && !states[index].isAwaited, "a message is sent once")
    if states[index] == .refused { refused -= 1 }
    let number = nextNumber
    states[index] = .sent
    order.append(index)
    awaited += 1
    return number
  }

  /// The broker confirmed a number, or with `multiple` all up to it; number 0 with `multiple` is all.
  mutating func acknowledge(_ number: UInt64, multiple: Bool) throws(Violation) {
    try settle(number, multiple: multiple, accepted: true)
  }

  /// The broker refused a number, or with `multiple` all up to it.
  mutating func refuse(_ number: UInt64, multiple: Bool) throws(Violation) {
    try settle(number, multiple: multiple, accepted: false)
  }

  /// The broker returned a message; `matches` tells whether it is the one with that index.
  /// Gives the index, or nil if no awaited message matches.
  @discardableResult
  mutating func giveBack(code: UInt16, text: String, matches: (Int) -> Bool) -> Int? {
    let start = max(returnCursor, base)
    if let index = findAwaited(from: start, to: nextNumber, matches)
      ?? findAwaited(from: base, to: start, matches)
    {
      states[index] = .returned(code: code, text: text)
      return index
    }
    return nil
  }

  /// The channel is gone: what is not settled has to be sent again, on a new one that counts from 1.
  mutating func restart() {
    for index in states.indices where !states[index].isSettled { states[index] = .unsent }
    order.removeAll(keepingCapacity: true)
    (base, head, returnCursor, awaited, refused) = (1, 0, 1, 0, 0)
  }

  /// The first message at or after `index` that has to be written, refused ones included.
  func nextToSend(from index: Int) -> Int? {
    var index = index
    while index < states.count {
      switch states[index] {
      case .unsent, .refused: return index
      case .sent, .returned, .confirmed, .undeliverable: index += 1
      }
    }
    return nil
  }

  /// Whether so many messages at the front are settled.
  mutating func isSettled(first count: Int) -> Bool {
    precondition(count <= states.count, "the window holds \(states.count) messages, not \(count)")
    while front < count, states[front].isSettled { front += 1 }
    return front >= count
  }

  /// Forgets settled messages at the front; the others move up, and sequence numbers go on.
  mutating func dropFirst(_ count: Int) {
    precondition(isSettled(first: count), "only settled messages are dropped")
    states.removeFirst(count)
    // What the broker has not spoken about lies behind the front.
    for slot in head..<order.count where order[slot] >= 0 { order[slot] -= count }
    settled -= count
    front -= count
  }

  /// Forgets all messages. Unless the window was complete, the channel must be abandoned as well.
  mutating func abandon() {
    base = nextNumber
    head = 0
    order.removeAll(keepingCapacity: true)
    states.removeAll(keepingCapacity: true)
    (awaited, settled, refused, front) = (0, 0, 0, 0)
    returnCursor = base
  }

  private mutating func settle(
    _ number: UInt64, multiple: Bool, accepted: Bool
  ) throws(Violation) {
    let last = multiple && number == 0 ? nextNumber - 1 : number
    guard last < nextNumber, last > 0 || multiple else { throw .unknownNumber(number) }
    if multiple {
      while base <= last { popFirst(accepted: accepted) }
    } else if last >= base {
      decide(head + Int(last - base), accepted: accepted)
      // Keep the front at a message that is still awaited, so that a `multiple` costs what it settles.
      while head < order.count, order[head] < 0 { dropFirst() }
    }
    compact()
  }

  private mutating func popFirst(accepted: Bool) {
    decide(head, accepted: accepted)
    dropFirst()
  }

  private mutating func dropFirst() {
    head += 1
    base += 1
  }

  private mutating func decide(_ slot: Int, accepted: Bool) {
    let index = order[slot]
    guard index >= 0 else { return }
    order[slot] = -1
    awaited -= 1
    switch (states[index], accepted) {
    case (.returned(let code, let text), true):
      states[index] = .undeliverable(code: code, text: text)
      settled += 1
    case (_, true):
      states[index] = .confirmed
      settled += 1
    case (_, false):
      states[index] = .refused
      refused += 1
    }
  }

  /// Drops the settled front of `order` now and then, so that the cost per message stays constant.
  private mutating func compact() {
    guard head > 1_024, head * 2 > order.count else { return }
    order.removeFirst(head)
    head = 0
  }

  private mutating func findAwaited(
    from start: UInt64, to end: UInt64, _ matches: (Int) -> Bool
  ) -> Int? {
    var number = start
    while number < end {
      let index = order[head + Int(number - base)]
      if index >= 0, states[index] == .sent, matches(index) {
        returnCursor = number + 1
        return index
      }
      number += 1
    }
    return nil
  }
}
