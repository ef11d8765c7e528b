import BaseLibrary
import Cryptography
import Events
import Foundation
import Mapping
import Records
import SampleCity
import Storage
import Topology

/// What a batch costs the base library with few persons in it and with many, in one run: reading the standard records,
/// loading, merging and writing, without the broker. The same batch of changes of chance persons each time.
struct LibraryBench {
  private let place: BenchPlace
  private let database: Database
  private let rules: Rules
  private let batch: Int
  private let rounds: Int
  /// Of the act that comes next: each is newer than those before it.
  private var version = 0

  static func run(_ arguments: inout Arguments) throws -> ExitCode {
    let most = try arguments.number("--persons", default: 1_000_000, in: 1_000...100_000_000)
    let batch = try arguments.number("--batch", default: 500, in: 1...10_000)
    let rounds = try arguments.number("--rounds", default: 100, in: 3...10_000)
    let json = arguments.flag("--json")
    try arguments.end()
    let settings = try Settings.loadOrStart()
    let place = try BenchPlace(settings)
    defer { place.remove() }
    let topology = try Topology.load(folder: settings.home.appending(path: "topology").path)
    let rules = try Rules.load(home: settings.home, departments: topology.departments)
    var bench = LibraryBench(place: place, rules: rules, batch: batch, rounds: rounds)
    defer { bench.database.close() }
    var rows: [LibraryRow] = []
    var filled = 0
    for persons in Set([min(10_000, most), most]).sorted() {
      try bench.fill(filled..<persons)
      filled = persons
      rows.append(try bench.measure(persons, beside: rows.first))
    }
    if json {
      for row in rows { try printJSON(row) }
    } else {
      print(LibraryRow.table(rows))
    }
    return .done
  }

  private init(place: BenchPlace, rules: Rules, batch: Int, rounds: Int) {
    self.place = place
    self.rules = rules
    self.batch = batch
    self.rounds = rounds
    database = Database(place.endpoints.database, name: "tongban bench library")
  }

  /// Enters each person once, by the way that all go, then lets the server take stock, as it does by itself
  /// in quiet hours.
  private mutating func fill(_ persons: Range<Int>) throws {
    for first in stride(from: persons.lowerBound, to: persons.upperBound, by: 5_000) {
      let last = min(first + 5_000, persons.upperBound)
      _ = try pass(Array(first..<last))
      if Terminal.isInteractive {
        FileHandle.standardError.write(Data("\r\u{1B}[2K  \(last) persons".utf8))
      }
    }
    if Terminal.isInteractive { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) }
    try database.script("vacuum analyze")
    try database.script("checkpoint")
  }

  private mutating func measure(_ persons: Int, beside first: LibraryRow?) throws -> LibraryRow {
    var random = SeededRandom(seed: 7)
    var costs: [Cost] = []
    for round in 0..<rounds + 5 {
      let chosen = (0..<batch).map { _ in Int.random(in: 0..<persons, using: &random) }
      let cost = try pass(chosen)
      // The first ones prepare their statements.
      if round >= 5 { costs.append(cost) }
    }
    return LibraryRow(
      persons: persons, batch: batch, costs: costs, beside: first,
      bytes: try database.query("select pg_total_relation_size('library_entity')")[0].int(0))
  }

  /// One batch: each person changes address.
  private mutating func pass(_ persons: [Int]) throws -> Cost {
    version += 1
    let bodies = try persons.enumerated().map { index, person in
      try Tree(json: record(of: person, version: "\(version)\(padded(index, 5))"))
    }
    let clock = ContinuousClock()
    let start = clock.now
    var reader = StatementReader(rules: rules)
    let key = LibraryKeys()
    let statements = zip(persons, bodies).compactMap { person, body in
      let event = key.key(of: Identifier(kind: "\(version)", number: "\(person)"), kind: "bench")
      return reader.statement(
        body,
        .init(
          event: event, source: "public-security", schema: "std.person.v1", change: .updated,
          number: "\(version)-\(person)", reverses: "", isMarked: false,
          arrivedAt: Instant(microseconds: 1_795_478_400_000_000), content: event,
          audience: ["tax", "social-security"]))
    }
    var asked: Set<Key128> = []
    let keys = statements.flatMap(\.keys).filter { asked.insert($0).inserted }
    let read = clock.now
    let loaded = try LibraryStore.load(keys, from: database)
    let there = clock.now
    var library = LibraryBatch(Merge(rules: rules), loaded)
    for statement in statements { _ = library.take(statement) }
    let writing = library.writing.map { [$0] } ?? []
    let merged = clock.now
    try database.pipeline(writing, begin: true, commit: true)
    let end = clock.now
    return Cost(
      load: (there - read) / .seconds(1), work: (read - start + (merged - there)) / .seconds(1),
      write: (end - merged) / .seconds(1))
  }

  private func record(of person: Int, version: String) -> String {
    """
    {"identifiers":[{"kind":"resident-id","number":"\(padded(person, 18))"}],"name":"王小宁\(person % 100)",\
    "sex":"1","ethnicity":"01","birthDate":"1990-03-07","status":"alive","address":{"division":"330106",\
    "text":"杭州市西湖区文三路\(version)号3幢402室"},"household":{"number":"330103001","relation":"01"},\
    "record":{"id":"\(padded(person, 12))","version":"\(version)"},"changedAt":"2026-11-02T09:00:00+08:00"}
    """
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// Seconds that one batch took.
struct Cost {
  let load, work, write: Double

  var all: Double { load + work + write }
}

/// One row of the result: medians over the rounds.
struct LibraryRow: Encodable {
  let persons: Int
  let updatesPerSecond: Double
  /// Of the row with few persons.
  let ratio: Double
  let loadMilliseconds, workMilliseconds, writeMilliseconds: Double
  let bytes: Int64

  init(persons: Int, batch: Int, costs: [Cost], beside first: LibraryRow?, bytes: Int64) {
    self.persons = persons
    let rate = Double(batch) / median(costs.map(\.all))
    updatesPerSecond = rate
    ratio = first.map { rate / $0.updatesPerSecond } ?? 1
    loadMilliseconds = median(costs.map(\.load)) * 1000
    workMilliseconds = median(costs.map(\.work)) * 1000
    writeMilliseconds = median(costs.map(\.write)) * 1000
    self.bytes = bytes
  }

  static func table(_ rows: [LibraryRow]) -> String {
    var table = Table([
      ("PERSONS", .right), ("UPDATES/S", .right), ("× FEW", .right), ("LOAD MS", .right),
      ("MERGE MS", .right), ("WRITE MS", .right), ("TABLE MB", .right),
    ])
    for row in rows {
      table.add([
        String(row.persons), String(format: "%.0f", row.updatesPerSecond),
        String(format: "%.2f", row.ratio), String(format: "%.1f", row.loadMilliseconds),
        String(format: "%.1f", row.workMilliseconds),
        String(format: "%.1f", row.writeMilliseconds), String(row.bytes >> 20),
      ])
    }
    return table.text
  }
}
