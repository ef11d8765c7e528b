/// What is to be done at the broker, in order, each with its reason; and what is not done, and why.
package struct Plan: Sendable, Equatable {
  package enum Action: String, Sendable {
    case create = "+"
    case change = "~"
    case replace = "-/+"
    case remove = "-"
  }

  package struct Step: Sendable, Equatable {
    package let action: Action
    package let operation: Operation
    package let reason: String
  }

  /// A difference that stays, since mending it would destroy something.
  package struct Refusal: Sendable, Equatable {
    package let object: BrokerObject
    package let reason: String
  }

  package internal(set) var steps: [Step] = []
  package internal(set) var refusals: [Refusal] = []
  /// What an operator should know though there is nothing to do about it here.
  package internal(set) var notes: [String] = []

  /// Whether the broker holds what the files say.
  package var isEmpty: Bool { steps.isEmpty && refusals.isEmpty }
}

// MARK: For people

extension Plan {
  package var text: String {
    var lines = steps.map { step in
      "\(padded(step.action.rawValue)) \(step.operation.object): \(step.reason)"
    }
    lines += refusals.map { "\(padded("!")) \($0.object): refused: \($0.reason)" }
    lines += notes.map { "\(padded("i")) \($0)" }
    lines.append(summary)
    return lines.joined(separator: "\n")
  }

  private var summary: String {
    if isEmpty { return "nothing to do: the broker holds what topology/ says" }
    let parts: [(Action, String)] = [
      (.create, "to create"), (.change, "to change"), (.replace, "to make anew"),
      (.remove, "to remove"),
    ]
    var counts = parts.compactMap { action, words -> String? in
      let count = steps.count { $0.action == action }
      return count == 0 ? nil : "\(count) \(words)"
    }
    if !refusals.isEmpty { counts.append("\(refusals.count) refused") }
    return counts.joined(separator: ", ")
  }

  private func padded(_ sign: String) -> String {
    String(repeating: " ", count: max(0, 3 - sign.count)) + sign
  }
}

// MARK: For programs

extension Plan {
  /// One line of `--json`.
  package struct Line: Sendable {
    let fields: [String: Argument]

    package var json: String { Argument.table(fields).json }
  }

  package var lines: [Line] {
    let changes = steps.map { step in
      Line(
        fields: Plan.fields(
          Plan.word(step.action), step.operation.object, reason: step.reason))
    }
    let refused = refusals.map { refusal in
      Line(fields: Plan.fields("refuse", refusal.object, reason: refusal.reason))
    }
    let noted = notes.map { Line(fields: ["action": .text("note"), "reason": .text($0)]) }
    return changes + refused + noted
  }

  private static func fields(
    _ action: String, _ object: BrokerObject, reason: String
  ) -> [String: Argument] {
    var fields: [String: Argument] = [
      "action": .text(action), "kind": .text(object.kind), "name": .text(object.name),
      "reason": .text(reason),
    ]
    if case .binding(let binding) = object {
      fields["source"] = .text(binding.source)
      fields["destination"] = .text(binding.destination.name)
      fields["destination_type"] = .text(binding.destination.kind.rawValue)
      fields["routing_key"] = .text(binding.key)
      fields["arguments"] = .table(binding.arguments)
    }
    return fields
  }

  private static func word(_ action: Action) -> String {
    switch action {
    case .create: "create"
    case .change: "change"
    case .replace: "replace"
    case .remove: "remove"
    }
  }
}
