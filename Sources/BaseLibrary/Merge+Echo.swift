/// Echoes (回流): a department tells the hub what the hub told the department.
extension Merge {
  /// Whether the statement carries the hub's mark, or says nothing but what was delivered to its department
  /// since that department last spoke for itself.
  func isEcho(_ statement: Statement, _ known: [Entity]) -> Bool {
    if statement.isMarked { return true }
    let (me, act) = (statement.record.source, statement.act)
    guard !act.fields.isEmpty else { return false }
    let since = act.arrivedAt.adding(seconds: -rules.echoWithin)
    let spoken = known.flatMap(\.records)
      .filter { $0.name.source == me && $0.name.schema == statement.record.schema }
      .compactMap { $0.acts.first?.arrivedAt }.max()
    return known.contains { entity in
      entity.records.contains { record in
        guard record.name.source != me, record.name.schema == statement.record.schema,
          record.name.facet == statement.record.facet
        else { return false }
        return record.acts.contains { delivered in
          delivered.audience.contains(me) && delivered.arrivedAt >= since
            && spoken.map { $0 <= delivered.arrivedAt } ?? true
            && act.fields.allSatisfy { delivered.fields[$0.key] == $0.value }
        }
      }
    }
  }
}
