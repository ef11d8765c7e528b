import Lanes
import Mapping
import Testing

@testable import Routing

/// Lookups of the core stage: asked once a batch, tried again with the batch when the library is away.
@Suite struct LookupStageTests {
  /// A library that counts its calls.
  private final class Library: LookupSource {
    var calls: [[LookupQuestion]] = []
    var isAway = false
    let names: [String: String]

    init(_ names: [String: String]) { self.names = names }

    struct Away: Error {}

    func answer(_ questions: [LookupQuestion]) throws -> [LookupAnswer] {
      calls.append(questions)
      if isAway { throw Away() }
      return questions.compactMap { question in
        names[question.key].map { LookupAnswer(question, value: $0) }
      }
    }
  }

  private func home(_ rule: String, library: String? = nil) throws -> ScratchHome {
    try ScratchHome(
      format: "{kind: 'json', lines: true}", event: "mapping: 'm'",
      mappings: ["m": ScratchHome.mapping("{id: 'id', name: \(rule)}")], library: library)
  }

  private static let rule = "{lookup: 'person', by: 'id', field: 'name', required: true}"

  @Test("all questions of a batch are asked in one call, each once, and the messages then go on")
  func once() throws {
    let home = try home(Self.rule)
    let library = Library(["resident-id:a": "甲", "resident-id:b": "乙"])
    var (stage, batch) = (
      try home.stage(library),
      home.batch([#"{"id":"a"}"#, #"{"id":"b"}"# + "\n" + #"{"id":"a"}"#, #"{"id":"c"}"#, "{"])
    )
    stage.work(&batch)
    #expect(library.calls.isEmpty, "work does no I/O")
    try stage.settle(&batch)
    #expect(library.calls.count == 1 && library.calls[0].count == 3)
    #expect(
      batch.items.map { $0.verdict.messages.map(text) } == [
        [#"{"id":"a","name":"甲"}"#], [#"{"id":"b","name":"乙"}"#, #"{"id":"a","name":"甲"}"#], [],
        [],
      ])
    #expect(batch.items.map { $0.verdict.letter?.code } == [nil, nil, "MISSING_FIELD", "NOT_JSON"])
  }

  @Test("what is known of one batch is not taken for known in the next")
  func fresh() throws {
    let home = try home(Self.rule)
    let library = Library(["resident-id:a": "甲"])
    var stage = try home.stage(library)
    for _ in 0..<2 {
      var batch = home.batch([#"{"id":"a"}"#])
      stage.work(&batch)
      try stage.settle(&batch)
      #expect(batch.items[0].verdict.messages.count == 1)
    }
    #expect(library.calls.count == 2)
  }

  @Test("duplicates ask nothing, and a batch without questions calls nobody")
  func nothing() throws {
    let home = try home("{first: ['n', \(Self.rule)]}")
    let library = Library([:])
    var (stage, batch) = (
      try home.stage(library), home.batch([#"{"id":"a"}"#, #"{"id":"b","n":"x"}"#])
    )
    stage.work(&batch)
    batch.items[0].verdict = .duplicate
    try stage.settle(&batch)
    #expect(library.calls.isEmpty)
    #expect(batch.items[1].verdict.messages.count == 1)
  }

  @Test(
    "a library that is away is trouble of the batch: it throws, and the same batch goes on later")
  func away() throws {
    let home = try home(Self.rule)
    let library = Library(["resident-id:a": "甲"])
    var (stage, batch) = (try home.stage(library), home.batch([#"{"id":"a"}"#]))
    stage.work(&batch)
    let worked = batch
    library.isAway = true
    for _ in 0..<3 {
      batch = worked
      #expect(throws: Library.Away.self) { try stage.settle(&batch) }
      guard case .undecided = batch.items[0].verdict else {
        Issue.record("trouble must decide nothing")
        return
      }
    }
    // Another batch may have been worked on in the meantime.
    var other = home.batch([#"{"id":"z"}"#])
    stage.work(&other)
    library.isAway = false
    batch = worked
    try stage.settle(&batch)
    #expect(batch.items[0].verdict.messages.map(text) == [#"{"id":"a","name":"甲"}"#])
  }

  @Test("lookups by what was looked up take a round each, and rounds have an end")
  func rounds() throws {
    func nested(_ depth: Int) -> String {
      depth == 0 ? "'id'" : "{lookup: 'person', by: \(nested(depth - 1)), field: 'name'}"
    }
    let library = Library([
      "resident-id:a": "b", "resident-id:b": "c", "resident-id:c": "d", "resident-id:d": "e",
      "resident-id:e": "f",
    ])
    for (depth, code) in [(4, nil), (5, "TOO_MANY_LOOKUPS")] as [(Int, String?)] {
      let home = try home(nested(depth))
      for isRepeated in [false, true] {
        var (stage, batch) = (try home.stage(library), home.batch([#"{"id":"a"}"#]))
        if !isRepeated { stage.work(&batch) }
        // A batch that is tried again comes undecided and without its questions.
        try stage.settle(&batch)
        #expect(batch.items[0].verdict.letter?.code == code, "depth \(depth)")
      }
    }
  }

  @Test("without a library nothing is known, and the mapping says what then")
  func none() throws {
    for (rule, code) in [
      (Self.rule, "MISSING_FIELD"),
      ("{first: [\(Self.rule.replacing("required: true", with: "default: 'x'"))]}", nil),
    ]
      as [(String, String?)]
    {
      let verdict = try home(rule).work(#"{"id":"a"}"#)
      #expect(verdict.letter?.code == code)
    }
  }

  @Test("a rehearsal takes the samples' own library")
  func samples() throws {
    let library = "{person: {'resident-id:a': {name: '甲'}}}"
    let rehearsal = try home(Self.rule, library: library).rehearse(
      #"{"id":"a"}"# + "\n" + #"{"id":"b"}"#)
    #expect(rehearsal.events.count == 1 && rehearsal.events[0].contains("甲"))
    #expect(rehearsal.deadLetters.count == 1)
    #expect {
      try home(Self.rule, library: "{persn: {}}").adapters()
    } throws: { "\($0)".contains("did you mean \"person\"?") }
  }

  @Test("a delivery may not look up what the department may not be entitled to")
  func delivery() throws {
    let home = try ScratchHome(
      format: "{kind: 'json'}", event: "mapping: 'm'",
      mappings: [
        "m": ScratchHome.mapping("{id: 'id'}"),
        "d":
          "{from: 'std.tenant.v1', to: 'x', fields: {a: {lookup: 'person', by: 'id', field: 'name'}}}",
      ], more: ", deliveries: {'std.tenant.v1': {format: {kind: 'json'}, mapping: 'd'}}")
    #expect { try home.adapters() } throws: { "\($0)".contains("no \"lookup\"") }
  }
}
