import Configuration
import Mapping

extension LookupAnswers {
  /// Reads what samples take for the base library, so that lookups can be tried without any:
  /// `{person: {"resident-id:…": {name: "…", "address.text": "…"}}, enterprise: {…}}`. What is not in it has
  /// no value.
  init(samples node: ConfigurationNode) throws(ConfigurationError) {
    var answers: [LookupAnswer] = []
    for section in try node.members() {
      guard let kind = LookupQuestion.Kind(rawValue: section.name) else {
        throw section.node.unknown(
          "kind", section.name, known: LookupQuestion.Kind.allCases.map(\.rawValue))
      }
      for entry in try section.node.members() {
        guard entry.name.contains(":") else {
          throw entry.node.fault("expected a key such as \"\(kind.usualNumber):…\"")
        }
        for field in try entry.node.members() {
          answers.append(
            LookupAnswer(
              LookupQuestion(kind: kind, key: entry.name, field: field.name),
              value: try field.node.string()))
        }
      }
    }
    self.init(complete: answers)
  }
}
