/// Which statements the server has prepared on the present connection, and under which names.
/// A pure value: it only keeps the books. Bounded: what was unused for longest is given up.
struct PreparedStatements {
  /// The same text with parameters of other types is another statement.
  struct Key: Hashable {
    let sql: String
    let types: [UInt32]
  }

  private struct Entry {
    let name: String
    var used: UInt64
  }

  private let limit: Int
  private var entries: [Key: Entry] = [:]
  private var clock: UInt64 = 0
  private var named: UInt64 = 0

  init(limit: Int = Limits.preparedStatements) { self.limit = limit }

  var count: Int { entries.count }

  /// The name of a prepared statement, or nil if it has yet to be prepared.
  mutating func name(_ key: Key) -> String? {
    clock += 1
    entries[key]?.used = clock
    return entries[key]?.name
  }

  /// A name that no statement of this connection has had.
  mutating func newName() -> String {
    named += 1
    return "s\(named)"
  }

  mutating func add(_ key: Key, name: String) {
    clock += 1
    entries[key] = Entry(name: name, used: clock)
  }

  /// Forgets a statement; its name, if it was known.
  mutating func remove(_ key: Key) -> String? { entries.removeValue(forKey: key)?.name }

  /// Takes out what is above the limit and gives the names to deallocate.
  mutating func trim() -> [String] {
    guard entries.count > limit else { return [] }
    let oldest = entries.sorted { $0.value.used < $1.value.used }.prefix(entries.count - limit)
    return oldest.compactMap { entries.removeValue(forKey: $0.key)?.name }
  }
}
