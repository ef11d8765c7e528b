import Configuration
import Foundation
import Lanes
import Messaging
import Servers
import Storage
import Topology

// A peer that goes away must be an error of the call, not the end of the process.
signal(SIGPIPE, SIG_IGN)
// A parent's threads may have blocked signals, and children inherit that: SIGTERM must be heard all the same.
var everySignal = sigset_t()
sigfillset(&everySignal)
pthread_sigmask(SIG_UNBLOCK, &everySignal, nil)

exit(tongban(Array(CommandLine.arguments.dropFirst())).rawValue)

func tongban(_ words: [String]) -> ExitCode {
  guard let first = words.first, first != "help", first != "--help", first != "-h" else {
    print(Commands.help)
    return words.isEmpty ? .usage : .done
  }
  guard case (let command, var arguments)? = Commands.find(words) else {
    complain(unknown(words))
    return .usage
  }
  do {
    return try command.run(&arguments)
  } catch let error as UsageError {
    complain("\(error)\nusage: tongban \(command.words.joined(separator: " ")) \(command.usage)")
    return .usage
  } catch {
    complain("\(error)")
    return exitCode(of: error)
  }
}

func unknown(_ words: [String]) -> String {
  let names = Commands.all.map { $0.words.joined(separator: " ") }
  let line = words.prefix(2).joined(separator: " ")
  let nearest = nearestName(to: line, in: names).map { "; did you mean \"\($0)\"?" } ?? ""
  return "there is no command \"\(line)\"\(nearest) See `tongban help`."
}

func exitCode(of error: any Error) -> ExitCode {
  switch error {
  case is ConfigurationError, is SettingsError, is ServersError: .usage
  case let error as MessagingError where error.isTransient: .unreachable
  case let error as TopologyError where error.isTransient: .unreachable
  case let error as StorageError where error.isTransient: .unreachable
  default: .no
  }
}

/// Errors are for the person who must act: on standard error, and nothing else there.
func complain(_ message: String) {
  Log.put("tongban: \(message)\n")
}
