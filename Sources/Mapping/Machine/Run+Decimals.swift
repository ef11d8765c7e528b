/// Numbers and money, exactly as they were written.
extension Run {
  mutating func readDecimal(_ number: Int32) {
    let step = program.values.decimals[Int(number)]
    if value.text.contains(where: { $0 == 0xEF || $0 == 0xE3 }) { halveWidth() }
    guard value.state == .there, value.text.count <= Limits.numberBytes else {
      return refuseNumber()
    }
    let room = scratch.take(value.text.count + NumberText.spare)
    let read: NumberText? =
      switch value.kind {
      case .true, .false: nil
      default: NumberText(value.text, point: step.point, grouping: step.grouping, room: room)
      }
    guard var read, step.implied == nil || !read.hasPoint else { return refuseNumber() }
    read.decimals += (step.implied ?? 0) + step.into.shift - (read.unit ?? step.unit.shift)
    write(read, step)
  }

  private mutating func refuseNumber() {
    refuse(
      .notANumber,
      "a number such as 1,200.50, (1,200.50), ￥12.5万 or 壹仟贰佰元整, written as the rule says")
  }

  private mutating func write(_ read: NumberText, _ step: DecimalStep) {
    var digits = DecimalDigits(read)
    if let scale = step.scale, !digits.setScale(scale, step.rounding) {
      return refuse(
        .malformedValue, "a number of at most \(scale) decimals; or the rule says rounding")
    }
    let writing = step.writing ?? DecimalStep.Writing()
    if let most = writing.digits, digits.width(writing) > most {
      return refuse(.malformedValue, "a number of at most \(most) digits")
    }
    let room = scratch.take(digits.width(writing) * 2 + (writing.digits ?? 0) + 3)
    value.kind = step.writing == nil ? .number : .string
    take(room, digits.write(writing, into: room))
  }
}
