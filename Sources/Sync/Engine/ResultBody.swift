import Lanes
import Records

/// A department's answer as it travels: `{"case","step","attempt","outcome","data","reason","code","procedure"}`.
///
/// A department that does not know the case's id names what the case is about instead,
/// `"entity":{"kind","value"}`; it may then leave out the attempt, which is the last one.
struct ResultBody {
  enum Subject: Hashable {
    case id(String)
    case entity(kind: String, value: String)
  }

  let subject: Subject
  /// Nil: the last one that was asked for.
  let attempt: Int?
  let step: String
  private let outcome: Outcome
  private let data: Value
  private let reason, code: String
  private let procedure: Int

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
    subject = try ResultBody.subject(of: value)
    guard let step = value.member("step")?.text, step.isIdentifier else {
      throw ResultBody.malformed("step", "a step's name")
    }
    attempt = try ResultBody.number("attempt", in: value, isOptional: subject.isEntity)
    guard let outcome = value.member("outcome")?.text.flatMap(Outcome.init) else {
      throw ResultBody.malformed(
        "outcome", "one of \(Outcome.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let data = value.member("data") ?? .empty
    guard data.members != nil else { throw ResultBody.malformed("data", "an object") }
    let reason = value.member("reason")?.text ?? ""
    let code = value.member("code")?.text ?? ""
    guard code.isEmpty || code.isIdentifier else {
      throw ResultBody.malformed("code", "a word of printable ASCII characters")
    }
    procedure = try ResultBody.number("procedure", in: value, isOptional: true) ?? 1
    self.step = step
    self.outcome = outcome
    self.data = data
    self.reason = reason.asReason
    self.code = code
  }

  /// The answer, for a step of which so many attempts were asked for.
  func result(attempts: Int) -> StepResult {
    StepResult(
      step: step, attempt: attempt ?? max(1, attempts), outcome: outcome, data: data,
      reason: reason, code: code, procedure: procedure)
  }

  private static func subject(of value: Value) throws(ResultFault) -> Subject {
    if let id = value.member("case")?.text {
      guard id.isIdentifier else { throw malformed("case", "a case's id") }
      return .id(id)
    }
    guard let entity = value.member("entity"), let kind = entity.member("kind")?.text,
      let number = entity.member("value")?.text
    else { throw malformed("case", "a case's id, or an entity with kind and value") }
    return .entity(kind: kind, value: number)
  }

  private static func number(
    _ name: String, in value: Value, isOptional: Bool
  ) throws(ResultFault) -> Int? {
    if isOptional, value.member(name) == nil { return nil }
    guard let number = value.member(name)?.int64, (1...1_000_000).contains(number) else {
      throw malformed(name, "a whole number from 1")
    }
    return Int(number)
  }

  private static func malformed(_ place: String, _ expectation: String) -> ResultFault {
    ResultFault(
      letter: DeadLetter(
        stage: "sync.read", code: "MALFORMED_RESULT", place: place, expectation: expectation))
  }
}

extension ResultBody.Subject {
  var isEntity: Bool {
    if case .entity = self { return true }
    return false
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
