/// In words, what would change from what is there to what is declared; empty if nothing.
enum Differences {
  static func between(_ there: Exchange, _ declared: Exchange) -> [String] {
    changes([
      ("type", .text(there.type), .text(declared.type)),
      ("durable", .bool(there.durable), .bool(declared.durable)),
      ("autoDelete", .bool(there.autoDelete), .bool(declared.autoDelete)),
      ("internal", .bool(there.isInternal), .bool(declared.isInternal)),
    ]) + tables(there.arguments, declared.arguments)
  }

  static func between(_ there: Queue, _ declared: Queue) -> [String] {
    changes([
      ("durable", .bool(there.durable), .bool(declared.durable)),
      ("autoDelete", .bool(there.autoDelete), .bool(declared.autoDelete)),
    ]) + tables(there.arguments, declared.arguments)
  }

  static func between(_ there: Policy, _ declared: Policy) -> [String] {
    changes([
      ("pattern", .text(there.pattern), .text(declared.pattern)),
      ("appliesTo", .text(there.appliesTo), .text(declared.appliesTo)),
      ("priority", .int(there.priority), .int(declared.priority)),
    ]) + tables(there.definition, declared.definition)
  }

  private static func changes(_ fields: [(String, Argument, Argument)]) -> [String] {
    fields.compactMap { name, old, new in
      old == new ? nil : "\(name) \(old.json) → \(new.json)"
    }
  }

  private static func tables(_ there: [String: Argument], _ declared: [String: Argument])
    -> [String]
  {
    Set(there.keys).union(declared.keys).sorted().compactMap { name in
      let (old, new) = (there[name], declared[name])
      if old == new { return nil }
      return "\(name) \(old?.json ?? "(none)") → \(new?.json ?? "(none)")"
    }
  }
}
