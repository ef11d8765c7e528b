/// Under what a case is found: the numbers of what it is about, and the changes that it waits for.
extension Case {
  /// A number of a person, an enterprise or a thing.
  struct Entity: Hashable {
    let kind: String
    let value: String
    let isLocked: Bool
  }

  /// A change elsewhere that a step waits for.
  struct Awaited: Hashable {
    let step: String
    let schema: String
    let member: String
    let value: String
  }

  /// Those that are known now. One that a step's result tells is known once the step is done: so a newborn is first
  /// found by the birth certificate and then by the identity number too.
  func entities(of flow: Flow) -> [Entity] {
    flow.entities.compactMap { entity in
      value(of: entity.source)?.plain.map {
        Entity(kind: entity.kind, value: $0, isLocked: entity.isLocked)
      }
    }
  }

  func awaited(of flow: Flow) -> [Awaited] {
    zip(flow.steps, steps).compactMap { step, progress in
      guard progress.phase == .awaiting, let code = progress.awaited,
        let wait = step.await(for: code), let value = value(of: wait.key)?.plain
      else { return nil }
      return Awaited(
        step: step.name, schema: wait.schema, member: wait.member.joined(separator: "."),
        value: value)
    }
  }
}

extension Value {
  /// A text or a number as it is written; nil for anything else.
  var plain: String? {
    switch self {
    case .string(let text): text
    case .number(let text): text
    default: nil
    }
  }

  /// All texts and numbers that a path leads to; `[]` after a name goes through a list.
  func plains(at path: some Sequence<String>) -> [String] {
    var values = [self]
    for word in path {
      let isList = word.hasSuffix("[]")
      let name = isList ? String(word.dropLast(2)) : word
      values = values.compactMap { $0.member(name) }
      if isList { values = values.flatMap { $0.items ?? [] } }
    }
    return values.compactMap(\.plain)
  }
}
