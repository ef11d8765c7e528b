import Cryptography
import Events
import Storage

/// What a batch of statements does to the library: each is taken in its order, beside what those before it did.
package struct LibraryBatch {
  private let merge: Merge
  private var loaded: LibraryStore.Loaded
  private var changed: Set<Key128> = []
  private var gone: [(entity: Entity, into: Key128)] = []
  private var newKeys: [Key128: Key128] = [:]

  /// - Parameter loaded: all that the statements' keys lead to.
  package init(_ merge: Merge, _ loaded: LibraryStore.Loaded) {
    self.merge = merge
    self.loaded = loaded
  }

  package mutating func take(_ statement: Statement) -> Merge.Outcome {
    var known: [Entity] = []
    for key in statement.keys {
      guard let id = loaded.keys[key], !known.contains(where: { $0.id == id }),
        let entity = loaded.entities[id]
      else { continue }
      known.append(entity)
    }
    let outcome = merge.apply(statement, to: known, newID: freeID(statement))
    if outcome.isChanged { keep(outcome, of: statement) }
    return outcome
  }

  /// The first key that leads nowhere: the same again after a crash.
  private func freeID(_ statement: Statement) -> Key128 {
    statement.keys.first { loaded.keys[$0] == nil } ?? statement.keys[0]
  }

  private mutating func keep(_ outcome: Merge.Outcome, of statement: Statement) {
    let id = outcome.entity.id
    for absorbed in outcome.absorbed {
      guard let entity = loaded.entities.removeValue(forKey: absorbed) else { continue }
      changed.remove(absorbed)
      if entity.revision > 0 { gone.append((entity, id)) }
      for (key, owner) in loaded.keys where owner == absorbed { loaded.keys[key] = id }
      for (key, owner) in newKeys where owner == absorbed { newKeys[key] = id }
      for index in gone.indices where gone[index].into == absorbed { gone[index].into = id }
    }
    loaded.entities[id] = outcome.entity
    changed.insert(id)
    for key in statement.keys where loaded.keys[key] == nil {
      loaded.keys[key] = id
      newKeys[key] = id
    }
  }

  /// The statement that writes all of it; nil where nothing changed.
  package var writing: (String, [Parameter])? {
    let entities = changed.compactMap { loaded.entities[$0] }
    guard !entities.isEmpty else { return nil }
    func bytes(_ keys: [Key128]) -> Parameter {
      .equalByteses(width: 16, keys.flatMap(\.bytes))
    }
    let keys = newKeys.map { ($0.key, $0.value) }
    return (
      "select 1 from library_write($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      [
        bytes(entities.map(\.id)), .texts(entities.map(\.kind)), .texts(entities.map(\.json)),
        .ints(entities.map(\.revision)), bytes(gone.map(\.entity.id)),
        .ints(gone.map(\.entity.revision)), bytes(gone.map(\.into)), bytes(keys.map(\.0)),
        bytes(keys.map(\.1)),
      ]
    )
  }
}
