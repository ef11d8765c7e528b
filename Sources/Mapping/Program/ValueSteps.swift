import Standards

/// The steps that say more than fits into an instruction, each in a list of its kind.
struct ValueSteps: Sendable {
  struct Pad: Sendable {
    var count: Int
    var character: ContiguousArray<UInt8>
    var side: PadStep.Side
  }

  struct Locate: Sendable {
    var step: LocateStep
    var names: DivisionNames
  }

  private(set) var matches: [MatchStep] = []
  private(set) var replacements: [Replacement] = []
  private(set) var decimals: [DecimalStep] = []
  private(set) var pads: [Pad] = []
  private(set) var locates: [Locate] = []
  /// When each slot of the code tables that ask for a day is in force, and the edition that it stands in.
  private(set) var periods: [Period] = []
  private(set) var editions: [Int: Int] = [:]
  /// The numbers of memory that the largest pattern needs.
  private(set) var patternRoom = 0

  mutating func add(_ step: MatchStep) -> Instruction {
    matches.append(step)
    patternRoom = max(patternRoom, step.finder.roomCount)
    return .match(Int32(matches.count - 1))
  }

  mutating func add(_ step: Replacement) -> Instruction {
    replacements.append(step)
    patternRoom = max(patternRoom, step.finder.roomCount)
    return .replace(Int32(replacements.count - 1))
  }

  mutating func add(_ step: DecimalStep) -> Instruction {
    decimals.append(step)
    return .decimal(Int32(decimals.count - 1))
  }

  mutating func add(_ step: PadStep) -> Instruction {
    pads.append(
      Pad(count: step.count, character: ContiguousArray(step.character.utf8), side: step.side))
    return .pad(Int32(pads.count - 1))
  }

  /// The names are made once for all steps of a program.
  mutating func add(_ step: LocateStep) -> Instruction {
    let known = locates.first { $0.step.origin == step.origin }?.names
    locates.append(Locate(step: step, names: known ?? DivisionNames(step.origin.table)))
    return .locate(Int32(locates.count - 1))
  }

  /// Room for the periods of a code table's slots, and where it begins.
  mutating func addPeriods(_ count: Int) -> Int32 {
    periods.append(contentsOf: repeatElement(.always, count: count))
    return Int32(periods.count - count)
  }

  /// - Parameters:
  ///   - place: in `periods`.
  ///   - slot: in the slots of all tables.
  mutating func setPeriod(_ period: Period, at place: Int, edition: Int, slot: Int) {
    periods[place] = period
    editions[slot] = edition
  }
}
