import Foundation
import TestSupport

/// What `tongban deadletter list --json` tells of one letter.
package struct Letter: Decodable, Sendable {
  package let id, department, stage, reason, place, expected, rule, status, eventID: String
  package let attempts: Int
  package let bodyBytes: Int
}

extension Place {
  /// The archived letters, the newest first; waits until there are so many.
  package func letters(_ count: Int, within seconds: Double = 60) throws -> [Letter] {
    func list() throws -> [Letter] {
      let answer = Tongban.run(["deadletter", "list", "--json"], environment: environment)
      return try answer.output.split(separator: "\n").map {
        try JSONDecoder().decode(Letter.self, from: Data($0.utf8))
      }
    }
    _ = try eventually(within: seconds) { try list().count >= count }
    return try list()
  }
}
