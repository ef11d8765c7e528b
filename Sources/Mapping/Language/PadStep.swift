import Configuration

/// `pad`: fills a text up to a number of characters.
struct PadStep: Sendable, Equatable {
  enum Side: String, Sendable, CaseIterable {
    case left, right
  }
  var count: Int
  var character: String
  /// The side that is filled.
  var side: Side
}

extension DefinitionReader {
  func pad(_ node: ConfigurationNode) throws(ConfigurationError) -> PadStep {
    var object = try node.object()
    let count = try object.required("to").int(1...10_000)
    let with = object.optional("with")
    let character = try with?.string() ?? " "
    guard character.unicodeScalars.count == 1 else {
      throw (with ?? node).fault("expected one character")
    }
    let side = try object.optional("side")?.choice(of: PadStep.Side.self) ?? .left
    try object.end()
    return PadStep(count: count, character: character, side: side)
  }
}
