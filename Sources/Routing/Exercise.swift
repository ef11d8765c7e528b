import Adapters
import Mapping
import Records
import Standards

/// What samples exercise of the mappings of an event or a delivery: their rules, their codes, and the native
/// fields that none of them knows.
package struct Exercise {
  private let mappings: [Mapping]
  private var traces: [MappingTrace]
  private let reference: Reference
  private let answers: LookupAnswers
  private var met: Set<String> = []

  /// - Parameter answers: what samples take for the base library.
  package init(
    of mappings: [Mapping], reference: Reference = Reference(),
    answers: LookupAnswers = LookupAnswers(complete: [])
  ) {
    self.mappings = mappings
    self.answers = answers
    self.reference = reference
    traces = mappings.map { MappingTrace(of: $0) }
  }

  package var coverage: Coverage {
    Coverage(zip(mappings, traces).map { $0.coverage($1) })
  }

  /// Native fields of the samples that no rule mentions, with `[*]` for items.
  package var unmentioned: [String] { met.sorted() }

  /// Every record of a native body that can be read.
  package mutating func take(_ body: [UInt8], of intake: Adapter.Intake) {
    var reader = IntakeReader(intake, charset: intake.native.charset)
    var tree = Tree()
    var records: [Tree] = []
    body.withUnsafeBytes { octets in
      reader.read(octets, into: &tree) { tree, _ in
        records.append(tree)
      } fault: { _, _ in
      }
    }
    for record in records { take(record) }
  }

  /// Every event of a file, as the mapping is given it.
  package mutating func take(_ file: [UInt8], at desk: DeliveryDesk) {
    for record in StandardFile(file).records {
      take(desk.entitled(record.tree, change: record.change, reverses: record.reverses))
    }
    // The hub's own, beside the record: a mapping takes them or not.
    met.subtract(["change", "reverses"])
  }

  private mutating func take(_ record: Tree) {
    var output = Tree()
    var unmentioned: Set<String>?
    for index in mappings.indices {
      var machine = MappingMachine(reference: reference)
      machine.answers = answers
      machine.trace = traces[index]
      mappings[index].runEach(record, into: &output, on: &machine) { _, _, _, _ in }
      traces[index] = machine.trace ?? traces[index]
      let own = Set(mappings[index].unmentioned(in: record))
      unmentioned = unmentioned?.intersection(own) ?? own
    }
    met.formUnion(unmentioned ?? [])
  }
}
