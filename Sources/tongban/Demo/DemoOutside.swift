import Foundation
import HTTP
import Lanes
import Messaging
import SampleCity

/// What stands around the hub in the demo: the departments' case systems, the applicants' portal that takes
/// webhooks, and a real mail server (Debian's aiosmtpd) that keeps what it gets in a maildir.
final class DemoOutside {
  private let crew = Crew()
  private let stop = StopSignal()
  private let portal = StandInPortal()
  private let portalServer: HTTPServer
  private let mailServer: Player
  private let mailPort: UInt16
  private let maildir: URL

  /// Tax refuses enterprises with this in their name.
  static let refusedWord = "皮包"
  /// Of these market regulation wants a supplement.
  static let incompleteWord = "初创"
  /// For these public security does not answer at first.
  static let slowWord = "慢行"

  init(_ place: DemoPlace) throws {
    portalServer = try portal.serve()
    maildir = place.logs.deletingLastPathComponent().appending(path: "mail")
    mailPort = try Self.freePort()
    mailServer = try Player(
      "mail server", program: "/usr/bin/python3",
      [
        "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(mailPort)", "-c", "aiosmtpd.handlers.Mailbox",
        maildir.path,
      ], environment: [:], log: place.logs.appending(path: "mail-server.log"))
  }

  /// What the hub must be told of the outside.
  var environment: [String: String] {
    [
      "TONGBAN_SMTP_URL": "smtp://127.0.0.1:\(mailPort)",
      "TONGBAN_PORTAL_URL": "http://127.0.0.1:\(portalServer.port)/notices",
      "TONGBAN_PORTAL_SECRET": portal.secret,
    ]
  }

  /// Starts the departments' stand-ins.
  func start(_ place: DemoPlace) {
    let surroundings = Surroundings.real(stop: stop, log: place.settings.log)
    for department in place.adapters.map(\.department) {
      let standIn = StandInDepartment(
        department, broker: place.broker, surroundings: surroundings
      ) { Self.answer(to: $0) }
      crew.start("stand-in \(department)") { standIn.run() }
    }
  }

  private static func answer(to task: StandInDepartment.Task) -> StandInDepartment.Answer {
    let name = task.input.name ?? ""
    switch (task.task, task.attempt) {
    // After the registration is done, and while the other departments are at it.
    case ("register-taxpayer", _) where name.contains(refusedWord):
      return .refuse(reason: "纳税信用不符合要求")
    case ("register-enterprise", 1) where name.contains(incompleteWord):
      return .needSupplement(reason: "缺少住所证明")
    case ("file-seal", 1) where name.contains(slowWord): return .silence
    case ("enrol-employee", 1) where task.flow == "employee-onboarding" && task.step == "insurance":
      return .refuse(reason: "该员工未在原公司停保，不允许新业务", code: "INSURED_ELSEWHERE")
    default: return .accept
    }
  }

  /// Different notices that the portal has, if every one of them was signed and came once.
  var webhooks: Int { portal.unsigned == 0 && portal.repeats == 0 ? portal.count : -1 }

  /// Mails in the maildir.
  var mails: Int {
    let folder = maildir.appending(path: "new")
    return (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.count ?? 0
  }

  func end() {
    stop.set()
    crew.join(within: 10)
    portalServer.stop()
    mailServer.stop(within: 5)
  }

  /// A port that the kernel has just given out and taken back.
  private static func freePort() throws -> UInt16 {
    let probe = try HTTPServer(address: "127.0.0.1") { _ in .init(status: 404) }
    defer { probe.stop() }
    return probe.port
  }
}
