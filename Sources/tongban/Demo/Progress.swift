import Foundation

/// A line on the terminal that is written over as things go on; silent in a pipe.
struct Progress {
  private let isShown = Terminal.isInteractive

  /// Waits until the condition holds, showing how far it is.
  ///
  /// - Returns: whether it held within the time.
  func wait(
    _ what: String, within seconds: Double, show: () throws -> String,
    until condition: () throws -> Bool
  ) rethrows -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    var nextLine = Date.distantPast
    while try !condition() {
      guard Date() < deadline else {
        write("\n")
        return false
      }
      if isShown, Date() >= nextLine {
        self.show("\(what): \(try show())")
        nextLine = Date().addingTimeInterval(0.2)
      }
      usleep(50_000)
    }
    clear()
    return true
  }

  func show(_ text: String) { write("\r\u{1B}[2K  \(text)") }

  func clear() { write("\r\u{1B}[2K") }

  private func write(_ text: String) {
    guard isShown else { return }
    FileHandle.standardError.write(Data(text.utf8))
  }
}
