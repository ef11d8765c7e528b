import Adapters
import Foundation
import Routing
import Standards

/// `tongban mapping …`: an adapter tried without any server.
enum MappingCommands {
  static let all = [
    Command(
      "mapping run", "DEPARTMENT EVENT|SCHEMA [FILE]",
      "show what a native body becomes, or what a department gets of standard events; exit 1 if any of it dies",
      run: run),
    MappingTestCommand.command,
    MappingExplainCommand.command,
    DraftCommand.command,
  ]

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let department = try arguments.required("the department")
    let name = try arguments.required("the event, or the standard schema of a delivery")
    let body = try CheckCommands.octets(of: arguments.next())
    try arguments.end()
    let choice = try MappingChoice(department, name, home: Settings.home)
    let letters: [String]
    switch choice.direction {
    case .intake(let intake):
      let rehearsal = Rehearsal(
        choice.adapter, intake, reference: choice.reference, body: body, today: today)
      for line in rehearsal.events { print(line) }
      letters = rehearsal.deadLetters
    case .delivery(let delivery, let entitlement):
      let rehearsal = DeliveryRehearsal(
        choice.adapter, delivery, entitlement: entitlement, file: body)
      for body in rehearsal.bodies { FileHandle.standardOutput.write(Data(body)) }
      letters = rehearsal.deadLetters
    }
    for line in letters { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    return letters.isEmpty ? .done : .no
  }

  /// The day in China.
  static var today: CivilDate? {
    CivilDate(daysSince1970: Int((Date().timeIntervalSince1970 + 8 * 3600) / 86_400))
  }
}
