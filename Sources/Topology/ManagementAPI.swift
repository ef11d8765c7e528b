import Configuration
import Foundation
import HTTP

/// One virtual host of a broker, through RabbitMQ's management API (rabbitmq-management 3.10, `/api`).
///
/// Used from one thread at a time; its calls block, each at most `TopologyLimits.callTimeout`.
package final class ManagementAPI: Broker {
  private let client: HTTPClient
  private let base: String
  private let virtualHost: String
  /// When this object last took a binding away.
  private var lastUnbinding: Date?

  /// - Parameters:
  ///   - url: `http://user:password@host:port`, or `https://…`.
  ///   - certificates: a PEM file with the authorities to trust instead of the system's.
  package init(url: String, virtualHost: String, certificates: String? = nil) {
    var base = url
    while base.hasSuffix("/") { base.removeLast() }
    self.base = base.hasSuffix("/api") ? base : base + "/api"
    self.virtualHost = virtualHost
    client = HTTPClient(certificates: certificates, bodyLimit: ManagementAPI.answerLimit)
  }

  /// The lists of ten thousand queues and a hundred thousand bindings fit.
  private static let answerLimit = 256 << 20

  /// Makes the virtual host if there is none; a user without that right may still use one that exists.
  package func ensureVirtualHost() throws(TopologyError) {
    let place = "virtual host \(virtualHost)"
    let there = try send("GET", ["vhosts", virtualHost], at: place, accepting: [404])
    guard there.status == 404 else { return }
    try send("PUT", ["vhosts", virtualHost], .table([:]), at: place)
  }

  /// Removes the virtual host with all that it holds: for trials that made one of their own.
  package func deleteVirtualHost() throws(TopologyError) {
    try send(
      "DELETE", ["vhosts", virtualHost], at: "virtual host \(virtualHost)", accepting: [404])
  }
}

// MARK: Reading

extension ManagementAPI {
  package func read() throws(TopologyError) -> BrokerState {
    var state = BrokerState()
    let exchangeColumns = "columns=name,type,durable,auto_delete,internal,arguments"
    for node in try list("exchanges", query: exchangeColumns) {
      let exchange = try reading("exchanges") { () throws(ConfigurationError) in
        try Exchange(answer: node)
      }
      if !exchange.isBuiltIn { state.exchanges[exchange.name] = exchange }
    }
    for node in try list("queues", query: ManagementAPI.totals) {
      let found = try reading("queues") { () throws(ConfigurationError) in
        try FoundQueue(answer: node)
      }
      guard !found.isExclusive else { continue }
      state.queues[found.queue.name] = found.queue
      state.depths[found.queue.name] = found.depth
    }
    for node in try list("bindings") {
      let binding = try reading("bindings") { () throws(ConfigurationError) in
        try Binding(answer: node)
      }
      // Every queue is bound to the default exchange by its name; nobody can change that.
      if !binding.source.isEmpty { state.bindings.insert(binding) }
    }
    for node in try list("policies") {
      let policy = try reading("policies") { () throws(ConfigurationError) in
        try Policy(answer: node)
      }
      state.policies[policy.name] = policy
    }
    return state
  }

  /// Counts without the statistics, which would cost the broker a search for each queue.
  private static let totals = "disable_stats=true&enable_queue_totals=true"

  private func list(_ kind: String, query: String = "") throws(TopologyError) -> [ConfigurationNode]
  {
    let place = "reading \(kind)"
    let answer = try send("GET", [kind, virtualHost], query: query, at: place, accepting: [404])
    guard answer.status != 404 else {
      throw TopologyError(
        .noVirtualHost, at: place,
        "there is no virtual host \"\(virtualHost)\"; `tongban topology apply` makes it")
    }
    return try reading(kind) { () throws(ConfigurationError) in
      try JSON5.read(answer.body, file: "the broker's \(kind)").array()
    }
  }

  private func reading<Value>(
    _ kind: String, _ body: () throws(ConfigurationError) -> Value
  ) throws(TopologyError) -> Value {
    do throws(ConfigurationError) { return try body() } catch {
      throw TopologyError(.unreadableAnswer, at: "reading \(kind)", "\(error)")
    }
  }
}

// MARK: Changing

extension ManagementAPI {
  package func perform(_ operation: Operation) throws(TopologyError) {
    let place = "\(operation.object)"
    switch operation {
    case .createExchange(let exchange):
      try send("PUT", ["exchanges", virtualHost, exchange.name], exchange.body, at: place)
    case .createQueue(let queue):
      try send("PUT", ["queues", virtualHost, queue.name], queue.body, at: place)
    case .setPolicy(let policy):
      try send("PUT", ["policies", virtualHost, policy.name], policy.body, at: place)
    case .bind(let binding):
      let body: [String: Argument] = [
        "routing_key": .text(binding.key), "arguments": .table(binding.arguments),
      ]
      try send("POST", path(of: binding), .table(body), at: place)
    case .unbind(let binding): try unbind(binding, at: place)
    case .deleteExchange(let name): try remove(["exchanges", virtualHost, name], at: place)
    case .deletePolicy(let name): try remove(["policies", virtualHost, name], at: place)
    case .deleteQueue(let name):
      try requireEmpty(name, at: place)
      try remove(["queues", virtualHost, name], at: place)
    }
  }

  private func path(of binding: Binding) -> [String] {
    let kind = binding.destination.kind == .queue ? "q" : "e"
    return ["bindings", virtualHost, "e", binding.source, kind, binding.destination.name]
  }

  /// The API names a binding by a key of its own, which is asked for first.
  private func unbind(_ binding: Binding, at place: String) throws(TopologyError) {
    let path = path(of: binding)
    let answer = try send("GET", path, at: place, accepting: [404])
    if answer.status == 404 { return }
    let keys = try reading("bindings") { () throws(ConfigurationError) in
      var keys: [String] = []
      for node in try JSON5.read(answer.body, file: "the broker's bindings").array() {
        guard try Binding(answer: node) == binding else { continue }
        var object = try node.object()
        keys.append(try object.required("properties_key").string())
      }
      return keys
    }
    for key in keys { try remove(path + [key], at: place) }
    lastUnbinding = Date()
  }

  /// What is gone already is as it should be.
  private func remove(_ path: [String], at place: String) throws(TopologyError) {
    try send("DELETE", path, at: place, accepting: [404])
  }

  /// Quorum queues know no `if-empty`, and the API's counts are up to five seconds old. So a queue to
  /// which nothing is bound any more is watched until a count is younger than the last unbinding.
  private func requireEmpty(_ queue: String, at place: String) throws(TopologyError) {
    let believed = (lastUnbinding ?? Date()).addingTimeInterval(TopologyLimits.emptyFor)
    lastUnbinding = lastUnbinding ?? Date()
    var isBelieved = false
    repeat {
      isBelieved = Date() >= believed
      switch try depth(of: queue, at: place) {
      case .gone: return
      case .unknown where isBelieved:
        throw TopologyError(.notEmpty, at: place, "the broker does not say whether it is empty")
      case .messages(let count) where count > 0:
        throw TopologyError(
          .notEmpty, at: place,
          "it holds \(count) messages by now and was not removed: drain it first")
      case .unknown, .messages: break
      }
      if !isBelieved { Thread.sleep(forTimeInterval: 0.25) }
    } while !isBelieved
  }

  private enum Depth {
    case gone, unknown
    case messages(Int)
  }

  /// Only the paged list counts without statistics; a single queue's page does not.
  private func depth(of queue: String, at place: String) throws(TopologyError) -> Depth {
    let name = PathSegment.encoded(PathSegment.literal(queue))
    let query = "\(ManagementAPI.totals)&page=1&page_size=1&use_regex=true&name=\(name)"
    let answer = try send("GET", ["queues", virtualHost], query: query, at: place)
    return try reading("queues") { () throws(ConfigurationError) in
      var page = try JSON5.read(answer.body, file: "the broker's queues").object()
      guard let node = try page.required("items").array().first else { return .gone }
      let found = try FoundQueue(answer: node)
      return found.depth.map(Depth.messages) ?? .unknown
    }
  }
}

// MARK: Waiting

extension ManagementAPI {
  package func awaitLeaders(of queues: [String]) throws(TopologyError) {
    let end = Date().addingTimeInterval(TopologyLimits.leaderWait)
    var waiting = Set(queues)
    while true {
      for node in try list("queues", query: "columns=name,leader,online") {
        let ready = try reading("queues") { () throws(ConfigurationError) in
          try ManagementAPI.nameIfLed(node)
        }
        if let ready { waiting.remove(ready) }
      }
      if waiting.isEmpty { return }
      guard Date() < end else {
        let names = waiting.sorted().prefix(5).joined(separator: ", ")
        throw TopologyError(
          .noLeader, at: "virtual host \(virtualHost)",
          "\(waiting.count) queues have no leader yet (\(names)): are most of the broker's nodes up?"
        )
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
  }

  private static func nameIfLed(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> String? {
    var object = try node.object()
    let name = try object.required("name").string()
    guard let leader = try object.optional("leader")?.string(), !leader.isEmpty else { return nil }
    let online = try object.optional("online")?.strings() ?? []
    return online.contains(leader) ? name : nil
  }
}

// MARK: Talking

extension ManagementAPI {
  @discardableResult
  private func send(
    _ method: String, _ path: [String], query: String = "", _ body: Argument? = nil,
    at place: String, accepting accepted: Set<Int> = []
  ) throws(TopologyError) -> HTTPResponse {
    let target = path.map(PathSegment.encoded).joined(separator: "/")
    let request = HTTPRequest(
      method: method, url: "\(base)/\(target)" + (query.isEmpty ? "" : "?\(query)"),
      headers: [("content-type", "application/json")], body: body.map { Array($0.json.utf8) } ?? [],
      timeout: TopologyLimits.callTimeout)
    let response: HTTPResponse
    do throws(HTTPError) { response = try client.send(request) } catch {
      throw TopologyError(.unreachable, at: place, "the management API: \(error)")
    }
    if (200..<300).contains(response.status) || accepted.contains(response.status) {
      return response
    }
    throw refusal(response, at: place)
  }

  private func refusal(_ response: HTTPResponse, at place: String) -> TopologyError {
    let words = BrokerWords.reason(in: response.body)
    switch response.status {
    case 401, 403:
      return TopologyError(
        .accessRefused, at: place,
        "the management API refused: \(words); is the user known, tagged (policymaker for policies, "
          + "administrator for virtual hosts) and permitted to configure \"\(virtualHost)\"?")
    case 500...:
      return TopologyError(
        .unreachable, at: place, "the management API answered \(response.status): \(words)")
    default: return TopologyError(.refused, at: place, words)
    }
  }
}
