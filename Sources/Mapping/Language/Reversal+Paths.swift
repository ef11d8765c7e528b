extension FieldPath {
  init(_ names: [String]) {
    self.init(
      text: names.joined(separator: "."), isAbsolute: false, steps: names.map { .member($0) })
  }

  func adding(_ step: Step) -> FieldPath {
    var path = self
    path.steps.append(step)
    let before = steps.isEmpty ? "" : text
    switch step {
    case .member(let name): path.text = before.isEmpty ? name : "\(before).\(name)"
    case .item(let index): path.text = "\(before)[\(index)]"
    case .every: path.text = "\(before)[*]"
    case .matching(let name, let value): path.text = "\(before)[\(name)=\(value)]"
    }
    return path
  }

  /// Whether it goes through no list.
  var hasNamesOnly: Bool {
    steps.allSatisfy { step in
      if case .member = step { return true }
      return false
    }
  }

  /// Whether the item before was chosen by this very member: `identifiers[kind=resident-id].kind`.
  func isTold(by values: [Constant]) -> Bool {
    guard values.count == 1, case .member(let name)? = steps.last,
      case .matching(let sign, let value)? = steps.dropLast().last
    else { return false }
    return name == sign && value == values[0].text
  }
}

extension [Target] {
  /// What tells one item of a list from the others: a constant that only it has, or that it is the only one.
  func sign(of index: Int) -> FieldPath.Step? {
    if case .group(let group) = self[index] {
      for member in group.members {
        guard case .value(let rule) = member.target, case .constant(.text(let text)) = rule.source,
          rule.when == nil, rule.steps.isEmpty
        else { continue }
        let others = indices.filter { $0 != index }.map { self[$0] }
        if !others.contains(where: { $0.mayHave(text, in: member.name) }) {
          return .matching(member.name, text)
        }
      }
    }
    return count == 1 ? .item(0) : nil
  }
}

extension Target {
  fileprivate func mayHave(_ text: String, in name: String) -> Bool {
    guard case .group(let group) = self else { return true }
    guard let member = group.members.first(where: { $0.name == name }) else { return false }
    guard case .value(let rule) = member.target else { return true }
    let texts = rule.possibleTexts
    return texts.isEmpty || texts.contains(text)
  }
}

extension Target {
  /// Every path that it reads, those of conditions among them.
  var paths: [FieldPath] {
    switch self {
    case .value(let rule): rule.everyPath
    case .group(let group): group.paths
    case .list(let items, _): items.flatMap(\.paths)
    case .each(let each): [each.path] + (each.when?.paths ?? [])
    }
  }
}

extension Group {
  var paths: [FieldPath] { (when?.paths ?? []) + members.flatMap(\.target.paths) }
}

extension Rule {
  /// Those of its value and of every condition on the way to it.
  fileprivate var everyPath: [FieldPath] {
    let own = paths + (when?.paths ?? [])
    guard case .first(let rules) = source else { return own }
    return own + rules.flatMap(\.everyPath)
  }

  /// The path that it begins with.
  var origin: String { paths.first?.text ?? "" }

  /// Refuses all but these values.
  func only(_ values: [Constant], of path: FieldPath) -> Rule {
    var rule = self
    rule.steps.append(
      .code(
        CodeStep(
          name: "what \(path.text) is in the way back", version: "",
          entries: values.map { .init(code: $0.text, value: $0) }, unknown: .policy(.refuse))))
    return rule
  }
}

extension Group {
  /// The condition that all constants of the group are what they are.
  var constants: Condition? {
    let parts: [Condition] = members.compactMap { member in
      guard case .value(let rule) = member.target, case .constant(let value) = rule.source,
        rule.when == nil
      else { return nil }
      return .equals(FieldPath([member.name]), [value])
    }
    return parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .all(parts)
  }

  /// What is given for a field such as `FRDB.ZJHM`, for itself or for what it lies in, and for which of the two.
  func given(_ field: String) -> (field: String, target: Target)? {
    let names = field.split(separator: ".", maxSplits: 1).map(String.init)
    guard let member = members.first(where: { $0.name == names.first }) else { return nil }
    guard names.count == 2, case .group(let inner) = member.target else {
      return (member.name, member.target)
    }
    return inner.given(names[1]).map { ("\(member.name).\($0.field)", $0.target) }
  }

  mutating func insert(_ target: Target, at field: String, place: Place) {
    let names = field.split(separator: ".", maxSplits: 1).map(String.init)
    guard let name = names.first else { return }
    let index = members.firstIndex { $0.name == name }
    guard names.count == 2 else {
      if index == nil { members.append(Member(name: name, target: target, place: place)) }
      return
    }
    var inner = Group(members: [], place: place)
    if let index, case .group(let known) = members[index].target { inner = known }
    inner.insert(target, at: names[1], place: place)
    let member = Member(name: name, target: .group(inner), place: place)
    if let index { members[index] = member } else { members.append(member) }
  }

  /// Both; where they meet, the other one counts.
  func merged(with other: Group) -> Group {
    var merged = self
    for member in other.members {
      guard let index = merged.members.firstIndex(where: { $0.name == member.name }) else {
        merged.members.append(member)
        continue
      }
      if case .group(let own) = merged.members[index].target, case .group(let new) = member.target {
        merged.members[index].target = .group(own.merged(with: new))
      } else {
        merged.members[index] = member
      }
    }
    return merged
  }
}
