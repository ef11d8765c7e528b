import Standards

/// Addresses.
extension Run {
  /// Puts the division in hand that an address begins with.
  mutating func locate(_ number: Int32) {
    let locate = program.values.locates[Int(number)]
    let step = locate.step
    switch locate.names.find(value.text, within: step.within, level: step.level) {
    case .found(let code):
      let room = scratch.take(6)
      var rest = code
      for index in (0..<6).reversed() {
        room[index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      value.kind = .string
      take(room, 6)
    case .unknown:
      settle(
        .unknownRegion, step.unknown,
        "an address that begins with the names of its divisions, down to its \(step.level.rawValue)"
      )
    case .ambiguous:
      settle(
        .ambiguousRegion, step.ambiguous,
        "an address whose names fit one division; of several, the rule says within: which is meant")
    }
  }

  private mutating func settle(
    _ code: MappingFault.Code, _ policy: LocateStep.Policy, _ expectation: String
  ) {
    switch policy {
    case .refuse: refuse(code, expectation)
    case .absent:
      warn(code, expectation)
      value.state = .absent
    }
  }
}
