import Configuration

extension DefinitionReader {
  /// How a mapping is the way back of another: `reverse: "household-change"`, or
  /// `{of: "household-change", codes: {YWLX: {updated: "BGGZ"}}, omit: ["RYID"]}`.
  ///
  /// - Parameters:
  ///   - definition: what it gives by hand stands in for what would be derived.
  ///   - known: the fields that the native format has; nil where any may be written.
  func reverse(
    _ node: ConfigurationNode, into definition: inout Definition, known: [String]?
  ) throws(ConfigurationError) {
    let (forward, chosen, omitted) = try reverse(node, from: definition.from)
    let reversal = Reversal(
      of: forward, chosen: chosen, dropped: definition.dropped, seen: definition.fields.paths,
      place: Place(node))
    for field in chosen.keys where !reversal.natives.contains(field) && !field.contains(".") {
      throw node.unknown("field", field, known: reversal.natives)
    }
    for field in omitted where !reversal.natives.contains(where: { $0.isWithin(field) }) {
      throw node.unknown("field", field, known: reversal.natives)
    }
    var fields = Group(members: [], place: Place(node))
    var obstacles: [String] = []
    for native in reversal.natives {
      if let own = definition.fields.given(native.withoutItems) {
        fields.insert(own.target, at: own.field, place: Place(node))
        continue
      }
      guard !omitted.contains(where: native.isWithin), known?.contains(native) ?? true else {
        continue
      }
      switch reversal.way(to: native) {
      case .success(let target): fields.insert(target, at: native, place: Place(node))
      case .failure(let obstacle): obstacles.append("\(native) (\(obstacle.reason))")
      case nil: break
      }
    }
    guard obstacles.isEmpty else {
      throw node.fault(
        "\(forward.from) has no way back for: \(obstacles.joined(separator: "; ")). Give these under "
          + "\"fields\", or leave them out under \"omit\"")
    }
    definition.fields = fields.merged(with: definition.fields)
    definition.checks = reversal.checks
  }

  private func reverse(
    _ node: ConfigurationNode, from schema: String
  ) throws(ConfigurationError) -> (Definition, [String: [String: String]], [String]) {
    var (name, codes, omitted) = (node, [String: [String: String]](), [String]())
    if case .object = node.value {
      var object = try node.object()
      name = try object.required("of")
      for field in try object.optional("codes")?.members() ?? [] {
        for choice in try field.node.members() {
          codes[field.name, default: [:]][choice.name] = try choice.node.string()
        }
      }
      omitted = try object.optional("omit")?.strings() ?? []
      try object.end()
    }
    guard let mappings else { throw node.fault("there are no other mappings here to be reversed") }
    let file = try mappings(name)
    var object = try file.object()
    guard object.optional(Word.reverse.rawValue) == nil else {
      throw name.fault("\(file.file) is a way back itself")
    }
    let forward = try DefinitionReader(tables: tables).read(file)
    guard forward.to == schema else {
      throw name.fault("\(file.file) is to \(forward.to), not to \(schema)")
    }
    guard forward.records == nil else {
      throw name.fault("\(file.file) makes several records of one, which has no way back")
    }
    return (forward, codes, omitted)
  }
}

extension String {
  /// `Items.Item[@field=XM].#text` as `Items.Item.#text`
  fileprivate var withoutItems: String {
    generalised(self).replacing("[*]", with: "")
  }

  /// Whether it is this field or a part of it.
  fileprivate func isWithin(_ field: String) -> Bool { self == field || hasPrefix(field + ".") }
}
