import Foundation

/// PyPI's dbos doing the same five steps on the same PostgreSQL, each case a durable workflow (`bench/peers/sagas.py`).
struct SagasPeer {
  /// One row beside ours.
  struct Row: Encodable {
    let name: String
    let stepsPerSecond: Double?
    /// Ours with submitting, over the peer's: it writes the beginning of each workflow too.
    let ours: Double?
    let remark: String
  }

  /// A thread a workflow waits in it, so as many as a batch of ours are in flight at once.
  private static let cases = 1_000

  static func row(in place: BenchPlace, rounds: Int, beside ours: SagasRow) throws -> Row {
    func leave(_ remark: String) -> Row {
      Row(name: "dbos", stepsPerSecond: nil, ours: nil, remark: remark)
    }
    let peers = try PeerPlace(home: Settings.home, state: Settings.state, installs: true)
    let python: URL
    switch peers.python {
    case .success(let program): python = program
    case .failure(let missing): return leave("not installed: \(missing.reason)")
    }
    let peer = try PythonProcess(
      python, [peers.scripts.appending(path: "sagas.py").path, String(cases)],
      complaints: peers.folder.appending(path: "sagas.errors"),
      environment: ["TONGBAN_BENCH_PEER_URL": try place.makePeerDatabase()])
    guard peer.isReady else { return leave("cannot do it: \(peer.lastWords)") }
    defer { peer.end() }
    var seconds: [Double] = []
    for _ in 0..<rounds {
      guard let round = peer.work() else { return leave("it ended in the middle") }
      seconds.append(round)
    }
    let rate = Double(cases * SagaWorkers.steps) / median(seconds)
    return Row(
      name: "dbos", stepsPerSecond: rate, ours: ours.stepsPerSecondWithSubmitting / rate,
      remark: "\(cases) workflows a round")
  }

  static func text(_ row: Row) -> String {
    guard let rate = row.stepsPerSecond, let ours = row.ours else {
      return "dbos: \(row.remark)"
    }
    return String(
      format: "dbos: %.0f steps/s with starting (%@); ours with submitting is %.1f times that",
      rate,
      row.remark, ours)
  }
}
