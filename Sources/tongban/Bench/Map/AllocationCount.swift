import CMallocTrace
import Foundation

/// How often one event asks for memory.
struct AllocationCount: Codable {
  let work: String
  let name: String
  let perEvent: Double
}

/// Counts allocations: glibc writes each down (mtrace(3)) in a process of its own, which has glibc's debugging
/// library preloaded. Nothing is measured there, since that is slow.
enum AllocationCounter {
  private static let library = "libc_malloc_debug.so.0"
  private static let traceVariable = "MALLOC_TRACE"

  /// Whether this process is such a one.
  static var isHere: Bool { trace != nil }

  private static var trace: String? { ProcessInfo.processInfo.environment[traceVariable] }

  /// Counts in a process of its own, with this process's words for the bench.
  ///
  /// - Returns: none where glibc's debugging library is missing.
  static func ask(_ words: [String], in folder: URL) -> [AllocationCount] {
    let output = folder.appending(path: "allocations.ndjson")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["bench", "map", "--alone", "--allocations"] + words
    process.environment = ProcessInfo.processInfo.environment.merging([
      "LD_PRELOAD": library, traceVariable: folder.appending(path: "allocations.trace").path,
    ]) { $1 }
    guard (try? Data().write(to: output)) != nil, let file = try? FileHandle(forWritingTo: output)
    else { return [] }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = file
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return [] }
    process.waitUntilExit()
    let lines = (FileManager.default.contents(atPath: output.path) ?? Data()).split(separator: 0x0A)
    return lines.compactMap { try? JSONDecoder().decode(AllocationCount.self, from: Data($0)) }
  }

  /// Counts here, for the hub's own work of each trial.
  static func counts(_ trials: [Trial]) throws -> [AllocationCount] {
    var counts: [AllocationCount] = []
    for trial in trials {
      for case let work as OwnWork in try trial.contenders() {
        // What is kept from record to record is there after a few.
        for _ in 0..<3 { _ = try work.sweepOnce() }
        mtrace()
        let events = try work.sweepOnce()
        muntrace()
        counts.append(
          AllocationCount(
            work: trial.name, name: work.name,
            perEvent: Double(allocationsWritten()) / Double(max(1, events))))
      }
    }
    return counts
  }

  /// A line is `@ CALLER MARK ADDRESS SIZE`; its mark is `+` for memory given out and `>` for memory that has
  /// moved and grown.
  private static func allocationsWritten() -> Int {
    guard let trace, let text = FileManager.default.contents(atPath: trace) else { return 0 }
    return text.split(separator: 0x0A).count { line in
      let words = line.split(separator: 0x20)
      return words.count > 2
        && (words[2].elementsEqual("+".utf8) || words[2].elementsEqual(">".utf8))
    }
  }
}
