import Records

/// The steps of a `PatternFinder`, in the order in which a match prefers them.
final class FinderProgram: Sendable {
  enum Step: Sendable {
    case set(Int32)
    case jump(Int32)
    case either(Int32, Int32)
    case save(Int32)
    case start
    case end
    case match
  }

  /// A set of code points: a bit for each of ASCII, and its ranges.
  struct Points: Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var first: Int32
    var count: Int32
  }

  let groupCount: Int
  var slotCount: Int { groupCount * 2 + 2 }
  var count: Int { steps.count }
  private let steps: Frozen<Step>
  private let sets: Frozen<Points>
  private let ranges: Frozen<ClosedRange<UInt32>>

  init(_ syntax: PatternSyntax) throws(PatternError) {
    var builder = Builder()
    try builder.add(.save(0))
    try builder.build(syntax)
    try builder.add(.save(1))
    try builder.add(.match)
    groupCount = builder.groupCount
    guard groupCount <= PatternFinder.maximumGroups else {
      throw PatternError("at most \(PatternFinder.maximumGroups) groups are expected")
    }
    steps = Frozen(builder.steps)
    var sets: [Points] = []
    var ranges: [ClosedRange<UInt32>] = []
    for set in builder.sets {
      var points = Points(first: Int32(ranges.count), count: Int32(set.ranges.count))
      for scalar in 0..<UInt32(64) where set.contains(scalar) { points.low |= 1 << UInt64(scalar) }
      for scalar in 0..<UInt32(64) where set.contains(scalar + 64) {
        points.high |= 1 << UInt64(scalar)
      }
      sets.append(points)
      ranges.append(contentsOf: set.ranges)
    }
    self.sets = Frozen(sets)
    self.ranges = Frozen(ranges)
  }

  /// The program's memory, to be used while the program is alive.
  var table: Table {
    var isFastened = false
    if count > 1, case .start = steps.base[1] { isFastened = true }
    return Table(
      steps: steps.base, sets: sets.base, ranges: ranges.base, count: count, slotCount: slotCount,
      isFastenedAtStart: isFastened)
  }

  /// `@unchecked Sendable`: the memory behind the pointers is only ever read.
  struct Table: @unchecked Sendable {
    let steps: UnsafePointer<Step>
    fileprivate let sets: UnsafePointer<Points>
    fileprivate let ranges: UnsafePointer<ClosedRange<UInt32>>
    let count: Int
    let slotCount: Int
    let isFastenedAtStart: Bool

    @inline(__always) func contains(_ scalar: UInt32, _ set: Int32) -> Bool {
      let points = sets[Int(set)]
      if scalar < 64 { return points.low >> UInt64(scalar) & 1 == 1 }
      if scalar < 128 { return points.high >> UInt64(scalar - 64) & 1 == 1 }
      var (low, high) = (Int(points.first), Int(points.first + points.count))
      let end = high
      while low < high {
        let middle = (low + high) / 2
        if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
      }
      return low < end && ranges[low].lowerBound <= scalar
    }
  }
}

private struct Builder {
  var steps: [FinderProgram.Step] = []
  var sets: [CodePoints] = []
  var groupCount = 0

  private var next: Int32 { Int32(steps.count) }

  mutating func add(_ step: FinderProgram.Step) throws(PatternError) {
    guard steps.count < PatternFinder.maximumSteps else {
      throw PatternError("a pattern of at most \(PatternFinder.maximumSteps) steps is expected")
    }
    steps.append(step)
  }

  mutating func build(_ syntax: PatternSyntax) throws(PatternError) {
    switch syntax {
    case .empty: break
    case .set(let points):
      let known = sets.firstIndex(of: points)
      if known == nil { sets.append(points) }
      try add(.set(Int32(known ?? sets.count - 1)))
    case .sequence(let parts): for part in parts { try build(part) }
    case .alternatives(let parts): try alternatives(parts)
    case .group(let part, let number):
      groupCount = max(groupCount, number)
      try add(.save(Int32(number * 2)))
      try build(part)
      try add(.save(Int32(number * 2 + 1)))
    case .start: try add(.start)
    case .end: try add(.end)
    case .repeated(let part, let least, let most, let lazy):
      for _ in 0..<least { try build(part) }
      // A part that may not come at all has its groups counted all the same.
      if most == 0 { groupCount = max(groupCount, part.highestGroup) }
      guard let most else { return try loop(part, lazy) }
      try options(part, most - least, lazy)
    case .wordBoundary, .look, .backReference:
      preconditionFailure("only regular patterns are searched for")
    }
  }

  private mutating func alternatives(_ parts: [PatternSyntax]) throws(PatternError) {
    var exits: [Int] = []
    for part in parts.dropLast() {
      let fork = steps.count
      try add(.jump(0))
      try build(part)
      exits.append(steps.count)
      try add(.jump(0))
      steps[fork] = .either(Int32(fork + 1), next)
    }
    if let last = parts.last { try build(last) }
    for exit in exits { steps[exit] = .jump(next) }
  }

  private mutating func loop(_ part: PatternSyntax, _ lazy: Bool) throws(PatternError) {
    let fork = steps.count
    try add(.jump(0))
    try build(part)
    try add(.jump(Int32(fork)))
    steps[fork] = choice(Int32(fork + 1), next, lazy)
  }

  private mutating func options(
    _ part: PatternSyntax, _ count: Int, _ lazy: Bool
  ) throws(PatternError) {
    var forks: [Int] = []
    for _ in 0..<max(0, count) {
      forks.append(steps.count)
      try add(.jump(0))
      try build(part)
    }
    for fork in forks { steps[fork] = choice(Int32(fork + 1), next, lazy) }
  }

  private func choice(_ more: Int32, _ end: Int32, _ lazy: Bool) -> FinderProgram.Step {
    lazy ? .either(end, more) : .either(more, end)
  }
}

extension PatternSyntax {
  fileprivate var highestGroup: Int {
    switch self {
    case .sequence(let parts), .alternatives(let parts): parts.map(\.highestGroup).max() ?? 0
    case .repeated(let part, _, _, _), .look(let part, _, _): part.highestGroup
    case .group(let part, let number): max(number, part.highestGroup)
    case .empty, .set, .start, .end, .wordBoundary, .backReference: 0
    }
  }
}
