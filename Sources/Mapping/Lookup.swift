/// What a mapping wants to know of the base library (基础库). The mapping itself asks nobody: it says what it
/// would have to know, and is run again when that is known.
package struct LookupQuestion: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case person, enterprise

    /// The kind of number that identifies one, unless a rule names another.
    package var usualNumber: String {
      switch self {
      case .person: "resident-id"
      case .enterprise: "uscc"
      }
    }
  }

  package let kind: Kind
  /// `resident-id:…` or `uscc:…`: a personal identifier, never shown.
  package let key: String
  /// The standard field, such as `name` or `address.text`.
  package let field: String

  package init(kind: Kind, key: String, field: String) {
    self.kind = kind
    self.key = key
    self.field = field
  }
}

extension LookupQuestion: CustomStringConvertible, CustomDebugStringConvertible {
  package var description: String { "\(field) of one \(kind.rawValue)" }
  package var debugDescription: String { description }
}

package struct LookupAnswer: Sendable {
  package let question: LookupQuestion
  /// Nil where the library does not know it.
  package let value: String?

  package init(_ question: LookupQuestion, value: String?) {
    self.question = question
    self.value = value
  }
}

/// Who answers: the base library. Called from a lane's thread; it may block.
package protocol LookupSource {
  /// An answer for each question, in any order. A question without one has no value.
  ///
  /// - Throws: if the library cannot be asked now. The lane keeps the batch and asks again later.
  func answer(_ questions: [LookupQuestion]) throws -> [LookupAnswer]
}

/// What is known of the base library while records are mapped.
package struct LookupAnswers: Sendable {
  private var values: [LookupQuestion: String?]
  /// Whether what is not here has no value; otherwise it is a question.
  private var isComplete: Bool

  /// Nothing is known, and everything may be asked.
  package init() {
    values = [:]
    isComplete = false
  }

  /// There is nobody to ask: what is not among these has no value.
  package init(complete answers: [LookupAnswer]) {
    values = [:]
    isComplete = true
    add(answers)
  }

  package mutating func add(_ answers: [LookupAnswer]) {
    for answer in answers { values.updateValue(answer.value, forKey: answer.question) }
  }

  /// The value, nil where there is none, and nothing at all where it has to be asked.
  func answer(to question: LookupQuestion) -> String?? {
    values[question] ?? (isComplete ? .some(nil) : .none)
  }
}

extension Run {
  /// Puts the library's value in hand for the number that is there, or remembers the question.
  mutating func lookUp(_ number: Int32) {
    let lookup = program.lookups[Int(number)]
    let question = LookupQuestion(
      kind: lookup.kind, key: lookup.keyStart + String(decoding: value.text, as: UTF8.self),
      field: lookup.field)
    guard let answer = work.answers.answer(to: question) else {
      work.questions.append(question)
      // Neither there nor absent: what depends on it says nothing until it is known.
      value.state = .refused
      return
    }
    guard var text = answer else {
      value.state = .absent
      return
    }
    value.kind = .string
    text.withUTF8 { bytes in
      let room = scratch.take(bytes.count)
      room.copyMemory(from: UnsafeRawBufferPointer(bytes))
      take(room, bytes.count)
    }
  }
}
