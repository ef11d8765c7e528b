import Records

/// What kind of change an event tells of.
package enum Change: String, Sendable, CaseIterable {
  case created, updated, deleted
  /// An earlier event is taken back (冲销).
  case reversed
}

/// What a mapping knows of an event beside its data. The texts stand in the arena of the output tree.
package struct Envelope: Sendable, Equatable {
  package var change: Change?
  /// The event's id in the native system.
  package var id = Tree.Slice.empty
  package var region = Tree.Slice.empty
  /// `kind:key`, such as `person:…`: a personal identifier. It is for partitioning and never shown.
  package var entity = Tree.Slice.empty
  /// Empty where the mapping gives none; so are the following.
  package var subject = Tree.Slice.empty
  /// RFC 3339.
  package var time = Tree.Slice.empty
  /// The native id of the event that this one takes back.
  package var reverses = Tree.Slice.empty
  /// `hub` where the record says that it only holds what the hub delivered.
  package var origin = Tree.Slice.empty

  package init() {}
}
