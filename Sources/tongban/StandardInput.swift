import Foundation

/// What a program or a person hands the command.
enum StandardInput {
  /// All octets until the end; a read that a signal interrupts is taken up again, for which Foundation's
  /// `readDataToEndOfFile` would end the process.
  static func octets() throws(SettingsError) -> [UInt8] {
    var octets: [UInt8] = []
    let room = 65_536
    var part = [UInt8](repeating: 0, count: room)
    while true {
      let count = read(STDIN_FILENO, &part, room)
      if count == 0 { return octets }
      if count > 0 {
        octets.append(contentsOf: part[0..<count])
      } else if errno != EINTR {
        throw SettingsError("standard input cannot be read: \(String(cString: strerror(errno)))")
      }
    }
  }
}
