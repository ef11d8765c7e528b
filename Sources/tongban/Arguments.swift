/// The words of a command line, taken one by one; what is left at the end is an error.
struct Arguments {
  private var words: [String]

  init(_ words: [String]) {
    self.words = words
  }

  /// Whether the flag is there.
  mutating func flag(_ name: String) -> Bool {
    guard let index = words.firstIndex(of: name) else { return false }
    words.remove(at: index)
    return true
  }

  /// The value of `--name VALUE` or `--name=VALUE`.
  mutating func option(_ name: String) throws(UsageError) -> String? {
    try options(name).last
  }

  /// All values of an option that may be given more than once.
  mutating func options(_ name: String) throws(UsageError) -> [String] {
    var values: [String] = []
    var index = 0
    while index < words.count {
      if words[index] == name {
        guard index + 1 < words.count else { throw UsageError("\(name) needs a value") }
        values.append(words[index + 1])
        words.removeSubrange(index...index + 1)
      } else if words[index].hasPrefix(name + "=") {
        values.append(String(words[index].dropFirst(name.count + 1)))
        words.remove(at: index)
      } else {
        index += 1
      }
    }
    return values
  }

  mutating func number(_ name: String, default fallback: Int, in bounds: ClosedRange<Int>)
    throws(UsageError) -> Int
  {
    guard let text = try option(name) else { return fallback }
    guard let number = Int(text), bounds.contains(number) else {
      throw UsageError("\(name) needs a number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }

  /// The next word that is not an option.
  mutating func next() -> String? {
    guard let index = words.firstIndex(where: { !$0.hasPrefix("-") || $0 == "-" }) else {
      return nil
    }
    return words.remove(at: index)
  }

  mutating func required(_ what: String) throws(UsageError) -> String {
    guard let word = next() else { throw UsageError("\(what) is missing") }
    return word
  }

  /// All words that are left.
  mutating func rest() -> [String] {
    var rest: [String] = []
    while let word = next() { rest.append(word) }
    return rest
  }

  /// Throws if a word is left that nobody asked for.
  func end() throws(UsageError) {
    if let word = words.first { throw UsageError("unexpected \"\(word)\"") }
  }
}

/// The command line does not say what to do.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
