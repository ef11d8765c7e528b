import Events

/// The time of one case or step, as it counts. A value; nothing in it depends on when it is looked at.
package struct Clock: Sendable, Equatable {
  package let limits: Limits
  package let started: Instant
  /// When it was stopped still and when it went on, in turns; an odd number means that it stands still now.
  package var turns: [Instant]
  package var stopped: Instant?
  /// Days by which both limits were extended with approval (行政许可法 42).
  package var extended: Int
  package var issued: Set<Card>

  package init(
    limits: Limits, started: Instant, turns: [Instant] = [], stopped: Instant? = nil,
    extended: Int = 0, issued: Set<Card> = []
  ) {
    self.limits = limits
    self.started = started
    self.turns = turns
    self.stopped = stopped
    self.extended = extended
    self.issued = issued
  }

  /// Looks at the clock: which card is due now, and when to look again.
  ///
  /// Of several cards that have become due since the last look only the gravest is issued; the others count as issued.
  package mutating func look(at now: Instant, _ calendar: WorkCalendar) -> (
    card: Card?, next: Instant?
  ) {
    let moment = min(now, stopped ?? now)
    let marks = self.marks(calendar)
    let due = marks.filter { $0.at <= moment && !issued.contains($0.card) }.map(\.card)
    // What a graver card covers is not issued behind it.
    issued.formUnion(due)
    let gravest = due.max().flatMap { card in
      issued.subtracting(due).contains { $0 > card } ? nil : card
    }
    guard stopped == nil else { return (gravest, nil) }
    let next = marks.filter { $0.at > now && !issued.contains($0.card) }.map(\.at).min()
    return (gravest, next)
  }

  /// When the promised time is over; nil while the clock stands still before that.
  package func deadline(_ calendar: WorkCalendar) -> Instant? {
    end(of: limits.promised, 1, calendar)
  }

  /// Whether the deadline lies in a year whose holidays are not known yet.
  package func isProvisional(_ calendar: WorkCalendar) -> Bool {
    guard case .workingDays = limits.promised, let deadline = deadline(calendar) else {
      return false
    }
    return WorkCalendar.day(of: deadline) - 1 > calendar.lastKnownDay
  }

  /// How much of the promised time has passed; above 1 it is over.
  package func used(at now: Instant, _ calendar: WorkCalendar) -> Double {
    let moment = min(now, stopped ?? now)
    switch limits.promised {
    case .seconds(let seconds):
      return elapsed(until: moment) / (seconds + Double(extended) * 86_400)
    case .workingDays(let count), .calendarDays(let count):
      let last = WorkCalendar.day(of: moment)
      let first = WorkCalendar.day(of: started)
      guard last > first else { return 0 }
      let days = (first + 1...last).lazy.filter { counts($0, calendar) }.count
      return Double(days) / Double(count + extended)
    }
  }

  // MARK: Marks

  private func marks(_ calendar: WorkCalendar) -> [(card: Card, at: Instant)] {
    var marks: [(card: Card, at: Instant)] = []
    func mark(_ card: Card, _ moment: Instant?) {
      if let moment { marks.append((card, moment)) }
    }
    mark(.red, end(of: limits.promised, 1, calendar))
    if let statutory = limits.statutory { mark(.breach, end(of: statutory, 1, calendar)) }
    switch limits.promised {
    case .seconds:
      mark(.warning, end(of: limits.promised, 1 - limits.warning, calendar))
      mark(.yellow, end(of: limits.promised, 0.9, calendar))
    case .workingDays(let count), .calendarDays(let count):
      let whole = count + extended
      let left = max(1, Int((Double(whole) * limits.warning).rounded(.up)))
      mark(.warning, beginning(ofDay: whole - left + 1, calendar))
      mark(.yellow, beginning(ofDay: whole, calendar))
    }
    return marks
  }

  /// - Parameter share: how much of the span, for plain time.
  private func end(of span: Limits.Span, _ share: Double, _ calendar: WorkCalendar) -> Instant? {
    switch span {
    case .workingDays(let count): return end(ofDay: count + extended, calendar, isWorked: true)
    case .calendarDays(let count): return end(ofDay: count + extended, calendar, isWorked: false)
    case .seconds(let seconds):
      let still = stride(from: 0, to: turns.count - 1, by: 2).reduce(Int64(0)) {
        $0 + turns[$1 + 1].microseconds - turns[$1].microseconds
      }
      let moment = started.adding(
        seconds: seconds * share + Double(extended) * 86_400 + Double(still) / 1_000_000)
      return isReached(moment) ? moment : nil
    }
  }

  /// When it was stopped still, if it stands still now.
  private var stillSince: Instant? { turns.count.isMultiple(of: 2) ? nil : turns.last }

  /// While a clock stands still it reaches nothing; what it had reached before stays reached.
  private func isReached(_ moment: Instant) -> Bool { stillSince.map { moment <= $0 } ?? true }

  /// The midnight with which the so-manieth day that counts begins.
  private func beginning(ofDay count: Int, _ calendar: WorkCalendar) -> Instant? {
    let isWorked = if case .workingDays = limits.promised { true } else { false }
    return end(ofDay: count, calendar, isWorked: isWorked).map {
      WorkCalendar.end(of: WorkCalendar.day(of: $0) - 2)
    }
  }

  /// The end of the so-manieth day that counts; the day of the beginning does not.
  private func end(ofDay count: Int, _ calendar: WorkCalendar, isWorked: Bool) -> Instant? {
    var (day, left) = (WorkCalendar.day(of: started), count)
    while left > 0 {
      day += 1
      guard isReached(WorkCalendar.end(of: day)) else { return nil }
      if (!isWorked || calendar.isWorkingDay(day)) && !standsStill(atEndOf: day) { left -= 1 }
    }
    return WorkCalendar.end(of: day)
  }

  private func counts(_ day: Int, _ calendar: WorkCalendar) -> Bool {
    if case .workingDays = limits.promised, !calendar.isWorkingDay(day) { return false }
    return !standsStill(atEndOf: day)
  }

  /// A day counts unless the clock stands still when it ends.
  private func standsStill(atEndOf day: Int) -> Bool {
    let midnight = WorkCalendar.end(of: day)
    return !(turns.prefix { $0 < midnight }.count).isMultiple(of: 2)
  }

  private func elapsed(until moment: Instant) -> Double {
    var (from, microseconds) = (started, Int64(0))
    for (index, turn) in turns.enumerated() where turn < moment {
      if index.isMultiple(of: 2) { microseconds += turn.microseconds - from.microseconds }
      from = turn
    }
    if turns.prefix(while: { $0 < moment }).count.isMultiple(of: 2) {
      microseconds += moment.microseconds - from.microseconds
    }
    return Double(microseconds) / 1_000_000
  }
}
