import Foundation
import Glibc

/// One line an event on standard error: time, level, who, what. Control characters are escaped, so that no input can forge a line.
package struct Log: Sendable {
  package enum Level: Int, Sendable, CaseIterable {
    case debug, info, warning, error, silent

    package init?(_ name: String) {
      guard let level = Level.allCases.first(where: { "\($0)" == name }) else { return nil }
      self = level
    }
  }

  package let level: Level
  package let name: String
  private let write: @Sendable (String) -> Void

  package init(
    level: Level, name: String = "tongban",
    write: @escaping @Sendable (String) -> Void = { Log.put($0) }
  ) {
    self.level = level
    self.name = name
    self.write = write
  }

  package func named(_ name: String) -> Log { Log(level: level, name: name, write: write) }

  package func debug(_ message: @autoclosure () -> String) { line(.debug, message) }
  package func info(_ message: @autoclosure () -> String) { line(.info, message) }
  package func warning(_ message: @autoclosure () -> String) { line(.warning, message) }
  package func error(_ message: @autoclosure () -> String) { line(.error, message) }

  private func line(_ level: Level, _ message: () -> String) {
    guard level.rawValue >= self.level.rawValue else { return }
    let time = Date().formatted(
      .iso8601.time(includingFractionalSeconds: true).year().month().day())
    write("\(time) \(level) [\(name)] \(Log.escaped(message()))\n")
  }

  /// Writes a text as it is. What cannot be written (a full disk, a reader that is gone) is lost, since
  /// nothing that somebody wants to say is worth the end of the process.
  package static func put(_ text: String, to descriptor: Int32 = STDERR_FILENO) {
    var text = text
    text.withUTF8 { octets in
      var rest = UnsafeRawBufferPointer(octets)
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if written > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        } else if written == 0 || errno != EINTR {
          return
        }
      }
    }
  }

  static func escaped(_ text: String) -> String {
    guard
      text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    else { return text }
    var line = ""
    for scalar in text.unicodeScalars {
      if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        line += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}
