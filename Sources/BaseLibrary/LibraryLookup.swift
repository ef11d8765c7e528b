import Cryptography
import Mapping
import Records
import Storage

/// Answers mappings that look something up in the base library: one round trip for all questions of a batch.
/// Belongs to one lane; its connection is its own.
package final class LibraryLookup: LookupSource {
  private let database: Database
  private let rules: () -> Rules

  /// - Parameter rules: the newest.
  package init(_ database: Database, rules: @escaping () -> Rules) {
    self.database = database
    self.rules = rules
  }

  deinit { database.close() }

  package func answer(_ questions: [LookupQuestion]) throws -> [LookupAnswer] {
    let (rules, names) = (rules(), LibraryKeys())
    var keys: [Key128] = []
    var asked: [Key128: [LookupQuestion]] = [:]
    for question in questions {
      guard let number = Identifier(lookup: question.key) else { continue }
      let key = names.key(of: number, kind: question.kind.rawValue)
      if asked[key] == nil { keys.append(key) }
      asked[key, default: []].append(question)
    }
    let loaded = try LibraryStore.load(keys, from: database)
    return keys.flatMap { key -> [LookupAnswer] in
      guard let id = loaded.keys[key], let entity = loaded.entities[id] else { return [] }
      return (asked[key] ?? []).map { question in
        let rule = rules.field(question.field, of: entity.kind)
        let value = entity.view(of: question.field, by: rule)?.claim.value
        return LookupAnswer(question, value: value.flatMap(Self.text(ofJSON:)))
      }
    }
  }

  /// A text or a number as it is written; nil for anything else.
  private static func text(ofJSON value: String) -> String? {
    (try? Tree(json: value))?.text("")
  }
}

extension Identifier {
  /// From `resident-id:…`.
  fileprivate init?(lookup key: String) {
    guard let colon = key.firstIndex(of: ":") else { return nil }
    self.init(kind: String(key[..<colon]), number: String(key[key.index(after: colon)...]))
  }
}
