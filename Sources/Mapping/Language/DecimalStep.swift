import Configuration

/// `decimal`: a number or a sum of money, read exactly as it is written, in one of the ways in which
/// departments write them, and handed on as a number or in another way of writing.
struct DecimalStep: Sendable, Equatable {
  enum Rounding: String, Sendable, CaseIterable {
    /// Digits that would be lost are a fault.
    case refuse
    case halfEven = "half-even"
    case halfUp = "half-up"
    /// Towards zero.
    case down
  }

  /// How it is written where it does not become a number of JSON.
  struct Writing: Sendable, Equatable {
    enum Sign: String, Sendable, CaseIterable {
      case leading, trailing, parentheses
    }
    /// 0 for none: the decimals are implied.
    var point: UInt8 = 0x2E
    /// 0 for none.
    var grouping: UInt8 = 0
    /// So many digits at least, with zeros before, and no more.
    var digits: Int?
    var sign = Sign.leading
  }

  var point: UInt8 = 0x2E
  /// 0 for none.
  var grouping: UInt8 = 0x2C
  /// How many decimals a text without a point has.
  var implied: Int?
  /// What a number counts that names no unit, and what the result counts, as powers of ten.
  var unit = DecimalUnit.one
  var into = DecimalUnit.one
  /// The decimals that the result has; those that are written if nil.
  var scale: Int?
  var rounding = Rounding.refuse
  var writing: Writing?

  static let scales = 0...30
}

/// `万`, `亿元`, `分`, `%`: what a number counts.
struct DecimalUnit: Sendable, Equatable {
  var name: String
  /// As a power of ten.
  var shift: Int

  static let one = DecimalUnit(name: "元", shift: 0)
}

extension DefinitionReader {
  func decimal(_ node: ConfigurationNode) throws(ConfigurationError) -> DecimalStep {
    var step = DecimalStep()
    if case .string = node.value {
      step.unit = try unit(node)
      return step
    }
    var object = try node.object()
    if let point = object.optional("point") { step.point = try sign(point, mayLack: false) }
    if let grouping = object.optional("grouping") {
      step.grouping = try sign(grouping, mayLack: true)
    }
    guard step.point != step.grouping else {
      throw node.fault("\"point\" and \"grouping\" are the same sign")
    }
    step.implied = try object.optional("implied")?.int(DecimalStep.scales)
    if let unit = object.optional("unit") { step.unit = try self.unit(unit) }
    if let into = object.optional("into") { step.into = try unit(into) }
    step.scale = try object.optional("scale")?.int(DecimalStep.scales)
    if let rounding = object.optional("rounding") {
      step.rounding = try rounding.choice(of: DecimalStep.Rounding.self)
      if step.scale == nil { throw rounding.fault("\"rounding\" needs \"scale\" beside it") }
    }
    step.writing = try object.optional("write").map(writing)
    try object.end()
    if let writing = step.writing, writing.point == 0, step.scale == nil {
      throw node.fault("decimals that are implied need \"scale\": how many there are")
    }
    return step
  }

  private func writing(
    _ node: ConfigurationNode
  ) throws(ConfigurationError) -> DecimalStep.Writing {
    var writing = DecimalStep.Writing()
    var object = try node.object()
    if let point = object.optional("point") { writing.point = try sign(point, mayLack: true) }
    if let grouping = object.optional("grouping") {
      writing.grouping = try sign(grouping, mayLack: true)
    }
    writing.digits = try object.optional("digits")?.int(1...1000)
    if let sign = object.optional("sign") {
      writing.sign = try sign.choice(of: DecimalStep.Writing.Sign.self)
    }
    try object.end()
    if writing.grouping != 0, writing.grouping == writing.point || writing.digits != nil {
      throw node.fault(
        "\"grouping\" is another sign than \"point\" and does not go with \"digits\"")
    }
    return writing
  }

  private func sign(
    _ node: ConfigurationNode, mayLack: Bool
  ) throws(ConfigurationError) -> UInt8 {
    let text = Array(try node.string().utf8)
    if text.isEmpty, mayLack { return 0 }
    guard text.count == 1, text[0] > 0x1F, text[0] < 0x7F, !isDigit(text[0]),
      !"+-()eE".utf8.contains(text[0])
    else { throw node.fault("expected one ASCII sign such as \".\" or \",\"") }
    return text[0]
  }

  private func unit(_ node: ConfigurationNode) throws(ConfigurationError) -> DecimalUnit {
    let name = try node.name()
    var text = name
    let shift = text.withUTF8 { NumberText.unit(UnsafeRawBufferPointer($0)) }
    guard let shift else {
      throw node.fault(
        "\"\(name)\" is not a unit; units are 元, 万, 万元, 百万, 亿, 角, 分, 厘, % and the like")
    }
    return DecimalUnit(name: name, shift: shift)
  }
}
