import Foundation

/// CPU seconds of this process, of the broker and of the database (proc(5), getrusage(2)).
struct ProcessClock {
  let hub: Double
  let broker: Double
  let database: Double

  /// - Parameters:
  ///   - brokers: the process ids of the broker's nodes.
  ///   - database: the process id of PostgreSQL's postmaster; its children are counted with it.
  static func read(brokers: [Int32], database: Int32?) -> ProcessClock {
    let children = database.map { [$0] + Self.children(of: $0) } ?? []
    return ProcessClock(
      hub: own(), broker: brokers.reduce(0) { $0 + seconds(of: $1) },
      database: children.reduce(0) { $0 + seconds(of: $1) }
        + (database.map { seconds(of: $0, fields: 13...14) } ?? 0))
  }

  static func - (late: ProcessClock, early: ProcessClock) -> ProcessClock {
    ProcessClock(
      hub: late.hub - early.hub, broker: late.broker - early.broker,
      database: late.database - early.database)
  }

  private static func own() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// utime and stime, fields 14 and 15 of /proc/PID/stat; the name before them may hold anything.
  /// Fields 16 and 17 are those of children that have ended and were waited for.
  private static func seconds(of process: Int32, fields: ClosedRange<Int> = 11...12) -> Double {
    guard let all = stat(of: process), all.count > fields.upperBound else { return 0 }
    let ticks = all[fields].reduce(0) { $0 + (Double($1) ?? 0) }
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { process in
      stat(of: process).map { $0.count > 1 && $0[1] == String(parent) } ?? false
    }
  }

  /// The fields from the third (state) on.
  private static func stat(of process: Int32) -> [Substring]? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: end)...].split(separator: " ")
  }
}
