import Adapters
import Events
import Lanes
import Mapping
import Messaging
import Standards
import Storage

/// gov.intake → gov.standard: recognise the adapter → parse → map and validate → check → serialise → route.
///
/// Around it the lane de-duplicates, publishes confirmed, records and acknowledges. It holds one
/// workbench for each department and event, whose memory is reused from record to record.
///
/// A message whose mapping looks something up in the base library is left undecided at first; when the lane has told
/// duplicates apart, all questions of the batch are asked at once and those messages worked on again. If the library
/// cannot be asked, that is trouble as with the database: the lane keeps the batch and tries again.
package struct CoreStage: Stage {
  package let name = "core"
  package let mayOverlap = true
  private let shelf: Shelf<AdapterSet>
  private var adapters: AdapterSet
  private var version: Int
  /// What a routing key leads to; the same few keys come again and again.
  private var posts: [String: Post] = [:]
  private var events = StandardEvents()
  private let library: (any LookupSource)?
  /// What all workbenches know of it: nothing, but while the questions of a batch are settled.
  private var answers: LookupAnswers
  /// What the undecided messages of the batch in hand ask.
  private var questions: Set<LookupQuestion> = []
  /// Tells dates that lie in the future.
  private let today: @Sendable () -> CivilDate?
  /// A sender of ever new keys must not fill the memory.
  private static let rememberedKeys = 10_000
  /// How often a message may ask again with what it was answered: a lookup by a lookup takes two.
  private static let rounds = 4
  /// Questions of one call of the library.
  private static let questionsAtOnce = 10_000

  /// - Parameters:
  ///   - library: answers lookups; without it nothing is known there, and each mapping says what it then does.
  ///   - now: the clock; of it only the day in China is used.
  package init(
    _ shelf: Shelf<AdapterSet>, library: (any LookupSource)? = nil,
    now: @escaping @Sendable () -> Instant
  ) {
    self.shelf = shelf
    self.library = library
    answers = library == nil ? LookupAnswers(complete: []) : LookupAnswers()
    today = {
      CivilDate(daysSince1970: Int((now().microseconds + 8 * 3_600_000_000) / 86_400_000_000))
    }
    (adapters, version) = shelf.current
  }

  package mutating func work(_ batch: inout Batch) {
    takeChangedAdapters()
    if !questions.isEmpty { questions = [] }
    let today = today()
    for index in batch.items.indices {
      let post = post(for: batch.items[index].delivery.message.routingKey)
      batch.items[index].source = post.department
      guard case .undecided = batch.items[index].verdict else { continue }
      batch.items[index].verdict = work(on: batch.items[index], at: post, today: today)
    }
  }

  private mutating func work(
    on item: Batch.Item, at post: Post, today: CivilDate?
  ) -> Batch.Verdict {
    switch post.destination {
    case .workbench(_, let source) where item.event.source != source:
      .dead(
        DeadLetter(
          stage: "core.recognise", code: "SOURCE_MISMATCH",
          place: "header \(Event.headerPrefix)source",
          expectation: "the adapter's source, \(source)"))
    case .workbench(let workbench, let source):
      work(on: item, at: workbench, source: source, region: post.region, today: today)
    case .nowhere(let letter): .dead(letter)
    }
  }

  /// Every record of the body becomes a standard event or a fault; undecided if some of them ask first.
  private mutating func work(
    on item: Batch.Item, at workbench: Workbench, source: String, region: String,
    today: CivilDate?
  ) -> Batch.Verdict {
    var outputs: [Message] = []
    var faults = Faults(of: "records")
    let message = item.delivery.message
    workbench.work(on: message.body, contentType: message.properties.contentType, today: today) {
      outputs.append(events.message($0, of: item, source: source, region: region))
    } fault: { letter, number in
      faults.add(letter, number.description)
    }
    guard workbench.questions.isEmpty else {
      questions.formUnion(workbench.questions)
      return .undecided
    }
    return faults.told.map { .dead($0, outputs: outputs) } ?? .outputs(outputs)
  }

  private mutating func takeChangedAdapters() {
    guard shelf.version != version else { return }
    (adapters, version) = shelf.current
    posts.removeAll()
  }

  private mutating func post(for routingKey: String) -> Post {
    if let known = posts[routingKey] { return known }
    if posts.count >= Self.rememberedKeys { posts.removeAll() }
    let post = Post(routingKey: routingKey, in: adapters) { adapter, intake in
      // One workbench for all regions of an event.
      for case .workbench(let workbench, _) in posts.values.map(\.destination)
      where workbench.serves(adapter.department, intake.event) { return workbench }
      let workbench = Workbench(adapter, intake, reference: adapters.reference)
      workbench.answers = answers
      return workbench
    }
    posts[routingKey] = post
    return post
  }
}

// MARK: lookups

extension CoreStage {
  /// Answers what the batch asks and decides the messages that wait for it.
  package mutating func prepare(
    _ batch: inout Batch, in database: Database, at now: Instant
  ) throws {
    try settle(&batch)
  }

  mutating func settle(_ batch: inout Batch) throws {
    guard let library else { return }
    var waiting = undecided(of: batch)
    guard !waiting.isEmpty else { return }
    defer { know(LookupAnswers()) }
    // A batch that is tried again has come without its questions.
    if questions.isEmpty { workAgain(waiting, of: &batch) }
    for _ in 0..<Self.rounds {
      know(try answered(by: library))
      workAgain(waiting, of: &batch)
      waiting = undecided(of: batch)
      if waiting.isEmpty { return }
    }
    for index in waiting {
      batch.items[index].verdict = .dead(
        DeadLetter(
          stage: "core.map", code: "TOO_MANY_LOOKUPS", place: "message",
          expectation: "lookups whose keys are known after \(Self.rounds) rounds of answers"))
    }
  }

  private func undecided(of batch: Batch) -> [Int] {
    batch.items.indices.filter {
      if case .undecided = batch.items[$0].verdict { return true }
      return false
    }
  }

  /// Asks all that is open at once; nothing where the batch has come without its questions.
  private mutating func answered(by library: any LookupSource) throws -> LookupAnswers {
    var answers = answers
    let open = Array(questions)
    for start in stride(from: 0, to: open.count, by: Self.questionsAtOnce) {
      let some = Array(open[start..<min(start + Self.questionsAtOnce, open.count)])
      answers.add(some.map { LookupAnswer($0, value: nil) })
      answers.add(try library.answer(some))
    }
    questions = []
    return answers
  }

  private mutating func know(_ answers: LookupAnswers) {
    self.answers = answers
    for case .workbench(let workbench, _) in posts.values.map(\.destination) {
      workbench.answers = answers
    }
  }

  private mutating func workAgain(_ indices: [Int], of batch: inout Batch) {
    let today = today()
    for index in indices {
      let post = post(for: batch.items[index].delivery.message.routingKey)
      batch.items[index].verdict = work(on: batch.items[index], at: post, today: today)
    }
  }
}

/// What a routing key `<department>.<event>.<region>` leads to.
struct Post {
  enum Destination {
    case workbench(Workbench, source: String)
    case nowhere(DeadLetter)
  }

  /// In the ledger: the department's code, or `unknown`, so that no sender can invent rows.
  var department = "unknown"
  var region = ""
  var destination: Destination

  init(
    routingKey: String, in adapters: AdapterSet,
    workbench: (Adapter, Adapter.Intake) -> Workbench
  ) {
    func nowhere(_ code: String, _ expectation: String) -> Destination {
      .nowhere(
        DeadLetter(
          stage: "core.recognise", code: code, place: "routing key \(routingKey)",
          expectation: expectation))
    }
    let words = routingKey.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 3, !words.contains("") else {
      destination = nowhere("MALFORMED_ROUTING_KEY", "<department>.<event>.<region>")
      return
    }
    guard let adapter = adapters.adapters[words[0]] else {
      let known = adapters.adapters.keys.sorted().joined(separator: ", ")
      destination = nowhere("UNKNOWN_DEPARTMENT", "a department with an adapter: \(known)")
      return
    }
    department = adapter.department
    region = words[2]
    guard let intake = adapter.intakes[words[1]] else {
      let known = adapter.intakes.keys.sorted().joined(separator: ", ")
      destination = nowhere("UNKNOWN_EVENT", "an event of \(words[0]): \(known)")
      return
    }
    destination = .workbench(workbench(adapter, intake), source: adapter.source)
  }
}
