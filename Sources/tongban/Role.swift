/// What a process does: `tongban run --role R…`.
enum Role: String, CaseIterable {
  /// gov.intake → standard events.
  case core
  /// Standard events → what each entitled department gets.
  case distribute
  /// Dead letters → the archive.
  case archive
  /// Cases: results, timers, tasks.
  case sync
  /// Notices → channels.
  case notify
  /// A department's edge; named with `--department`, and never part of the hub by default.
  case agent

  /// What runs where no role is named: the hub, whole.
  static let hub: [Role] = [.core, .distribute, .archive, .sync, .notify]

  static func named(_ names: [String]) throws(UsageError) -> [Role] {
    var roles: [Role] = []
    for name in names.flatMap({ $0.split(separator: ",").map(String.init) }) {
      guard let role = Role(rawValue: name) else {
        throw UsageError(
          "there is no role \"\(name)\"; expected \(allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      if !roles.contains(role) { roles.append(role) }
    }
    return roles.isEmpty ? hub : roles
  }
}
