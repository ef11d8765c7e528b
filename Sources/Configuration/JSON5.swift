/// Reads JSON5 (https://spec.json5.org) into values that know their line and path.
///
/// Foundation reads JSON5 too, but loses the order of names and the line of a value, and both are what
/// the person at the file needs (docs/decisions/0001). Bounds: `maximumDepth` levels.
package enum JSON5 {
  package static let maximumDepth = 64

  /// - Throws: `ConfigurationError` with the line of the fault.
  package static func read(_ bytes: [UInt8], file: String) throws(ConfigurationError)
    -> ConfigurationNode
  {
    var parser = JSON5Parser(bytes: bytes, file: file)
    return try parser.document()
  }
}

private struct JSON5Parser {
  let bytes: [UInt8]
  let file: String
  var position = 0
  var line = 1
  var depth = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func document() throws(ConfigurationError) -> ConfigurationNode {
    let node = try value(at: "")
    try skipBlank()
    guard position == bytes.count else { throw fault("", "expected the end of the file") }
    return node
  }

  private func fault(_ path: String, _ message: String) -> ConfigurationError {
    ConfigurationError(file: file, line: line, path: path, message: message)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func advance() {
    if bytes[position] == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  private mutating func skipBlank() throws(ConfigurationError) {
    while let byte = current {
      switch byte {
      case UInt8(ascii: " "), 0x09...0x0D: advance()
      case UInt8(ascii: "/"): try skipComment()
      case 0xC2 where bytes[position...].starts(with: [0xC2, 0xA0]): position += 2
      case 0xEF where bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]): position += 3
      default: return
      }
    }
  }

  private mutating func skipComment() throws(ConfigurationError) {
    let start = line
    if bytes[position...].starts(with: Array("//".utf8)) {
      while let byte = current, byte != UInt8(ascii: "\n") { advance() }
    } else if bytes[position...].starts(with: Array("/*".utf8)) {
      position += 2
      while !bytes[position...].starts(with: Array("*/".utf8)) {
        guard current != nil else {
          throw ConfigurationError(
            file: file, line: start, path: "", message: "the comment that begins here has no end")
        }
        advance()
      }
      position += 2
    } else {
      throw fault("", "expected a value or a comment, found \"/\"")
    }
  }

  private mutating func value(at path: String) throws(ConfigurationError) -> ConfigurationNode {
    try skipBlank()
    guard depth < JSON5.maximumDepth else { throw fault(path, "nested too deeply") }
    depth += 1
    defer { depth -= 1 }
    let start = line
    let value: ConfigurationNode.Value
    switch current {
    case UInt8(ascii: "{"): value = .object(try members(at: path))
    case UInt8(ascii: "["): value = .array(try items(at: path))
    case UInt8(ascii: "\""), UInt8(ascii: "'"): value = .string(try quoted(at: path))
    case nil: throw fault(path, "expected a value, found the end of the file")
    default: value = try word(at: path)
    }
    return ConfigurationNode(value: value, file: file, line: start, path: path)
  }

  private mutating func members(at path: String) throws(ConfigurationError)
    -> [ConfigurationNode.Member]
  {
    position += 1
    var members: [ConfigurationNode.Member] = []
    var seen: Set<String> = []
    while true {
      try skipBlank()
      if current == UInt8(ascii: "}") { break }
      let name = try memberName(at: path)
      guard seen.insert(name).inserted else {
        throw fault(path, "the name \"\(name)\" is there twice")
      }
      try skipBlank()
      guard current == UInt8(ascii: ":") else {
        throw fault(path, "expected \":\" after \"\(name)\"")
      }
      position += 1
      let inner = path.isEmpty ? name : "\(path).\(name)"
      members.append(.init(name: name, node: try value(at: inner)))
      try separator(closing: "}", at: path)
    }
    position += 1
    return members
  }

  private mutating func items(at path: String) throws(ConfigurationError) -> [ConfigurationNode] {
    position += 1
    var items: [ConfigurationNode] = []
    while true {
      try skipBlank()
      if current == UInt8(ascii: "]") { break }
      items.append(try value(at: "\(path)[\(items.count)]"))
      try separator(closing: "]", at: path)
    }
    position += 1
    return items
  }

  private mutating func separator(closing: Unicode.Scalar, at path: String)
    throws(ConfigurationError)
  {
    try skipBlank()
    if current == UInt8(ascii: ",") {
      position += 1
    } else if current != UInt8(ascii: closing) {
      throw fault(path, "expected \",\" or \"\(closing)\"")
    }
  }

  private mutating func memberName(at path: String) throws(ConfigurationError) -> String {
    if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") { return try quoted(at: path) }
    let name = bareWord()
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else {
      throw fault(path, "expected a name")
    }
    return name
  }

  /// Letters, digits, `_`, `$` and everything outside ASCII; `+ - .` too, which numbers need.
  private mutating func bareWord(numeric: Bool = false) -> String {
    let start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
        position += 1
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if !numeric { return String(decoding: bytes[start..<position], as: UTF8.self) }
        position += 1
      default: return String(decoding: bytes[start..<position], as: UTF8.self)
      }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func word(at path: String) throws(ConfigurationError) -> ConfigurationNode.Value
  {
    let text = bareWord(numeric: true)
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "": throw fault(path, "expected a value")
    default: break
    }
    let unsigned = text.hasPrefix("+") ? String(text.dropFirst()) : text
    let negative = unsigned.hasPrefix("-")
    let digits = negative ? String(unsigned.dropFirst()) : unsigned
    if digits.lowercased().hasPrefix("0x"), let number = Int(digits.dropFirst(2), radix: 16) {
      return .number(String(negative ? -number : number))
    }
    guard let first = digits.first, first.isNumber || first == ".", Double(digits) != nil else {
      throw fault(path, "expected a value, found \"\(text)\" (strings need quotes)")
    }
    return .number(unsigned)
  }

  private mutating func quoted(at path: String) throws(ConfigurationError) -> String {
    let quote = bytes[position]
    let start = line
    position += 1
    var text: [UInt8] = []
    while let byte = current, byte != quote {
      if byte == UInt8(ascii: "\\") {
        try escape(into: &text, at: path)
      } else if byte == UInt8(ascii: "\n") {
        break
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard current == quote else {
      throw ConfigurationError(
        file: file, line: start, path: path, message: "the string that begins here has no end")
    }
    position += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      throw fault(path, "the string is not valid UTF-8")
    }
    return string
  }

  private mutating func escape(into text: inout [UInt8], at path: String) throws(ConfigurationError)
  {
    position += 1
    guard let byte = current else { throw fault(path, "the string has no end") }
    advance()
    switch byte {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "v"): text.append(0x0B)
    case UInt8(ascii: "0"): text.append(0x00)
    case UInt8(ascii: "x"): text.append(contentsOf: try scalar(digits: 2, at: path))
    case UInt8(ascii: "u"): text.append(contentsOf: try scalar(digits: 4, at: path))
    case UInt8(ascii: "\n"): break
    case UInt8(ascii: "\r"): if current == UInt8(ascii: "\n") { advance() }
    default: text.append(byte)
    }
  }

  private mutating func scalar(digits: Int, at path: String) throws(ConfigurationError) -> [UInt8] {
    var code = try hexadecimal(digits, at: path)
    if (0xD800..<0xDC00).contains(code), bytes[position...].starts(with: Array("\\u".utf8)) {
      position += 2
      let low = try hexadecimal(4, at: path)
      guard (0xDC00..<0xE000).contains(low) else {
        throw fault(path, "a lone surrogate in a string")
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw fault(path, "a lone surrogate in a string")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal(_ count: Int, at path: String) throws(ConfigurationError)
    -> UInt32
  {
    guard position + count <= bytes.count,
      let code = UInt32(
        String(decoding: bytes[position..<position + count], as: UTF8.self), radix: 16)
    else { throw fault(path, "expected \(count) hexadecimal digits in an escape") }
    position += count
    return code
  }
}
