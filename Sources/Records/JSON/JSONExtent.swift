/// Finds where values end by quotes and brackets alone; what is inside them is the parser's to judge.
struct JSONExtent {
  private let text: UnsafeRawBufferPointer
  var cursor = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  /// The byte at the cursor; 0 at the end.
  var current: UInt8 { cursor < text.count ? text[cursor] : 0 }

  mutating func skipSpace() {
    while current == 0x20 || current == 0x0A || current == 0x0D || current == 0x09 { cursor += 1 }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    cursor += 1
    return true
  }

  /// Passes over the string whose opening quote is at the cursor; false if it does not end.
  mutating func skipString() -> Bool {
    var at = cursor &+ 1
    while at < text.count {
      let byte = text[at]
      at &+= byte == 0x5C ? 2 : 1
      if byte == 0x22 {
        cursor = at
        return true
      }
    }
    cursor = text.count
    return false
  }

  /// Passes over the value at the cursor; false if the text ends before it does.
  mutating func skipValue() -> Bool {
    var depth = 0
    while cursor < text.count {
      switch text[cursor] {
      case 0x22:
        guard skipString() else { return false }
      case 0x7B, 0x5B:
        depth += 1
        cursor += 1
      case 0x7D, 0x5D:
        if depth == 0 { return true }
        depth -= 1
        cursor += 1
      case 0x2C, 0x3A, 0x20, 0x0A, 0x0D, 0x09:
        if depth == 0 { return true }
        cursor += 1
        continue
      default:
        skipScalar()
      }
      if depth == 0 { return true }
    }
    return depth == 0
  }

  private mutating func skipScalar() {
    while cursor < text.count {
      switch text[cursor] {
      case 0x22, 0x7B, 0x5B, 0x7D, 0x5D, 0x2C, 0x3A, 0x20, 0x0A, 0x0D, 0x09: return
      default: cursor += 1
      }
    }
  }
}
