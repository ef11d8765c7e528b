import Events
import Foundation
import Testing

@testable import Sync

/// The flows of topology/flows, each with its sample application.
@Suite("the flows that are shipped") struct ShippedFlowTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "topology/flows")

  static func flows() throws -> [Flow] {
    try FlowFile.all(in: folder.path).map(\.flow)
  }

  private static func flow(_ name: String) throws -> Flow {
    try FlowFile.load(folder.appending(path: "\(name).json5").path).flow
  }

  private static func sample(_ name: String) throws -> Value {
    let file = folder.appending(path: "samples/\(name).json")
    return try Value(json: Array(Data(contentsOf: file)))
  }

  private func drive(_ name: String) throws -> Drive {
    Drive(try Self.flow(name), application: try Self.sample(name))
  }

  @Test(
    "each is sound, goes through four to seven departments, and its sample has all that it needs")
  func sound() throws {
    let known = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appending(path: "../../adapters").path)
    let flows = try Self.flows()
    #expect(
      flows.map(\.name) == [
        "death-reversal", "death", "employee-onboarding", "enterprise-startup", "newborn",
        "retirement",
      ])
    for flow in flows {
      let faults = flow.check(departments: known)
      #expect(faults.isEmpty, "\(faults)")
      #expect((4...7).contains(Set(flow.steps.compactMap(\.department)).count), "\(flow.name)")
      #expect(flow.missing(in: try Self.sample(flow.name)) == [], "\(flow.name)")
    }
  }

  @Test(
    "every invariant holds of each, whatever order, loss, delay, crash and refusal, and all ends are reached"
  )
  func simulated() throws {
    let first = UInt64.random(in: 0...UInt64.max / 2)
    print("shipped flows: seeds from \(first)")
    // A long run is asked for; a usual one must not take minutes.
    let seeds = UInt64(ProcessInfo.processInfo.environment["TONGBAN_LONG"] == nil ? 350 : 17_000)
    for flow in try Self.flows() {
      let simulation = Simulation(flow)
      var ends: Set<Case.State> = []
      for seed in first..<first + seeds {
        let run = simulation.run(seed: seed)
        #expect(run.violations.isEmpty, "\(flow.name), seed \(seed): \(run.violations)")
        ends.insert(run.state)
      }
      var expected: Set<Case.State> = [.completed, .compensated]
      if flow.steps.contains(where: \.isOptional) { expected.insert(.partlyCompleted) }
      if flow.steps.contains(where: { $0.role == .review }) { expected.insert(.notAccepted) }
      #expect(ends.isSuperset(of: expected), "\(flow.name): \(ends)")
    }
  }

  @Test(
    "somebody hears of every kind of notice that a flow can cause for an applicant or operators")
  func notices() throws {
    for flow in try Self.flows() {
      var kinds: Set<NoticeKind> = [.needsOperator, .operatorReminder, .yellowCard, .redCard]
      let hasQueue = flow.conflict != .refuse && flow.entities.contains(where: \.isLocked)
      // Nobody applies for what an event begins.
      if flow.beginning == nil {
        kinds.formUnion([.completed, .compensated])
        if flow.steps.contains(where: \.isOptional) { kinds.insert(.partlyCompleted) }
        if hasQueue { kinds.insert(.queued) }
        if hasQueue || flow.steps.contains(where: { $0.role == .review }) {
          kinds.insert(.notAccepted)
        }
        if flow.steps.contains(where: { $0.act == nil || $0.act?.supplement != nil }) {
          kinds.insert(.supplement)
        }
      }
      let missing = kinds.filter { flow.notices[$0]?.isEmpty ?? true }.map(\.rawValue)
      #expect(missing.isEmpty, "\(flow.name): \(missing)")
    }
  }

  @Test("a name that is refused ends the case before anything is registered")
  func nameRefused() throws {
    var drive = try drive("enterprise-startup")
    drive.take(.submitted)
    #expect(drive.asked == ["market-regulation.check-name#1"])
    drive.answer("name-check", 1, .refused)
    #expect(drive.case.state == .notAccepted && drive.notices == [.notAccepted])
  }

  @Test("an enterprise that tax refuses is undone branch by branch, and the registration last")
  func taxRefused() throws {
    var drive = try drive("enterprise-startup")
    drive.take(.submitted)
    drive.answer("name-check", 1, .accepted)
    drive.answer("registration", 1, .accepted, .object([.init("uscc", .string("U-1"))]))
    drive.answer("seal", 1, .accepted, number("S-1"))
    drive.answer("social-security", 1, .accepted, number("E-1"))
    for step in ["medical-insurance", "housing-fund"] where drive.phase(step) == .running {
      drive.answer(step, 1, .accepted, number("N"))
    }
    drive.answer("tax", 1, .refused)
    #expect(drive.case.state == .compensating && !drive.asked.isEmpty)
    #expect(!drive.asked.contains { $0.hasPrefix("market-regulation") })
    for step in ["seal", "social-security", "medical-insurance", "housing-fund"]
    where drive.phase(step) == .undoing {
      #expect(drive.phase("registration") == .done)
      drive.answer(step, 2, .accepted)
    }
    #expect(drive.asked == ["market-regulation.revoke-registration#2"])
    #expect(drive.tasks[0].input.member("uscc") == .string("U-1"))
    drive.answer("registration", 2, .accepted)
    #expect(drive.case.state == .compensated)
  }

  @Test("an enterprise with employees that the housing fund refuses stands all the same, in part")
  func partlyStarted() throws {
    var application = try Self.sample("enterprise-startup")
    application.merge(.object([.init("employees", .int(3))]))
    var drive = Drive(try Self.flow("enterprise-startup"), application: application)
    drive.take(.submitted)
    drive.answer("name-check", 1, .accepted)
    drive.answer("registration", 1, .accepted, .object([.init("uscc", .string("U-1"))]))
    drive.answer("housing-fund", 1, .refused)
    #expect(drive.case.state == .running)
    for step in ["seal", "tax", "social-security", "medical-insurance"] {
      drive.answer(step, 1, .accepted)
    }
    #expect(drive.case.state == .partlyCompleted && drive.notices == [.partlyCompleted])
  }

  @Test(
    "behind the cancelled household a death only goes forward, and the grant comes after the pension"
  )
  func death() throws {
    var drive = try drive("death")
    drive.take(.submitted)
    #expect(drive.asked == ["public-security.cancel-household#1"])
    drive.answer("household", 1, .accepted, number("H-1"))
    #expect(drive.asked.contains("civil-affairs.check-cremation#1"))
    #expect(!drive.asked.contains("social-security.pay-funeral-grant#1"))
    drive.take(.cancelled(reason: "withdrawn"))
    #expect(drive.refusal?.code == .notAllowed)
    drive.answer("pension", 1, .accepted)
    #expect(drive.asked == ["social-security.pay-funeral-grant#1"])
    drive.answer("medical", 1, .refused)
    #expect(drive.phase("medical") == .stuck && drive.phase("household") == .done)
  }

  @Test(
    "a newborn is found by the birth certificate, and by the identity number as soon as there is one"
  )
  func newborn() throws {
    var drive = try drive("newborn")
    drive.take(.submitted)
    drive.answer("certificate", 1, .accepted)
    #expect(drive.case.state == .withApplicant && drive.asked.isEmpty)
    drive.take(
      .supplemented(step: "consent", data: .object([.init("consent", .bool(true))])))
    #expect(drive.asked == ["public-security.register-birth#1"])
    #expect(drive.case.entities(of: drive.flow).map(\.kind) == ["birth-certificate"])
    drive.answer("household", 1, .accepted, number("110103202610010029"))
    #expect(
      drive.case.entities(of: drive.flow).map(\.kind) == ["birth-certificate", "identity-number"])
    #expect(
      drive.asked == [
        "health.register-vaccination#1", "medical-insurance.enrol-resident#1",
        "social-security.issue-card#1", "medical-insurance.reimburse-birth#1",
      ])
    // Behind the pivot a refusal undoes nothing: the step lies with the desk.
    drive.answer("insurance", 1, .refused)
    #expect(drive.case.state == .needsOperator && drive.phase("household") == .done)
  }

  @Test("a recruit who is insured elsewhere waits for that employer's stop, and is then insured")
  func onboarding() throws {
    var drive = try drive("employee-onboarding")
    drive.take(.submitted)
    drive.answer("identity", 1, .accepted)
    drive.answer("employment", 1, .accepted, number("J-1"))
    let refusal = StepResult(
      step: "insurance", attempt: 1, outcome: .refused, reason: "该员工未在原公司停保，不允许新业务",
      code: "INSURED_ELSEWHERE")
    drive.take(.result(refusal))
    #expect(drive.phase("insurance") == .awaiting && drive.case.state == .running)
    let awaited = drive.case.awaited(of: drive.flow)
    #expect(awaited.map(\.schema) == ["std.social-insurance.v1"])
    #expect(awaited.map(\.value) == ["110103189003070025"])
    drive.take(.happened(step: "insurance", event: "e"))
    drive.answer("insurance", 2, .accepted, number("I-1"))
    drive.answer("fund", 1, .refused)
    drive.answer("medical", 1, .accepted)
    drive.answer("withholding", 1, .accepted)
    #expect(drive.case.state == .partlyCompleted)
  }

  @Test(
    "a recruit whom medical insurance refuses leaves nothing behind: every act is undone by a new one"
  )
  func onboardingRefused() throws {
    var drive = try drive("employee-onboarding")
    drive.take(.submitted)
    for step in ["identity", "employment", "insurance", "fund", "withholding"] {
      drive.answer(step, 1, .accepted, number("N"))
    }
    drive.answer("medical", 1, .refused)
    #expect(drive.asked.sorted() == ["housing-fund.seal-account#2", "tax.cancel-withholding#2"])
    drive.answer("withholding", 2, .accepted)
    #expect(drive.asked == ["social-security.stop-insurance#2"])
    drive.answer("fund", 2, .accepted)
    drive.answer("insurance", 2, .accepted)
    #expect(drive.asked == ["social-security.revoke-employment#2"])
    drive.answer("employment", 2, .accepted)
    #expect(drive.case.state == .compensated)
  }

  @Test(
    "a retirement that is refused releases what was held; money paid in advance is for people to get back"
  )
  func retirement() throws {
    var application = try Self.sample("retirement")
    application.merge(.object([.init("advance", .bool(true))]))
    var drive = Drive(try Self.flow("retirement"), application: application)
    drive.take(.submitted)
    for step in ["file", "household", "contributions", "advance"] {
      drive.answer(step, 1, .accepted, number("N"))
    }
    #expect(drive.phase("approval") == .running)
    drive.answer("approval", 1, .suspended)
    drive.answer("approval", 1, .refused)
    #expect(drive.case.state == .needsOperator && drive.phase("advance") == .undoStuck)
    #expect(drive.asked == ["medical-insurance.release-contribution-years#2"])
    drive.answer("contributions", 2, .accepted)
    drive.take(.resolved(step: "advance", .done, reason: "the money is back"))
    #expect(drive.case.state == .compensated)
  }

  @Test("the account is sealed before it is paid out, and nothing is undone behind the approval")
  func sealed() throws {
    var drive = try drive("retirement")
    drive.take(.submitted)
    for step in ["file", "household", "contributions"] { drive.answer(step, 1, .accepted) }
    #expect(drive.phase("advance") == .omitted)
    drive.answer("approval", 1, .accepted, number("D-1"))
    #expect(!drive.asked.contains("housing-fund.withdraw#1"))
    drive.answer("seal", 1, .accepted)
    #expect(drive.asked == ["housing-fund.withdraw#1"])
    drive.answer("withdrawal", 1, .refused)
    #expect(drive.phase("withdrawal") == .stuck && drive.phase("approval") == .done)
  }

  @Test(
    "the reversal of a death notice restores what the death's case had closed, by its numbers, and recovers what was paid"
  )
  func reversal() throws {
    var drive = try drive("death-reversal")
    drive.take(.submitted)
    #expect(drive.asked == ["public-security.restore-household#1"])
    #expect(drive.tasks[0].input.member("cancelled") == .string("cancel-household-1"))
    drive.answer("household", 1, .accepted)
    #expect(
      drive.asked == [
        "social-security.restore-pension#1", "social-security.recover-grant#1",
        "medical-insurance.restore-account#1", "housing-fund.recover-withdrawal#1",
        "tax.reopen-account#1", "natural-resources.remove-inheritance-note#1",
      ])
    drive.answer("pension", 1, .accepted)
    #expect(drive.asked == ["social-security.pay-back#1"])
    // Nobody pays the grant back by itself: the desk does it by hand, and the case goes on.
    drive.answer("grant", 1, .refused)
    #expect(drive.case.state == .needsOperator)
    drive.take(.resolved(step: "grant", .done, reason: "paid back in instalments"))
    for step in ["back-pay", "medical", "fund", "tax", "estate"] {
      drive.answer(step, 1, .accepted)
    }
    #expect(drive.case.state == .completed)
  }
}
