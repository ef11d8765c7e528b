/// The states of a case (办件) that a department handles in its own system, what may follow what, and the real systems'
/// words for them: `topology/cases/states.json5`, read and checked as a whole.
///
/// It promises: a state that is named exists and can be reached; a code of a vocabulary tells one state, says what beside
/// it tells which of several, or says why it tells none. `FollowedCase` decides by it, `FollowStage` and
/// `tongban case states` read it. Pure; it must never import a door to the world.
package struct CaseStates: Sendable {
  package struct State: Sendable {
    package let name: String
    package let zh: String
    package let en: String
    /// Whether a case may be heard of in this state first.
    package let begins: Bool
    package let isTerminal: Bool
    /// What may follow, with what is possible from anywhere.
    package internal(set) var moves: [String]
    /// The state in which a case is when this one was told; its own name but for what only announces another.
    package let becomes: String
    let line: Int
  }

  /// How one kind of system writes its states.
  package struct Vocabulary: Sendable {
    package let name: String
    package let title: String
    /// Where it is known from.
    package let source: String
    /// States that it has no code of its own for: a case goes through them untold.
    package let passes: [String]
    package let codes: [Code]
  }

  package struct Code: Sendable {
    /// The column, member or record that holds it.
    package let field: String
    /// `*` where the record or column tells it by being there.
    package let value: String
    package let words: String
    /// Empty: the code tells no state. Several: something beside the code tells which.
    package let states: [String]
    package let note: String
  }

  /// A system whose cases are followed with a vocabulary's gaps.
  package struct System: Sendable {
    package let source: String
    package let department: String
    package let vocabulary: String
  }

  /// In the order of the file.
  package let states: [State]
  package let vocabularies: [Vocabulary]
  package let systems: [System]
  /// What a deleted record comes to.
  package let deleted: String
  package let file: String
  private let byName: [String: State]

  init(
    states: [State], vocabularies: [Vocabulary], systems: [System], deleted: String, file: String
  ) {
    self.states = states
    self.vocabularies = vocabularies
    self.systems = systems
    self.deleted = deleted
    self.file = file
    byName = Dictionary(states.map { ($0.name, $0) }) { first, _ in first }
  }

  package subscript(_ name: String) -> State? { byName[name] }

  package func vocabulary(_ name: String) -> Vocabulary? {
    vocabularies.first { $0.name == name }
  }

  package func system(_ source: String) -> System? { systems.first { $0.source == source } }

  /// What may follow a state, in the order of the file; nil is before the first word of a case.
  package func next(after state: String?) -> [String] {
    guard let state else { return states.filter(\.begins).map(\.name) }
    return byName[state]?.moves ?? []
  }

  /// Whether a case in `state` may be told to be in `next`, straight or through states that its system cannot tell.
  package func allows(_ next: String, after state: String?, passing: [String] = []) -> Bool {
    var seen: Set<String> = []
    var open: [String?] = [state]
    while let from = open.popLast() {
      let moves = self.next(after: from)
      if moves.contains(next) { return true }
      // Nothing is passed before a case is heard of, since then everything would be a beginning.
      guard from != nil else { continue }
      open += moves.filter { passing.contains($0) && seen.insert($0).inserted }.map { $0 }
    }
    return false
  }
}
