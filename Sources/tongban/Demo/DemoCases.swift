import Events
import Foundation
import Lanes
import SampleCity
import Storage
import Sync

/// The cases of the demo. Twelve enterprises want to start up: tax refuses three, of one market regulation wants a
/// supplement, and for one public security takes longer than its promise. One recruit is still insured elsewhere.
struct DemoCases {
  let place: DemoPlace

  static let startups = 12
  static let refused = 3
  static let supplemented = 1
  static let recruits = 1
  static var completed: Int { startups - refused + recruits }
  /// Every case tells its end, and the one that lacks something tells that too.
  static let notices = startups + recruits + supplemented

  /// The recruit, whose insurance elsewhere ends with what social security sends.
  func beginRecruit(_ person: SampleCity.Person) throws {
    let employee = Value.object([
      .init("number", .string(person.identityNumber)), .init("name", .string(person.name)),
    ])
    let application = Value.object([
      .init("uscc", .string(SampleCity(seed: 2_026).enterprise(1).creditCode)),
      .init("employee", employee), .init("from", .string("2026-11-01")), .init("wage", .int(9_000)),
    ])
    try withCases { cases in
      _ = try cases.submit(
        try file("employee-onboarding"), application: application, key: "demo-recruit",
        applicant: applicant(0))
    }
  }

  /// Whether the recruit's case waits for the change elsewhere.
  func isRecruitWaiting() throws -> Bool {
    var isWaiting = false
    try withCases { cases in
      guard let summary = try cases.list().first(where: { $0.flow == "employee-onboarding" }) else {
        return
      }
      isWaiting = try cases.show(summary.id).case.steps.contains { $0.phase == .awaiting }
    }
    return isWaiting
  }

  func submit() throws {
    try hasten()
    let file = try file("enterprise-startup")
    try withCases { cases in
      for number in 0..<Self.startups {
        let submission = try cases.submit(
          file, application: application(number), key: "demo-\(number)",
          applicant: applicant(number))
        // Once more, as an applicant does who saw no answer: the same case.
        let again = try cases.submit(
          file, application: application(number), key: "demo-\(number)",
          applicant: applicant(number))
        guard again.id == submission.id, !again.isNew else {
          throw DemoFailure("a repeated submission became another case")
        }
      }
    }
  }

  /// Brings what applicants were asked for; returns how many were.
  func supplement() throws -> Int {
    var count = 0
    try withCases { cases in
      for summary in try cases.list(state: .withApplicant) {
        try cases.supplement(
          summary.id, step: "registration",
          data: .object([.init("address", .string("文三路1号B座（附住所证明）"))]))
        count += 1
      }
    }
    return count
  }

  private func file(_ name: String) throws -> FlowFile {
    try FlowFile.load(place.home.appending(path: "topology/flows/\(name).json5").path)
  }

  /// In the demo's copy of the flow public security has seconds where a city gives it hours and days.
  private func hasten() throws {
    let path = place.home.appending(path: "topology/flows/enterprise-startup.json5")
    let text = try String(contentsOf: path, encoding: .utf8)
    guard let seal = text.range(of: "    seal: {"), let end = text.range(of: "    tax: {") else {
      throw DemoFailure("the flow enterprise-startup has no steps seal and tax")
    }
    var step = String(text[seal.lowerBound..<end.lowerBound])
    for (usual, hasty) in [
      ("timeout: \"2h\"", "timeout: \"5s\""), ("backoff: \"1m\"", "backoff: \"200ms\""),
      ("limits: \"1 working day\"", "limits: \"3s\""),
    ] { step = step.replacing(usual, with: hasty) }
    try text.replacingCharacters(in: seal.lowerBound..<end.lowerBound, with: step)
      .write(to: path, atomically: true, encoding: .utf8)
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

  private func application(_ number: Int) -> Value {
    let word =
      switch number {
      case 0: DemoOutside.incompleteWord
      case 1: DemoOutside.slowWord
      case _ where number % 4 == 3: DemoOutside.refusedWord
      default: "科技"
      }
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
