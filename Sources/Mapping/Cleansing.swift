/// What a rule changed of a value although it means the same: the stable codes under which the books of quality count
/// it. Blanks around a value are the filling of its column, and not told.
package enum Cleansing: String, Sendable, CaseIterable {
  /// Full-width letters, digits and blanks became ASCII.
  case width = "TO_HALF_WIDTH"
  /// Small letters became capitals, or capitals small.
  case letters = "LETTER_CASE"
  /// Characters that the rule leaves out were there.
  case dropped = "CHARACTERS_DROPPED"
  /// An identity number of fifteen digits was given its eighteen.
  case fifteenDigits = "FROM_FIFTEEN_DIGITS"
  /// A number was written with small letters, full-width digits, separators or blanks.
  case form = "CANONICAL_FORM"

  /// One change in a run, by the instruction that made it.
  struct Act: Sendable, Equatable {
    let what: Cleansing
    let instruction: Int32
  }
}

extension Mapping {
  /// What the last record's run on this machine changed of values: code and standard field, each once.
  package func cleansings(of machine: borrowing MappingMachine) -> [String] {
    guard !machine.work.cleansed.isEmpty else { return [] }
    var told: [String] = []
    for act in machine.work.cleansed {
      let target = rules[Int(program.ruleOf.base[Int(act.instruction)])].target
      let text = "\(act.what.rawValue) \(target.replacing("*", with: ""))"
      if !told.contains(text) { told.append(text) }
    }
    return told
  }
}

extension Run {
  /// Nothing here runs for a value that came as it should.
  @inline(never) mutating func cleanse(_ what: Cleansing) {
    let act = Cleansing.Act(what: what, instruction: Int32(here))
    guard work.cleansed.count < Limits.faults, !work.cleansed.contains(act) else { return }
    work.cleansed.append(act)
  }
}
