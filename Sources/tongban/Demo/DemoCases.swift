import Events
import Foundation
import Lanes
import Storage
import Sync

/// The applications of the demo: twelve enterprises want to start up, three of which tax refuses.
struct DemoCases {
  let place: DemoPlace

  static let submitted = 12
  static let refused = 3
  static var completed: Int { submitted - refused }

  func submit() throws {
    let flow = place.home.appending(path: "topology/flows/enterprise-startup.json5")
    let file = try FlowFile.load(flow.path)
    try withCases { cases in
      for number in 0..<Self.submitted {
        let isRefused = number % 4 == 3
        let submission = try cases.submit(
          file, application: application(number, isRefused: isRefused), key: "demo-\(number)",
          applicant: applicant(number))
        // Once more, as an applicant does who saw no answer: the same case.
        let again = try cases.submit(
          file, application: application(number, isRefused: isRefused), key: "demo-\(number)",
          applicant: applicant(number))
        guard again.id == submission.id, !again.isNew else {
          throw DemoFailure("a repeated submission became another case")
        }
      }
    }
  }

  /// How many cases are in each state.
  func states() throws -> [Case.State: Int] {
    var states: [Case.State: Int] = [:]
    try withCases { cases in
      for (name, count) in try cases.count() {
        if let state = Case.State(rawValue: name) { states[state] = Int(count) }
      }
    }
    return states
  }

  private func withCases(_ body: (Cases) throws -> Void) throws {
    let database = Database(place.settings.servers.database, name: "tongban demo")
    defer { database.close() }
    try body(Cases(database, now: { Instant(seconds: Date().timeIntervalSince1970) }))
  }

  private func application(_ number: Int, isRefused: Bool) -> Value {
    let word = isRefused ? DemoOutside.refusedWord : "科技"
    return .object([
      .init("name", .string("杭州云栖\(word)\(number)有限公司")),
      .init("legalRepresentative", .string("王小宁")), .init("address", .string("文三路\(number + 1)号")),
      .init("division", .string("330106")), .init("employees", .number("\(number + 1)")),
    ])
  }

  private func applicant(_ number: Int) -> Value {
    .object([
      .init("mail", .string("applicant-\(number)@example.com")),
      .init("language", .string(number % 3 == 0 ? "en" : "zh-CN")),
    ])
  }
}

/// Something that the demo expected did not happen.
struct DemoFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
