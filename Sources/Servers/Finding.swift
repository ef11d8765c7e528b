/// One line of `tongban doctor`: what was looked at, what was found, and how to mend it.
package struct Finding: Encodable, Sendable, Equatable {
  package enum Verdict: String, Encodable, Sendable {
    case ok, warning, wrong
    /// A server that is configured does not answer.
    case unreachable
  }

  package let subject: String
  package let verdict: Verdict
  package let found: String
  /// What to do; empty if all is well.
  package let mend: String

  package init(_ subject: String, _ verdict: Verdict, _ found: String, mend: String = "") {
    self.subject = subject
    self.verdict = verdict
    self.found = found
    self.mend = mend
  }
}

extension [Finding] {
  /// What the examination comes to: the gravest of its findings.
  package var verdict: Finding.Verdict {
    for verdict in [Finding.Verdict.unreachable, .wrong, .warning]
    where contains(where: { $0.verdict == verdict }) {
      return verdict
    }
    return .ok
  }
}
