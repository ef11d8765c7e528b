import Events
import Lanes
import Storage

/// Enters the notices of the queue `notices` into the table, in the transaction of their batch, once by their keys.
package struct NoticeStage: Stage {
  package let name = "notices"
  /// Notices come from the hub itself, whichever department's event caused them.
  static let source = "hub"

  private let rules: NoticeRules

  package init(rules: NoticeRules) {
    self.rules = rules
  }

  package mutating func work(_ batch: inout Batch) {
    for index in batch.items.indices {
      batch.items[index].source = NoticeStage.source
      guard case .undecided = batch.items[index].verdict else { continue }
      do {
        _ = try read(batch.items[index])
        // It leaves over a channel and not over the broker.
        batch.items[index].verdict = .outputs([])
      } catch {
        batch.items[index].verdict = .dead(error.letter(stage: name))
      }
    }
  }

  package mutating func prepare(_ batch: inout Batch, in database: Database, at now: Instant) throws
  {
    for index in batch.items.indices {
      guard case .outputs = batch.items[index].verdict else { continue }
      let (notice, content) = try read(batch.items[index])
      let entry = try NoticeTable.enter(
        notice, content, from: batch.items[index],
        expiresAt: now.adding(seconds: rules.retry.expiresAfter), at: now, in: database)
      switch entry {
      case .new: break
      case .known: batch.items[index].verdict = .duplicate
      case .clash:
        let fault = NoticeFault(
          .keyReused, "body: key", "a new key: this one came before with another content")
        batch.items[index].verdict = .dead(fault.letter(stage: name))
      }
    }
  }

  /// The notice with all that it says; whatever is wrong with it shows here and not when it is to be sent.
  private func read(
    _ item: Batch.Item
  ) throws(NoticeFault) -> (notice: Notice, content: (subject: String, text: String)) {
    let notice = try Notice.read(item.delivery.message)
    let content = try rules.content(of: notice)
    try rules.check(notice)
    return (notice, content)
  }
}
