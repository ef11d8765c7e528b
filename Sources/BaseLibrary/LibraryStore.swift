import Cryptography
import Storage

/// The base library in the database: one round trip to load all that a batch is about, one statement to write it.
///
/// Nothing is locked between the two. What another lane changed meanwhile makes the write fail as a whole
/// (SQLSTATE 40001, transient), and the batch is then loaded and decided anew.
package enum LibraryStore {
  /// Entities by id, and which keys lead to them.
  package struct Loaded: Sendable {
    package var entities: [Key128: Entity] = [:]
    package var keys: [Key128: Key128] = [:]

    package init() {}
  }

  package static func load(_ keys: [Key128], from database: Database) throws -> Loaded {
    var loaded = Loaded()
    guard !keys.isEmpty else { return loaded }
    let rows = try database.query(
      loading, [.equalByteses(width: 16, keys.flatMap(\.bytes))])
    for row in rows {
      let (position, id) = (try row.int(0), Key128(bytes: try row.bytes(1)))
      if position > 0 {
        loaded.keys[keys[Int(position) - 1]] = id
      } else {
        loaded.entities[id] = try Entity(
          id: id, kind: try row.text(2), revision: try row.int(3), json: try row.text(4))
      }
    }
    return loaded
  }

  /// The lookups are lateral with a limit so that they go by the index whatever the statistics say.
  private static let loading = """
    with asked as (select * from unnest($1::bytea[]) with ordinality as asked(key, position)),
    led as materialized (
      select asked.position, found.entity from asked cross join lateral (
        select entity from library_key where library_key.key = asked.key limit 1) as found),
    entities as materialized (select distinct entity from led)
    select position, entity, null::text, null::bigint, null::text from led
    union all
    select 0, found.id, found.kind, found.revision, found.state from entities cross join lateral (
      select id, kind, revision, state::text from library_entity
      where library_entity.id = entities.entity limit 1) as found
    """

  /// The entity that a number leads to, for whoever looks; nil if nobody is known under it.
  package static func find(
    _ number: Identifier, kind: String, in database: Database
  ) throws -> Entity? {
    let key = LibraryKeys().key(of: number, kind: kind)
    return try load([key], from: database).entities.values.first
  }
}
