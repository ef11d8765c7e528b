import Configuration

/// How consecutive records that belong together become one: `gather` of an event.
package struct Gathering: Sendable {
  package enum Bound: Sendable {
    /// Records of the same value in this member belong together.
    case key(String)
    /// A record with one of these values in this member begins anew.
    case start(String, values: [String])
  }

  package let bound: Bound
  /// The member under which the records stand as a list.
  package let list: String
  /// Records that one may have.
  package let most: Int
  /// Whether a bad record is simply left out; otherwise what it may belong to is bad too.
  package let leavesOutBad: Bool

  package init(bound: Bound, list: String, most: Int = usual, leavesOutBad: Bool = false) {
    self.bound = bound
    self.list = list
    self.most = most
    self.leavesOutBad = leavesOutBad
  }

  package static let usual = 1_000
  private static let limit = 100_000
}

extension Gathering {
  private enum BadRecord: String, CaseIterable { case refuse, absent }

  /// Reads `{by: "HH", as: "ROWS"}` or `{start: {LX: "H"}, as: "ROWS"}`.
  init(_ node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    let key = try object.optional("by")?.name()
    let start = object.optional("start")
    list = try object.required("as").name()
    most = try object.optional("most")?.int(1...Self.limit) ?? Self.usual
    leavesOutBad = try object.optional("bad")?.choice(of: BadRecord.self) == .absent
    try object.end()
    switch (key, start) {
    case (let key?, nil):
      guard key != list else { throw node.fault("\"by\" and \"as\" need two names") }
      bound = .key(key)
    case (nil, let start?):
      let members = try start.members()
      guard members.count == 1, let member = members.first else {
        throw start.fault("expected one field and its values, such as {LX: \"H\"}")
      }
      bound = .start(member.name, values: try member.node.strings())
      guard !leavesOutBad else {
        throw node.fault(
          "bad: \"absent\" needs \"by\": without a first record the others would join those before it"
        )
      }
    default:
      throw node.fault(
        "expected \"by\", the field whose value records share, or \"start\", what the first of them has"
      )
    }
  }

  /// The members of a gathered record, of those that the format declares.
  func names(of declared: [String]) -> [String] {
    var names = [list] + declared.map { "\(list).\($0)" }
    if case .key(let key) = bound { names.append(key) }
    return names
  }

  /// The field that it looks at in each record.
  package var field: String {
    switch bound {
    case .key(let field), .start(let field, _): field
    }
  }
}
