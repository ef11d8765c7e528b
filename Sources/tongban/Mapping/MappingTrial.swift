import Adapters
import Catalogue
import Configuration
import Foundation
import Mapping
import Routing
import Standards

/// The samples of one mapping, run: which are as expected, and what they touch.
struct MappingTrial {
  /// A sample that is not as expected.
  struct Failure {
    var sample: String
    var differences: [Difference]
  }

  let department: String
  /// The event, or the standard schema of a delivery.
  let name: String
  private(set) var count = 0
  private(set) var failures: [Failure] = []
  private(set) var coverage = Coverage([])
  private(set) var unmentioned: [String] = []

  static func intake(
    _ adapter: Adapter, _ intake: Adapter.Intake, reference: Reference, samples: URL, accept: Bool
  ) throws -> MappingTrial {
    var trial = MappingTrial(adapter.department, intake.event)
    var exercise = Exercise(
      of: intake.outputs.map(\.mapping), reference: reference, answers: adapter.sampleLibrary)
    for sample in try Sample.all(in: samples.appending(path: intake.event)) {
      let body = try sample.octets
      let rehearsal = Rehearsal(
        adapter, intake, reference: reference, body: body, today: MappingCommands.today)
      exercise.take(body, of: intake)
      try trial.enter(
        sample, Sample.Found(events: rehearsal.events, dead: rehearsal.deadLetters),
        in: intake.native, accept: accept)
    }
    trial.conclude(exercise)
    return trial
  }

  static func delivery(
    _ adapter: Adapter, _ delivery: Adapter.Delivery, _ entitlement: Entitlement?, samples: URL,
    accept: Bool
  ) throws -> MappingTrial {
    var trial = MappingTrial(adapter.department, delivery.schema)
    var exercise = Exercise(of: [delivery.mapping])
    let desk = DeliveryDesk(adapter.department, delivery, entitlement: entitlement)
    for sample in try Sample.all(in: samples.appending(path: delivery.schema)) {
      let file = try sample.octets
      let rehearsal = DeliveryRehearsal(adapter, delivery, entitlement: entitlement, file: file)
      guard rehearsal.bodies.count <= 1 else {
        throw ConfigurationError(
          file: sample.file.path, line: 0, path: "",
          message: "holds \(rehearsal.bodies.count) standard events; a delivery's sample holds one")
      }
      exercise.take(file, at: desk)
      try trial.enter(
        sample, Sample.Found(native: rehearsal.bodies.first, dead: rehearsal.deadLetters),
        in: delivery.native, accept: accept)
    }
    trial.conclude(exercise)
    return trial
  }

  private init(_ department: String, _ name: String) {
    self.department = department
    self.name = name
  }

  private mutating func enter(
    _ sample: Sample, _ found: Sample.Found, in format: NativeFormat, accept: Bool
  ) throws {
    count += 1
    if accept { return try sample.accept(found) }
    let differences = sample.differences(found, in: format)
    if !differences.isEmpty {
      failures.append(Failure(sample: sample.name, differences: differences))
    }
  }

  private mutating func conclude(_ exercise: Exercise) {
    coverage = exercise.coverage
    unmentioned = exercise.unmentioned
  }
}
