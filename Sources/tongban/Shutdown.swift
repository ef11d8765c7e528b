import Foundation
import Lanes

/// SIGTERM and SIGINT become the wish to stop: lanes finish what they have begun, then the process ends with 0.
enum Shutdown {
  /// - Returns: the sources to keep alive as long as the wish is to be heard.
  static func onSignal(_ stop: StopSignal, log: Log) -> [any DispatchSourceSignal] {
    [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        log.info("signal \(number): finishing what has begun")
        stop.set()
      }
      source.resume()
      return source
    }
  }
}
