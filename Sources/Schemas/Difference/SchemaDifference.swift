import Records

/// What becomes of data when a schema is replaced by another version of itself.
///
/// It is sound: where it says that nothing is refused, nothing is. Where it cannot show this (a keyword such
/// as `not` or `oneOf` that changed), it says so as a reason, which may be too careful. Annotations
/// (`title`, `description`, …) do not count. `format` counts, since the hub asserts it.
package struct SchemaDifference: Sendable, Equatable {
  /// How two versions go together.
  package enum Verdict: String, Sendable {
    /// Each accepts what the other accepts.
    case full
    /// The new one accepts all data of the old one.
    case backward
    /// The old one accepts all data of the new one.
    case forward
    case none
  }

  /// A place where one schema may refuse what the other accepts.
  package struct Reason: Sendable, Hashable, CustomStringConvertible {
    /// Where in the data: `/identifiers/*/kind`; empty for the whole.
    package let instancePath: String
    /// Where in the schema that refuses.
    package let keywordPath: String
    package let words: String

    package var description: String {
      "\(instancePath.isEmpty ? "/" : instancePath): \(words) (\(keywordPath))"
    }
  }

  /// Why the new schema may refuse data of the old one; empty if it cannot.
  package let backward: [Reason]
  /// Why the old schema may refuse data of the new one; empty if it cannot.
  package let forward: [Reason]

  package var verdict: Verdict {
    switch (backward.isEmpty, forward.isEmpty) {
    case (true, true): .full
    case (true, false): .backward
    case (false, true): .forward
    case (false, false): .none
    }
  }

  /// - Parameter options: `assertsFormats` is taken as true; a document of `resolve` serves both schemas.
  package static func between(
    _ old: Tree, named oldName: String, and new: Tree, named newName: String,
    options: SchemaOptions = SchemaOptions()
  ) throws(SchemaError) -> SchemaDifference {
    let old = try SchemaSide(old, name: oldName, options: options)
    let new = try SchemaSide(new, name: newName, options: options)
    return SchemaDifference(
      backward: try Containment.reasons(of: old, in: new),
      forward: try Containment.reasons(of: new, in: old))
  }
}
