/// One command of `tongban`: its words, what it is for, and what it does.
struct Command: Sendable {
  let words: [String]
  let usage: String
  let summary: String
  let run: @Sendable (inout Arguments) throws -> ExitCode

  init(
    _ words: String, _ usage: String = "", _ summary: String,
    run: @escaping @Sendable (inout Arguments) throws -> ExitCode
  ) {
    self.words = words.split(separator: " ").map(String.init)
    self.usage = usage
    self.summary = summary
    self.run = run
  }
}

/// What a command tells the shell.
enum ExitCode: Int32 {
  case done = 0
  /// The answer is no: invalid, drift, a failed test.
  case no = 1
  /// Wrong usage or unreadable configuration.
  case usage = 2
  /// A server could not be reached.
  case unreachable = 3
}

enum Commands {
  static let all: [Command] =
    ServerCommands.all + RunCommands.all + TopologyCommands.all + MappingCommands.all
    + CheckCommands.all + StandardsCommands.all + SchemaCommands.all + CaseCommands.all
    + SupervisionCommands.all
    + DeadLetterCommands.all
    + AuditCommands.all + LibraryCommands.all

  /// The command whose words begin the line, the longest first, and the rest of the line.
  static func find(_ words: [String]) -> (Command, Arguments)? {
    for length in stride(from: min(2, words.count), through: 1, by: -1) {
      let beginning = Array(words.prefix(length))
      if let command = all.first(where: { $0.words == beginning }) {
        return (command, Arguments(Array(words.dropFirst(length))))
      }
    }
    return nil
  }

  static var help: String {
    let width = (all.map { "\($0.words.joined(separator: " ")) \($0.usage)".count }.max() ?? 0) + 2
    let lines = all.map { command in
      let words = "\(command.words.joined(separator: " ")) \(command.usage)"
      return "  " + words.padding(to: width) + command.summary
    }
    return """
      tongban (通办): a message-queue-centred integration hub for digital government

      \(lines.joined(separator: "\n"))

      Exit codes: 0 done; 1 the answer is no; 2 usage or unreadable configuration; 3 a server could not be reached.
      """
  }
}

extension String {
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
