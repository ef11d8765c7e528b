import Foundation

/// What a peer works on, as a file that its scripts read, and what must come out.
struct PeerTask {
  /// One body a line; in base64 where a body has lines itself.
  let input: URL
  let events: Int
  let bytes: Int
  /// Our own output, a line an event.
  let expected: [UInt8]

  /// - Parameter name: of the file in the peers' folder.
  init(
    _ name: String, bodies: some Collection<[UInt8]>, events: Int, expected: [UInt8],
    in place: PeerPlace
  ) throws {
    input = place.folder.appending(path: "\(name).input")
    self.events = events
    self.expected = expected
    bytes = bodies.reduce(0) { $0 + $1.count }
    var text = Data()
    for body in bodies {
      text += body.contains(0x0A) ? Data(body).base64EncodedData() : Data(body)
      text.append(0x0A)
    }
    try text.write(to: input)
  }

  /// Nil if a peer's output is ours; else where it is not.
  func difference(_ output: URL) -> String? {
    let found = FileManager.default.contents(atPath: output.path) ?? Data()
    if found.elementsEqual(expected) { return nil }
    let pairs = zip(found.split(separator: 0x0A), expected.split(separator: 0x0A))
    let same = pairs.prefix { $0.elementsEqual($1) }.count
    return "cannot do it: its output is not ours from record \(same + 1) on"
  }
}

/// Python doing the work: one process for the whole trial, which compares first and then runs on demand.
final class PythonWork: Contender {
  let name: String
  private(set) var remark: String
  private let script: String
  private let task: PeerTask
  private let place: PeerPlace
  private var peer: PythonProcess?
  private var isOut = false

  /// - Parameter script: the task of `bench/peers/peer.py`.
  init(
    _ name: String, _ script: String, _ task: PeerTask, in place: PeerPlace, remark: String = ""
  ) {
    self.name = name
    self.script = script
    self.task = task
    self.place = place
    self.remark = remark
  }

  func pass() throws -> Pass? {
    guard !isOut, let peer = try peer ?? start(), let seconds = peer.work() else {
      if !isOut { remark = "it ended in the middle" }
      isOut = true
      return nil
    }
    return Pass(events: task.events, bytes: task.bytes, seconds: seconds)
  }

  func end() {
    peer?.end()
    peer = nil
  }

  private func start() throws -> PythonProcess? {
    let python: URL
    switch place.python {
    case .success(let program): python = program
    case .failure(let missing): return leave("not installed: \(missing.reason)")
    }
    let output = place.folder.appending(path: "\(script).output")
    let peer = try PythonProcess(
      python,
      [
        place.scripts.appending(path: "peer.py").path, script, Settings.home.path, task.input.path,
        output.path,
      ], complaints: URL(fileURLWithPath: output.path + ".errors"))
    guard peer.isReady else { return leave("cannot do it: \(peer.lastWords)") }
    if let difference = task.difference(output) {
      peer.end()
      return leave(difference)
    }
    self.peer = peer
    return peer
  }

  private func leave(_ reason: String) -> PythonProcess? {
    remark = reason
    isOut = true
    return nil
  }
}

/// jq doing the work: a process a pass. What it takes to start and to read its program is taken off.
final class JQWork: Contender {
  let name = "jq"
  private(set) var remark: String
  private let arguments: [String]
  private let task: PeerTask
  private let place: PeerPlace
  private let compares: Bool
  private var isKnown = false
  private var isOut = false

  init(
    _ arguments: [String], _ task: PeerTask, in place: PeerPlace, compares: Bool, remark: String
  ) {
    self.arguments = arguments
    self.task = task
    self.place = place
    self.compares = compares
    self.remark = remark
  }

  func pass() throws -> Pass? {
    guard !isOut else { return nil }
    let output = place.folder.appending(path: "jq.output")
    guard let idle = seconds(on: "/dev/null", into: output),
      let busy = seconds(on: task.input.path, into: output)
    else {
      remark = "not installed: apt-get install jq"
      isOut = true
      return nil
    }
    if compares, !isKnown, let difference = task.difference(output) {
      remark = difference
      isOut = true
      return nil
    }
    isKnown = true
    return Pass(events: task.events, bytes: task.bytes, seconds: max(busy - idle, 1e-6))
  }

  func end() {}

  /// CPU time of one run; nil if there is no jq or it fails.
  private func seconds(on input: String, into output: URL) -> Double? {
    let before = Self.childrensSeconds()
    guard let status = try? runToEnd("/usr/bin/jq", arguments + [input], output: output),
      status == 0
    else { return nil }
    return Self.childrensSeconds() - before
  }

  /// CPU time of all children that have ended (getrusage(2)).
  private static func childrensSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
