@testable import Topology

/// A broker in memory that is as strict as the real one: it refuses what RabbitMQ refuses.
final class FakeBroker: Broker {
  private(set) var state: BrokerState
  /// What it refused, each a fault in the order or content of a plan.
  private(set) var complaints: [String] = []

  init(_ state: BrokerState = BrokerState()) {
    self.state = state
  }

  func read() throws(TopologyError) -> BrokerState { state }

  func awaitLeaders(of queues: [String]) throws(TopologyError) {
    if !queues.allSatisfy({ state.queues[$0] != nil }) { complain("no such queue to wait for") }
  }

  private func complain(_ words: String) { complaints.append(words) }

  func perform(_ operation: Operation) throws(TopologyError) {
    switch operation {
    case .createExchange(let exchange):
      if let there = state.exchanges[exchange.name], there != exchange {
        return complain("PRECONDITION_FAILED exchange \(exchange.name)")
      }
      state.exchanges[exchange.name] = exchange
    case .createQueue(let queue):
      if let there = state.queues[queue.name], there != queue {
        return complain("PRECONDITION_FAILED queue \(queue.name)")
      }
      state.queues[queue.name] = queue
      state.depths[queue.name] = 0
    case .deleteExchange(let name): remove(.exchange(name))
    case .deleteQueue(let name):
      if let depth = state.depths[name], depth > 0 {
        return complain("dropped \(depth) in \(name)")
      }
      if state.bindings.contains(where: { $0.destination == .queue(name) }) {
        complain("queue \(name) was removed while something led to it")
      }
      remove(.queue(name))
    case .bind(let binding): bind(binding)
    case .unbind(let binding): state.bindings.remove(binding)
    case .setPolicy(let policy): state.policies[policy.name] = policy
    case .deletePolicy(let name): state.policies[name] = nil
    }
  }

  private func remove(_ endpoint: Endpoint) {
    if endpoint.kind == .queue {
      state.queues[endpoint.name] = nil
      state.depths[endpoint.name] = nil
    } else {
      state.exchanges[endpoint.name] = nil
    }
    state.bindings = state.bindings.filter {
      $0.destination != endpoint
        && !(endpoint.kind == .exchange && $0.source == endpoint.name)
    }
  }

  private func bind(_ binding: Binding) {
    let target = binding.destination
    let exists =
      target.kind == .queue ? state.queues[target.name] != nil : state.exchanges[target.name] != nil
    guard let source = state.exchanges[binding.source], exists else {
      return complain("NOT_FOUND for \(binding.text)")
    }
    let isSecondWeight =
      source.type == "x-consistent-hash"
      && state.bindings.contains {
        $0 != binding && $0.source == binding.source && $0.destination == target
      }
    if isSecondWeight { complain("a second weight is ignored: \(binding.text)") }
    state.bindings.insert(binding)
  }
}
