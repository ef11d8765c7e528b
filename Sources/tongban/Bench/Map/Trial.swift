/// One piece of work and those who do it, each over records of the same kind.
struct Trial {
  let name: String
  /// The first is what the others are measured against. Made when the trial begins, so that one that is left
  /// out costs nothing.
  let contenders: () throws -> [any Contender]
}

/// Someone who does a trial's work.
protocol Contender: AnyObject {
  var name: String { get }
  /// What to know of it: what it leaves out, or why it is not there.
  var remark: String { get }
  /// Does the work once or more often; nil if it cannot, and then `remark` says why.
  func pass() throws -> Pass?
  /// The trial is over.
  func end()
}

/// Work that was done, and what it took.
struct Pass {
  var events: Int
  /// Of the native input or, for writers, of the output.
  var bytes: Int
  /// CPU time of the one thread or process that worked: what other programs do meanwhile takes less away
  /// from it than from the time on the wall.
  var seconds: Double
}
