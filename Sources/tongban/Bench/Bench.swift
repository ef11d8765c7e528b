/// `tongban bench`: what the hub moves and what it costs, beside what one would use in its place, alternating
/// in one run, so that what is told is a ratio and not a machine.
enum Bench {
  /// What can be measured.
  private enum Name: String, CaseIterable {
    /// The core lane beside a bare relay, on a broker and a database.
    case core
    /// The way of a record through the hub's own code, without any server.
    case map
    /// The base library with few persons in it and with many.
    case library
    /// The sync service with cases of five steps, on a broker and a database.
    case sagas
  }

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let word = arguments.next() ?? Name.core.rawValue
    guard let name = Name(rawValue: word) else {
      let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("there is no bench \"\(word)\"; expected \(known)")
    }
    return switch name {
    case .core: try CoreBench.run(&arguments)
    case .map: try MapBench.run(&arguments)
    case .library: try LibraryBench.run(&arguments)
    case .sagas: try SagasBench.run(&arguments)
    }
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return 0 }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
