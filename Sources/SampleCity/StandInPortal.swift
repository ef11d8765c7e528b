import Cryptography
import Foundation
import HTTP
import Synchronization

/// Stands in for the applicants' portal: takes webhooks signed as Standard Webhooks has it
/// (https://www.standardwebhooks.com), each once by its id, and refuses those with a wrong signature.
package final class StandInPortal: Sendable {
  private struct State {
    var notices: Set<String> = []
    var repeats = 0
    var unsigned = 0
  }

  /// What a subscriber and the hub share: `whsec_` and base64 of 32 octets.
  package let secret: String
  private let key: [UInt8]
  private let state = Mutex(State())

  package init() {
    key = randomBytes(32)
    secret = "whsec_" + Data(key).base64EncodedString()
  }

  /// Different notices that have arrived.
  package var count: Int { state.withLock { $0.notices.count } }
  /// Notices that came again under an id that was known.
  package var repeats: Int { state.withLock { $0.repeats } }
  /// Requests whose signature was wrong.
  package var unsigned: Int { state.withLock { $0.unsigned } }

  /// Listens on loopback; the caller stops it.
  package func serve() throws -> HTTPServer {
    try HTTPServer(address: "127.0.0.1") { [self] request in take(request) }
  }

  private func take(_ request: HTTPServer.Request) -> HTTPServer.Response {
    func header(_ name: String) -> String {
      request.headers.first { $0.0.lowercased() == name }?.1 ?? ""
    }
    let id = header("webhook-id")
    let signed = Array("\(id).\(header("webhook-timestamp")).".utf8) + request.body
    let expected = "v1," + Data(hmacSHA256(key: key, message: signed)).base64EncodedString()
    let isSigned = header("webhook-signature").split(separator: " ").contains {
      constantTimeEquals(Array($0.utf8), Array(expected.utf8))
    }
    return state.withLock { state in
      guard isSigned, !id.isEmpty else {
        state.unsigned += 1
        return HTTPServer.Response(status: 401, text: "wrong signature")
      }
      if !state.notices.insert(id).inserted { state.repeats += 1 }
      return HTTPServer.Response(status: 204)
    }
  }
}
