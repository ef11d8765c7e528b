/// A regular expression as it was written.
indirect enum PatternSyntax: Sendable {
  case empty
  case set(CodePoints)
  case sequence([PatternSyntax])
  case alternatives([PatternSyntax])
  /// - most: nil for no bound.
  case repeated(PatternSyntax, least: Int, most: Int?, lazy: Bool)
  /// Captures, counted from 1.
  case group(PatternSyntax, Int)
  case start
  case end
  case wordBoundary(negated: Bool)
  case look(PatternSyntax, ahead: Bool, negated: Bool)
  case backReference(Int)

  /// Whether an automaton can decide it.
  var isRegular: Bool {
    switch self {
    case .empty, .set, .start, .end: true
    case .sequence(let parts), .alternatives(let parts): parts.allSatisfy(\.isRegular)
    case .repeated(let part, _, _, _), .group(let part, _): part.isRegular
    case .wordBoundary, .look, .backReference: false
    }
  }
}

/// Reads the syntax of ECMA-262 with the flag `u`; a brace or bracket that closes nothing and a
/// hyphen beside a set stand for themselves.
struct PatternParser {
  private let source: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var groups = 0
  private var names: [String: Int] = [:]
  /// Names that were referred to and must be there in the end.
  private var wanted: [(name: String, number: Int)] = []
  private var highestReference = 0

  static let maximumDepth = 100
  static let maximumRepeats = 10_000

  private init(_ source: String) {
    self.source = Array(source.unicodeScalars)
    names = PatternParser.groupNames(self.source)
  }

  static func parse(_ source: String) throws(PatternError) -> PatternSyntax {
    var parser = PatternParser(source)
    let syntax = try parser.alternatives()
    guard parser.current == nil else { throw parser.fault("a \")\" that closes a group") }
    guard parser.highestReference <= parser.groups else {
      throw parser.fault("a back-reference to a group that is there")
    }
    return syntax
  }

  private var current: Unicode.Scalar? { place < source.count ? source[place] : nil }

  private mutating func skip(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard source[place...].starts(with: scalars) else { return false }
    place += scalars.count
    return true
  }

  func fault(_ expectation: String) -> PatternError {
    PatternError("\(expectation) is expected at character \(place + 1)")
  }

  private mutating func alternatives() throws(PatternError) -> PatternSyntax {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw fault("nesting of at most \(Self.maximumDepth)") }
    var all = [try sequence()]
    while skip("|") { all.append(try sequence()) }
    return all.count == 1 ? all[0] : .alternatives(all)
  }

  private mutating func sequence() throws(PatternError) -> PatternSyntax {
    var parts: [PatternSyntax] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      let start = place
      parts.append(try quantified(try term()))
      precondition(place > start, "every term takes a character")
    }
    return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
  }

  // MARK: Quantifiers

  private var quantifierFollows: Bool {
    guard let current else { return false }
    var copy = self
    return current == "*" || current == "+" || current == "?" || copy.counts() != nil
  }

  private mutating func quantified(_ part: PatternSyntax) throws(PatternError) -> PatternSyntax {
    var bounds: (Int, Int?)
    if skip("*") {
      bounds = (0, nil)
    } else if skip("+") {
      bounds = (1, nil)
    } else if skip("?") {
      bounds = (0, 1)
    } else if let counts = counts() {
      bounds = counts
    } else {
      return part
    }
    guard bounds.0 <= Self.maximumRepeats, bounds.1 ?? 0 <= Self.maximumRepeats else {
      throw fault("at most \(Self.maximumRepeats) repeats")
    }
    if let most = bounds.1, most < bounds.0 { throw fault("numbers in order in {}") }
    let lazy = skip("?")
    if quantifierFollows { throw fault("something to repeat") }
    return .repeated(part, least: bounds.0, most: bounds.1, lazy: lazy)
  }

  /// `{n}`, `{n,}` or `{n,m}`; nil, with nothing read, for anything else.
  private mutating func counts() -> (Int, Int?)? {
    let start = place
    guard skip("{"), let least = number() else {
      place = start
      return nil
    }
    var most: Int? = least
    if skip(",") { most = current == "}" ? nil : number() ?? -1 }
    guard skip("}"), most != -1 else {
      place = start
      return nil
    }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = current, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 48), 1 << 30)
      place += 1
    }
    return value
  }

  // MARK: Terms

  private mutating func term() throws(PatternError) -> PatternSyntax {
    guard let scalar = current else { return .empty }
    switch scalar {
    case "^": return try assertion(.start)
    case "$": return try assertion(.end)
    case ".":
      place += 1
      return .set(CodePoints.lineEnds.inverted)
    case "(":
      place += 1
      return try group()
    case "[":
      place += 1
      return .set(try characterClass())
    case "\\":
      place += 1
      return try escape()
    case "*", "+", "?": throw fault("something to repeat")
    default:
      if quantifierFollows { throw fault("something to repeat") }
      place += 1
      return .set(CodePoints(scalar.value))
    }
  }

  /// A character that asserts something and takes nothing: it cannot be repeated.
  private mutating func assertion(_ syntax: PatternSyntax) throws(PatternError) -> PatternSyntax {
    place += 1
    if quantifierFollows { throw fault("something to repeat") }
    return syntax
  }

  private mutating func group() throws(PatternError) -> PatternSyntax {
    let looks: [(String, Bool, Bool)] = [
      ("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true),
    ]
    for (mark, ahead, negated) in looks where skip(mark) {
      let look = PatternSyntax.look(try closed(), ahead: ahead, negated: negated)
      if quantifierFollows { throw fault("something to repeat") }
      return look
    }
    if skip("?:") { return try closed() }
    groups += 1
    let number = groups
    if skip("?<") {
      guard let name = name() else { throw fault("a group's name and \">\"") }
      guard names[name] == number else { throw fault("another group's name") }
    } else if current == "?" {
      throw fault("one of (?: (?= (?! (?<= (?<! (?<name>")
    }
    return .group(try closed(), number)
  }

  private mutating func closed() throws(PatternError) -> PatternSyntax {
    let inside = try alternatives()
    guard skip(")") else { throw fault("\")\"") }
    return inside
  }

  private mutating func name() -> String? {
    var name = ""
    while let scalar = current, scalar != ">" {
      guard scalar == "_" || scalar == "$" || scalar.properties.isIDContinue else { return nil }
      name.unicodeScalars.append(scalar)
      place += 1
    }
    return skip(">") && !name.isEmpty ? name : nil
  }

  /// The numbers of the named groups, which may be referred to before they come.
  private static func groupNames(_ source: [Unicode.Scalar]) -> [String: Int] {
    var (names, number, place, isInClass) = ([String: Int](), 0, 0, false)
    while place < source.count {
      let scalar = source[place]
      if scalar == "\\" { place += 1 }
      if scalar == "[" { isInClass = true }
      if scalar == "]" { isInClass = false }
      if scalar == "(", !isInClass {
        let rest = source[(place + 1)...]
        let isNamed =
          rest.starts(with: ["?", "<"]) && !rest.starts(with: ["?", "<", "="])
          && !rest.starts(with: ["?", "<", "!"])
        if rest.first != "?" || isNamed { number += 1 }
        if isNamed, let end = rest.firstIndex(of: ">") {
          let name = String(String.UnicodeScalarView(rest[(place + 3)..<end]))
          // A name that comes twice is found when its second group is read.
          if names[name] == nil { names[name] = number }
        }
      }
      place += 1
    }
    return names
  }

  // MARK: Escapes

  private mutating func escape() throws(PatternError) -> PatternSyntax {
    guard let scalar = current else { throw fault("a character after \"\\\"") }
    switch scalar {
    case "b":
      return try assertion(.wordBoundary(negated: false))
    case "B":
      return try assertion(.wordBoundary(negated: true))
    case "1"..."9":
      let reference = number() ?? 0
      highestReference = max(highestReference, reference)
      return .backReference(reference)
    case "k":
      place += 1
      guard skip("<"), let name = name(), let number = names[name] else {
        throw fault("the name of a group in \\k<…>")
      }
      return .backReference(number)
    default: return .set(try escapedSet())
    }
  }

  /// An escape that stands for a set or a single character, in a class or out of it.
  private mutating func escapedSet() throws(PatternError) -> CodePoints {
    guard let scalar = current else { throw fault("a character after \"\\\"") }
    place += 1
    switch scalar {
    case "d": return .digits
    case "D": return CodePoints.digits.inverted
    case "w": return .word
    case "W": return CodePoints.word.inverted
    case "s": return .space
    case "S": return CodePoints.space.inverted
    case "p": return try property()
    case "P": return try property().inverted
    case "t": return CodePoints(9)
    case "n": return CodePoints(10)
    case "v": return CodePoints(11)
    case "f": return CodePoints(12)
    case "r": return CodePoints(13)
    case "0":
      if let next = current, ("0"..."9").contains(next) { throw fault("no digit after \\0") }
      return CodePoints(0)
    case "c":
      guard let letter = current, letter.isASCII, letter.properties.isAlphabetic else {
        throw fault("a letter after \\c")
      }
      place += 1
      return CodePoints(letter.value % 32)
    case "x": return CodePoints(try hexadecimal(2))
    case "u": return CodePoints(try unicode())
    default:
      // A letter or digit without a meaning of its own may get one; all others stand for themselves.
      guard !scalar.isASCII || !CodePoints.word.contains(scalar.value) || scalar == "_" else {
        place -= 1
        throw fault("an escape that ECMA-262 knows")
      }
      return CodePoints(scalar.value)
    }
  }

  private mutating func hexadecimal(_ count: Int) throws(PatternError) -> UInt32 {
    let digits = String(String.UnicodeScalarView(source[place...].prefix(count)))
    guard digits.utf8.count == count, let value = UInt32(digits, radix: 16),
      digits.first != "+", digits.first != "-"
    else { throw fault("\(count) hexadecimal digits") }
    place += count
    return value
  }

  private mutating func unicode() throws(PatternError) -> UInt32 {
    if skip("{") {
      let end = source[place...].firstIndex(of: "}") ?? source.count
      let digits = String(String.UnicodeScalarView(source[place..<end]))
      guard end < source.count, let value = UInt32(digits, radix: 16), value <= CodePoints.last
      else {
        throw fault("a code point in \\u{…}")
      }
      place = end + 1
      return value
    }
    let first = try hexadecimal(4)
    guard (0xD800..<0xDC00).contains(first), skip("\\u") else { return first }
    let second = try hexadecimal(4)
    guard (0xDC00..<0xE000).contains(second) else { throw fault("the second half of a pair") }
    return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
  }

  private mutating func property() throws(PatternError) -> CodePoints {
    guard skip("{"), let end = source[place...].firstIndex(of: "}") else {
      throw fault("a property in {…}")
    }
    let name = String(String.UnicodeScalarView(source[place..<end]))
    guard let set = CodePoints.property(name) else {
      throw fault("a Unicode property that is known here, not \(name),")
    }
    place = end + 1
    return set
  }

  // MARK: Classes

  private mutating func characterClass() throws(PatternError) -> CodePoints {
    let isInverted = skip("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !skip("]") {
      let (first, isSet) = try classAtom()
      guard !isSet, current == "-", place + 1 < source.count, source[place + 1] != "]",
        let low = first.ranges.first?.lowerBound
      else {
        ranges += first.ranges
        continue
      }
      place += 1
      let (second, isSecondSet) = try classAtom()
      if isSecondSet {
        // As with a set on the other side, the hyphen stands for itself.
        ranges += first.ranges + [0x2D...0x2D] + second.ranges
        continue
      }
      guard let high = second.ranges.first?.lowerBound, low <= high else {
        throw fault("a range from a lower to a higher character")
      }
      ranges.append(low...high)
    }
    let set = CodePoints(ranges)
    return isInverted ? set.inverted : set
  }

  /// A character, or a set such as `\d`, with which no range can begin.
  private mutating func classAtom() throws(PatternError) -> (CodePoints, Bool) {
    guard let scalar = current else { throw fault("\"]\"") }
    place += 1
    guard scalar == "\\" else { return (CodePoints(scalar.value), false) }
    if skip("b") { return (CodePoints(8), false) }
    if skip("-") { return (CodePoints(0x2D), false) }
    let isSet = current.map { "dDwWsSpP".unicodeScalars.contains($0) } ?? false
    return (try escapedSet(), isSet)
  }
}
