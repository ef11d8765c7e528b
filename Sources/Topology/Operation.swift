/// One change at the broker. Each may be done twice: the second time changes nothing.
package enum Operation: Hashable, Sendable {
  case createExchange(Exchange)
  case deleteExchange(String)
  case createQueue(Queue)
  /// Only if it holds no message: whoever performs it looks again.
  case deleteQueue(String)
  case bind(Binding)
  case unbind(Binding)
  case setPolicy(Policy)
  case deletePolicy(String)

  package var object: BrokerObject {
    switch self {
    case .createExchange(let exchange): .exchange(exchange.name)
    case .deleteExchange(let name): .exchange(name)
    case .createQueue(let queue): .queue(queue.name)
    case .deleteQueue(let name): .queue(name)
    case .bind(let binding), .unbind(let binding): .binding(binding)
    case .setPolicy(let policy): .policy(policy.name)
    case .deletePolicy(let name): .policy(name)
    }
  }
}
