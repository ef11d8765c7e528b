import Messaging

extension Surroundings {
  /// Tries until it succeeds, with capped jittered back-off between attempts: transient trouble is
  /// waited out with the work kept in hand.
  ///
  /// - Parameter what: what is being done, for the log.
  /// - Returns: false if the wish to stop came first.
  package func persist(_ what: String, log: Log, _ attempt: () throws -> Void) -> Bool {
    var backoff = Backoff()
    while !stop.isSet {
      do {
        try attempt()
        return true
      } catch {
        let seconds = backoff.next(random: random())
        log.warning("\(what) failed, next try in \(Int(seconds * 1000)) ms: \(error)")
        stop.wait(seconds: seconds)
      }
    }
    return false
  }
}
