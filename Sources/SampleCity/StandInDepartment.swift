import Cryptography
import Foundation
import Lanes
import Messaging

/// Stands in for the case system of one department: takes the tasks of `tasks.<department>` and
/// answers each on `gov.results`, as the task's own key decides: the same task, the same answer.
package struct StandInDepartment: Sendable {
  /// What the stand-in does with a task.
  package enum Answer: Sendable {
    case accept
    /// With the department's own code, by which a flow may wait for a change elsewhere.
    case refuse(reason: String, code: String? = nil)
    /// The applicant must bring more.
    case needSupplement(reason: String)
    /// As a system that is down: no answer at all.
    case silence
  }

  /// A task as it arrives.
  package struct Task: Decodable, Sendable {
    package let `case`: String
    package let flow: String
    package let step: String
    package let attempt: Int
    package let task: String
    package let kind: String
    package let key: String
    package let input: Input

    /// What of the input the stand-ins look at.
    package struct Input: Decodable, Sendable {
      /// The enterprise's name.
      package let name: String?
    }
  }

  private let department: String
  private let broker: BrokerURI
  private let surroundings: Surroundings
  private let decide: @Sendable (Task) -> Answer

  package init(
    _ department: String, broker: BrokerURI, surroundings: Surroundings,
    decide: @escaping @Sendable (Task) -> Answer
  ) {
    self.department = department
    self.broker = broker
    self.surroundings = surroundings
    self.decide = decide
  }

  /// Works until the wish to stop.
  package func run() {
    let name = "stand-in \(department)"
    let log = surroundings.log.named(name)
    let consumer = Consumer(
      broker, queue: "tasks.\(department)", prefetch: 200, name: name, log: { log.info($0) })
    let publisher = Publisher(broker, name: name, log: { log.info($0) })
    defer {
      consumer.close()
      publisher.close()
    }
    while !surroundings.stop.isSet {
      do {
        let deliveries = try consumer.take(max: 200, wait: 0.1)
        guard let last = deliveries.last else {
          publisher.serve()
          continue
        }
        let answers = deliveries.compactMap { answer(to: $0.message) }
        let isDone = surroundings.persist("answering", log: log) {
          _ = try publisher.publish(answers, confirmWithin: 10, deadline: 60)
        }
        guard isDone else { return }
        consumer.acknowledge(through: last.tag)
      } catch {
        log.warning("\(error)")
        surroundings.stop.wait(seconds: 0.5)
      }
    }
  }

  private struct Result: Encodable {
    let `case`: String
    let step: String
    let attempt: Int
    var outcome: String
    var data: [String: String]
    var reason: String?
    var code: String?
  }

  private func answer(to message: Message) -> Message? {
    guard let task = try? JSONDecoder().decode(Task.self, from: Data(message.body)) else {
      return nil
    }
    var result = Result(
      case: task.case, step: task.step, attempt: task.attempt, outcome: "accepted", data: [:])
    switch decide(task) {
    case .accept: result.data = Self.papers(of: task)
    case .refuse(let reason, let code):
      (result.outcome, result.reason, result.code) = ("refused", reason, code)
    case .needSupplement(let reason):
      (result.outcome, result.reason) = ("needs-supplement", reason)
    case .silence: return nil
    }
    guard let body = try? JSONEncoder().encode(result) else { return nil }
    var answer = message
    answer.exchange = "gov.results"
    answer.routingKey = "\(department).\(task.task)"
    answer.body = Array(body)
    let id = Hasher128().key("result", message.properties.messageID ?? "").hex
    answer.properties.messageID = id
    answer.headers = message.headers.compactMap { field in
      switch field.name {
      case "cloudEvents_id": Field(field.name, .text(id))
      case "cloudEvents_source": Field(field.name, .text("urn:tongban:stand-in:\(department)"))
      case "cloudEvents_type": Field(field.name, .text("\(department).\(task.task).result"))
      default: field.name.hasPrefix("x-") ? nil : field
      }
    }
    return answer
  }

  /// The numbers under which the department did it: from the task's key, so that a repeat gives the same.
  private static func papers(of task: Task) -> [String: String] {
    let digits = Hasher128().key(task.key).bytes.map { String($0 % 10) }.joined()
    var papers = ["number": "\(task.task)-\(digits.prefix(13))"]
    if task.task == "register-enterprise" {
      papers["uscc"] = SampleCity().enterprise(Int(digits.prefix(8)) ?? 0).creditCode
    }
    return papers
  }
}
