import Records

/// What runs of one mapping did: how often each rule gave a value and each code was met since the trace was made,
/// and for `explain` every moment of the last run.
package struct MappingTrace: Sendable {
  /// Of each instruction, how often it left a value in hand.
  var counts: ContiguousArray<UInt32>
  /// Of each slot of the code tables, how often its code was met.
  var codes: ContiguousArray<UInt32>
  /// What the last run did, one instruction after the other; nil if nobody asks.
  var moments: [Moment]?

  /// - Parameters:
  ///   - mapping: the one whose runs are traced.
  ///   - keepsMoments: whether the values of the last run are kept. Slow.
  package init(of mapping: Mapping, keepsMoments: Bool = false) {
    counts = ContiguousArray(repeating: 0, count: mapping.program.code.count)
    codes = ContiguousArray(repeating: 0, count: mapping.program.slots.count)
    moments = keepsMoments ? [] : nil
  }
}

/// The state of a run after one instruction.
struct Moment: Sendable {
  /// What a condition looked at.
  struct Seen: Sendable {
    /// In `Program.paths`.
    var path: Int
    /// The native node; negative where there is none.
    var node: Int
  }

  var instruction: Int
  /// Whether the run went on elsewhere than at the next instruction.
  var hasJumped: Bool
  // The value in hand.
  var state: Value.State
  var kind: Tree.Kind
  var text: String
  /// Its native node, or the one that was looked at and has no value; negative where there is none.
  var node: Int
  /// The number of the item in each open list.
  var items: [Int]
  /// How many faults and warnings there were.
  var faults: Int
  var warnings: Int
  var seen: [Seen] = []
  /// The slot of the code table that it was translated by.
  var slot: Int?
  /// The node of the output that the value became; nil if it became none or was taken back.
  var output: Int?
}
