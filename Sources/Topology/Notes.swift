/// What a plan tells beside its steps: objects of others, and policies of others that win over ours.
struct Notes {
  let desired: Topology
  let actual: BrokerState

  private static let named = 5

  var all: [String] { overruled + leftAlone }

  private var leftAlone: [String] {
    let owned = desired.owned
    let kinds: [(String, [String])] = [
      ("exchanges", actual.exchanges.keys.filter { !owned.covers($0) }),
      ("queues", actual.queues.keys.filter { !owned.covers($0) }),
      ("policies", actual.policies.keys.filter { !owned.covers($0) }),
      ("bindings", actual.bindings.filter { !owned.covers($0) }.map(\.text)),
    ]
    return kinds.compactMap { kind, names in
      if names.isEmpty { return nil }
      let shown = names.sorted().prefix(Notes.named).joined(separator: ", ")
      let rest = names.count > Notes.named ? ", …" : ""
      return "not ours and left alone: \(names.count) \(kind): \(shown)\(rest)"
    }
  }

  /// A queue takes one policy, so somebody else's higher one switches ours off.
  private var overruled: [String] {
    let ours = desired.policies.filter(\.concernsQueues).compactMap(Selecting.init)
    let theirs = actual.policies.values
      .filter { $0.concernsQueues && !desired.owned.covers($0.name) }
      .sorted { $0.name < $1.name }.compactMap(Selecting.init)
    guard !theirs.isEmpty else { return [] }
    return desired.queues.compactMap { queue in
      let mine = ours.filter { $0.selects(queue.name) }
        .max { $0.policy.priority < $1.policy.priority }
      guard let mine else { return nil }
      let winner = theirs.first {
        $0.policy.priority >= mine.policy.priority && $0.selects(queue.name)
      }
      return winner.map {
        "policy \($0.policy.name) is not ours and takes queue \(queue.name) from "
          + "\(mine.policy.name) (priority \($0.policy.priority) against \(mine.policy.priority))"
      }
    }
  }

  private struct Selecting {
    let policy: Policy
    let selects: (String) -> Bool

    init?(_ policy: Policy) {
      guard let selects = policy.selector() else { return nil }
      self.policy = policy
      self.selects = selects
    }
  }
}
