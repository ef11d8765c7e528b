import Lanes
import Records

/// A department's answer as it travels: `{"case","step","attempt","outcome","data","reason"}`.
struct ResultBody {
  let caseID: String
  let result: StepResult

  /// - Throws: `ResultFault` that names the member which is wrong.
  init(_ body: [UInt8]) throws(ResultFault) {
    let value: Value
    do throws(RecordError) {
      value = try Value(json: body)
    } catch {
      throw ResultFault(
        letter: DeadLetter(
          stage: "sync.read", code: error.code.rawValue,
          place: "line \(error.line) byte \(error.byte)", expectation: error.expectation))
    }
    guard value.members != nil else {
      throw ResultBody.malformed("the whole body", "an object with case, step, attempt and outcome")
    }
    guard let caseID = value.member("case")?.text, caseID.isIdentifier else {
      throw ResultBody.malformed("case", "a case's id")
    }
    guard let step = value.member("step")?.text, step.isIdentifier else {
      throw ResultBody.malformed("step", "a step's name")
    }
    guard let attempt = value.member("attempt")?.int64, (1...1_000_000).contains(attempt) else {
      throw ResultBody.malformed("attempt", "a whole number from 1")
    }
    guard let outcome = value.member("outcome")?.text.flatMap(Outcome.init) else {
      throw ResultBody.malformed(
        "outcome", "one of \(Outcome.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let data = value.member("data") ?? .empty
    guard data.members != nil else { throw ResultBody.malformed("data", "an object") }
    let reason = value.member("reason")?.text ?? ""
    self.caseID = caseID
    result = StepResult(
      step: step, attempt: Int(attempt), outcome: outcome, data: data,
      reason: reason.asReason)
  }

  private static func malformed(_ place: String, _ expectation: String) -> ResultFault {
    ResultFault(
      letter: DeadLetter(
        stage: "sync.read", code: "MALFORMED_RESULT", place: place, expectation: expectation))
  }
}

/// An answer that cannot be read, as the letter that it becomes.
struct ResultFault: Error {
  let letter: DeadLetter
}

extension String {
  /// How much of a reason is kept.
  private static let maximumReason = 500

  /// A text that somebody outside wrote, fit for one line of a history.
  var asReason: String {
    let scalars = unicodeScalars.prefix(String.maximumReason).map { scalar in
      scalar.properties.generalCategory == .control ? " " : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// What ids and names consist of: printable ASCII without blanks, of a bounded length.
  var isIdentifier: Bool {
    (1...255).contains(utf8.count) && utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
