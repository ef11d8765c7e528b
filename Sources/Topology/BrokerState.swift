/// What one virtual host holds, as far as a topology speaks of it.
package struct BrokerState: Equatable, Sendable {
  package var exchanges: [String: Exchange] = [:]
  package var queues: [String: Queue] = [:]
  package var bindings: Set<Binding> = []
  package var policies: [String: Policy] = [:]
  /// Messages in each queue, taken or not; a queue without an entry is not known to be empty.
  package var depths: [String: Int] = [:]

  package init() {}
}

package struct Exchange: Hashable, Sendable {
  package var name: String
  /// `topic`, `direct`, `fanout`, `headers`, `x-consistent-hash`, ….
  package var type: String
  package var durable = true
  package var autoDelete = false
  package var isInternal = false
  package var arguments: [String: Argument] = [:]

  static let consistentHash = "x-consistent-hash"
}

package struct Queue: Hashable, Sendable {
  package var name: String
  package var durable = true
  package var autoDelete = false
  package var arguments: [String: Argument] = [:]

  var isQuorum: Bool { arguments["x-queue-type"] == .text("quorum") }
}

/// An end of a binding.
package struct Endpoint: Hashable, Sendable {
  package enum Kind: String, Sendable { case exchange, queue }

  package var kind: Kind
  package var name: String

  static func exchange(_ name: String) -> Endpoint { Endpoint(kind: .exchange, name: name) }
  static func queue(_ name: String) -> Endpoint { Endpoint(kind: .queue, name: name) }
}

package struct Binding: Hashable, Sendable {
  /// The exchange that it leads from.
  package var source: String
  package var destination: Endpoint
  package var key: String
  package var arguments: [String: Argument] = [:]
}

package struct Policy: Hashable, Sendable {
  package var name: String
  /// A regular expression over the names of queues or exchanges.
  package var pattern: String
  /// `queues`, `exchanges` or `all`.
  package var appliesTo: String
  package var priority: Int
  package var definition: [String: Argument]
}

/// An object by kind and name, as plans and errors speak of it.
package enum BrokerObject: Hashable, Sendable, CustomStringConvertible {
  case exchange(String)
  case queue(String)
  case policy(String)
  case binding(Binding)

  package var kind: String {
    switch self {
    case .exchange: "exchange"
    case .queue: "queue"
    case .policy: "policy"
    case .binding: "binding"
    }
  }

  package var name: String {
    switch self {
    case .exchange(let name), .queue(let name), .policy(let name): name
    case .binding(let binding): binding.text
    }
  }

  package var description: String { "\(kind) \(name)" }
}

extension Binding {
  /// `gov.intake → core.0 by "tax.#"`, with the arguments if there are any.
  var text: String {
    let with = arguments.isEmpty ? "" : " with \(Argument.table(arguments).json)"
    return "\(source) → \(destination.name) by \"\(key)\"\(with)"
  }
}
