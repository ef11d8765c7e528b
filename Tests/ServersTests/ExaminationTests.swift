import Foundation
import Testing

@testable import Servers

@Suite struct ExaminationTests {
  @Test(
    "versions are compared by their numbers",
    arguments: [
      ("3.10.8", "3.10", true), ("3.9.13", "3.10", false), ("3.10", "3.10", true),
      ("4.0", "3.10", true),
      ("15.20 (Debian 15.20-0)", "15", true), ("14.9", "15", false), ("16beta1", "15", true),
      ("", "15", false),
    ])
  func versions(found: String, least: String, suffices: Bool) {
    #expect((Version(found) >= Version(least)) == suffices)
  }

  @Test(
    "few open files and little room are said, with what to do",
    arguments: [(512, 512, Finding.Verdict.wrong), (2_048, 2_048, .warning), (20_000, 20_000, .ok)])
  func limits(files: UInt64, megabytes: UInt64, verdict: Finding.Verdict) {
    for finding in [
      Examination.judge(descriptors: files),
      Examination.judge(free: megabytes << 20, of: URL(fileURLWithPath: "/tmp")),
    ] {
      #expect(finding.verdict == verdict)
      #expect(finding.mend.isEmpty == (verdict == .ok))
    }
  }

  @Test(
    "a state folder or secrets that others can read are wrong; as `up` makes them they are well")
  func permissions() throws {
    let state = FileManager.default.temporaryDirectory.appending(
      path: "examination-\(UInt32.random(in: 0...UInt32.max))")
    defer { try? FileManager.default.removeItem(at: state) }
    func verdict(_ subject: String) throws -> Finding.Verdict {
      let findings = Examination(state: state, runsServers: true).findings()
      return try #require(findings.first { $0.subject == subject }).verdict
    }
    #expect(try verdict("private servers") == .warning)
    try Files.folder(state, mode: Residence.stateMode)
    try Record.new(nodes: 1, data: state).save(to: state)
    #expect(try verdict("state folder") == .ok)
    #expect(try verdict("secrets") == .ok)
    #expect(try verdict("private database") == .warning, "it is not running")
    chmod(state.path, 0o755)
    chmod(Record.file(in: state).path, 0o644)
    #expect(try verdict("state folder") == .wrong)
    #expect(try verdict("secrets") == .wrong)
    try "not a record".write(to: Record.file(in: state), atomically: true, encoding: .utf8)
    #expect(try verdict("private servers") == .wrong)
  }

  @Test("on a machine that was set up, the programs and packages are found")
  func programs() throws {
    let findings = Examination(state: URL(fileURLWithPath: "/no/state"), runsServers: true)
      .findings()
    for subject in ["RabbitMQ here", "PostgreSQL here", "packages", "date"] {
      let finding = try #require(findings.first { $0.subject == subject })
      #expect(finding.verdict == .ok, "\(finding)")
    }
  }

  @Test("doctor looks for exactly the packages that scripts/setup installs")
  func packages() throws {
    let project = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let list = try String(contentsOf: project.appending(path: "scripts/packages"), encoding: .utf8)
    let names = list.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    #expect(names == Examination.packageNames)
  }

  @Test("the gravest finding is the verdict")
  func verdict() {
    func findings(_ verdicts: Finding.Verdict...) -> [Finding] {
      verdicts.map { Finding("", $0, "") }
    }
    #expect(findings().verdict == .ok)
    #expect(findings(.ok, .warning).verdict == .warning)
    #expect(findings(.wrong, .warning, .ok).verdict == .wrong)
    #expect(findings(.wrong, .unreachable).verdict == .unreachable)
  }
}
