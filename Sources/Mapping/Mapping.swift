import Configuration
import Records
import Standards

/// A declarative translation of a department's record into a standard one, or back.
///
/// Promises: a mapping file is checked as a whole when it is compiled, and its errors name file, line, path
/// and the nearest right name; a run never fails, it answers with a record and its envelope or with all the
/// faults it found; the same record gives the same bytes; nothing is allocated for a good record. Lanes
/// and `tongban mapping` call it. Pure: no file, no clock, no global. It imports Configuration, Patterns, Records
/// and Standards, and must never import anything that reaches outside.
package struct Mapping: Sendable {
  let definition: Definition
  let program: Program

  /// The native event or standard schema that it translates.
  package var from: String { definition.from }
  package var to: String { definition.to }
  package var version: Int { definition.version }
  package var file: String { definition.file }
  /// Every rule, in the order of the file; the parts of a rule follow it.
  package var rules: [RuleNote] { program.rules }
  /// Whether it looks anything up in the base library.
  package var asksLibrary: Bool { !program.lookups.isEmpty }
  /// The native fields that are left behind on purpose.
  package var dropped: [String] { definition.dropped.map(\.text) }

  /// - Parameters:
  ///   - tables: the department's code tables and the national ones, by the names that rules use.
  ///   - knownTargets: the members that the output may have (`identifiers[*].kind`); below one that ends with
  ///     `.*` anything may stand. Nil to allow all.
  ///   - knownSources: the members that the record may have, without their items' numbers
  ///     (`identifiers.kind`), as above; nil where the format leaves them open.
  ///   - mappings: finds the file of another mapping of the department by the name that a node holds, for one that
  ///     is its way back.
  package static func compile(
    _ node: ConfigurationNode, tables: [String: CodeTable] = [:], knownTargets: [String]? = nil,
    knownSources: [String]? = nil,
    mappings: ((ConfigurationNode) throws(ConfigurationError) -> ConfigurationNode)? = nil
  ) throws(ConfigurationError) -> Mapping {
    let definition = try DefinitionReader(tables: tables, mappings: mappings).read(
      node, knownTargets: knownTargets)
    let program = try Compiler.compile(
      definition, knownTargets: knownTargets, knownSources: knownSources)
    return Mapping(definition: definition, program: program)
  }

  /// Maps one record.
  ///
  /// - Parameters:
  ///   - input: the names in each of its objects are unique; readers see to that.
  ///   - root: the record's node in its tree.
  ///   - item: the part of the record that becomes a record of its own, where the mapping divides records.
  ///   - output: is emptied and becomes the record's translation; half of one where the record is refused.
  package func run(
    _ input: borrowing Tree, at root: Int = 0, item: RecordItem? = nil, into output: inout Tree,
    on machine: inout MappingMachine
  ) -> MappingOutcome {
    withRun(on: input, at: root, item: item, into: &output, on: &machine) { run in
      run.execute()
      guard run.work.faults.isEmpty else { return .refused }
      return run.work.questions.isEmpty ? .mapped(run.envelope) : .asks
    }
  }

  /// Gives a run the arrays of machine and output for the while.
  func withRun<Result>(
    on input: borrowing Tree, at root: Int, item: RecordItem? = nil, into output: inout Tree,
    on machine: inout MappingMachine, _ body: (inout Run) -> Result
  ) -> Result {
    precondition(input.nodes.indices.contains(root), "a record has at least its own node")
    return input.nodes.withUnsafeBufferPointer { nodes in
      input.arena.withUnsafeBytes { arena in
        guard let nodes = nodes.baseAddress else {
          preconditionFailure("a record has at least its own node")
        }
        let arena = arena.baseAddress ?? UnsafeRawPointer(nodes)
        var run = Run(
          program, nodes: nodes, arena: arena, root: root, item: item?.node ?? Int32(root),
          machine: machine)
        run.knowsParents = item?.follows ?? false
        swap(&run.trace, &machine.trace)
        swap(&run.output, &output)
        defer {
          swap(&run.output, &output)
          swap(&run.trace, &machine.trace)
        }
        return body(&run)
      }
    }
  }
}

/// What became of a record.
package enum MappingOutcome: Sendable, Equatable {
  /// The output is whole; `warnings` of the machine may hold something to look at.
  case mapped(Envelope)
  /// `faults` of the machine say why.
  case refused
  /// Nothing is wrong so far, and `questions` of the machine must be answered to go on.
  case asks
}
