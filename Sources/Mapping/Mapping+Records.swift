import Records

/// A part of a record that becomes a record of its own.
package struct RecordItem: Sendable {
  let node: Int32
  /// Its place among the items, from 1; 0 where it is the record itself.
  package let number: Int
  /// Whether another item of the same record was found before it, with the same machine.
  fileprivate(set) var follows = false
}

/// One native record that gives several standard ones, or none: `records` of a mapping file.
extension Mapping {
  /// Whether a record is not simply one record.
  package var dividesRecords: Bool { program.records != nil }

  /// Maps each item of a record and hands out what became of it. A bad item does not stop its neighbours.
  ///
  /// - Parameter body: gets the item's number (0 for the record itself), its outcome, the output and the machine
  ///   with its faults and warnings, which it must not run.
  package func runEach(
    _ input: borrowing Tree, at root: Int = 0, into output: inout Tree,
    on machine: inout MappingMachine,
    _ body: (Int, MappingOutcome, inout Tree, inout MappingMachine) -> Void
  ) {
    guard dividesRecords else {
      let outcome = run(input, at: root, into: &output, on: &machine)
      return body(0, outcome, &output, &machine)
    }
    var items: ContiguousArray<RecordItem> = []
    swap(&items, &machine.work.subjects)
    defer { swap(&items, &machine.work.subjects) }
    guard find(&items, of: input, at: root, into: &output, on: &machine) else {
      return body(0, .refused, &output, &machine)
    }
    var budget = (bytes: Limits.outputBytes, nodes: Limits.outputNodes)
    for item in items {
      let outcome = run(input, at: root, item: item, into: &output, on: &machine)
      budget.bytes -= output.arena.count
      budget.nodes -= output.nodes.count
      guard budget.bytes >= 0, budget.nodes >= 0 else {
        machine.work.faults = [fault(.tooLarge, "items that become less together")]
        return body(item.number, .refused, &output, &machine)
      }
      body(item.number, outcome, &output, &machine)
    }
  }

  /// The items of a record; nil if it is refused as a whole, for which the machine has the fault. For
  /// people's commands: `runEach` allocates less.
  package func items(
    of input: borrowing Tree, at root: Int = 0, on machine: inout MappingMachine
  ) -> [RecordItem]? {
    guard dividesRecords else { return [RecordItem(node: Int32(root), number: 0)] }
    var items: ContiguousArray<RecordItem> = []
    var output = Tree()
    let isRight = find(&items, of: input, at: root, into: &output, on: &machine)
    // Between two of them the machine may have another record.
    return isRight ? items.map { RecordItem(node: $0.node, number: $0.number) } : nil
  }

  /// - Returns: false if the record has no right list of items.
  private func find(
    _ items: inout ContiguousArray<RecordItem>, of input: borrowing Tree, at root: Int,
    into output: inout Tree, on machine: inout MappingMachine
  ) -> Bool {
    guard let records = program.records, let definition = definition.records else { return false }
    let found = withRun(on: input, at: root, into: &output, on: &machine) { run in
      run.divide(records, into: &items)
    }
    if found == 0, !definition.mayBeEmpty {
      machine.work.faults = [
        fault(
          .missingField, "at least one item, since each becomes a record; else none: \"absent\"")
      ]
      return false
    }
    if found > Limits.recordItems {
      machine.work.faults = [fault(.tooLarge, "at most \(Limits.recordItems) items in a record")]
      return false
    }
    return true
  }

  private func fault(_ code: MappingFault.Code, _ expectation: String) -> MappingFault {
    MappingFault(
      code: code, target: "records", source: definition.records?.each?.text ?? "", byte: -1,
      expectation: expectation, rule: "\(file): records")
  }
}

extension Run {
  /// Finds the items that become records.
  ///
  /// - Returns: how many there are, those that their condition leaves out among them.
  mutating func divide(
    _ records: RecordsProgram, into items: inout ContiguousArray<RecordItem>
  ) -> Int {
    prepare()
    items.removeAll(keepingCapacity: true)
    if records.path >= 0 { collect(records.path) } else { work.items.append(root) }
    let found = work.items.count
    guard found <= Limits.recordItems else { return found }
    for index in 0..<found {
      base = work.items[index]
      guard records.test < 0 || holds(records.test) else { continue }
      items.append(
        RecordItem(
          node: base, number: records.path < 0 ? 0 : index + 1, follows: true))
    }
    return found
  }
}
