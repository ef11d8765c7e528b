/// A body whose XML declaration and content type name different charsets.
package struct CharsetRemark: Sendable, Equatable {
  /// What the body's own declaration names.
  package var declared: Charset
  /// What it was read in.
  package var used: Charset
}

/// The charset that an XML document declares for itself: by a byte order mark, or in its prolog.
struct XMLDeclaration {
  private let label: [UInt8]?
  private let marked: Charset?

  init(_ body: UnsafeRawBufferPointer) {
    let marked = RecordReader.marked(body)
    // Without a mark, UTF-16 shows by the zero beside the `<` that begins the document.
    let isUTF16 = body.starts(with: [0x3C, 0]) || body.starts(with: [0, 0x3C])
    self.marked = isUTF16 ? .utf16 : marked == .utf8 ? nil : marked
    let start = body.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    label = self.marked == nil ? Self.label(body[start...]) : nil
  }

  /// The value of the pseudo-attribute `encoding`; nil if there is none.
  private static func label(_ body: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
    guard body.starts(with: "<?xml".utf8) else { return nil }
    let declaration = body.prefix(200).prefix { $0 != UInt8(ascii: ">") }
    let name = Array("encoding".utf8)
    guard
      let place = declaration.indices.first(where: { declaration[$0...].starts(with: name) })
    else { return nil }
    let rest = declaration[(place + name.count)...].drop { $0 <= 0x20 || $0 == UInt8(ascii: "=") }
    guard let quote = rest.first, quote == 0x22 || quote == 0x27 else { return nil }
    return Array(rest.dropFirst().prefix { $0 != quote })
  }

  /// The charset to read in, and what to say about it. The content type wins where the body can be
  /// decoded in it; nil if there is only a declaration, and that names a charset that is not known.
  func choose(
    over contentType: Charset?, isDecodable: (Charset) -> Bool
  ) -> (Charset?, CharsetRemark?) {
    let named = label.flatMap { Charset(label: String(decoding: $0, as: UTF8.self)) }
    let declared = marked ?? named
    guard let contentType else { return (label == nil ? declared ?? .utf8 : named, nil) }
    guard let own = declared, !Self.agree(own, contentType) else {
      return (contentType, nil)
    }
    let wins = isDecodable(contentType) || !isDecodable(own)
    let used = wins ? contentType : own
    return (used, CharsetRemark(declared: own, used: used))
  }

  /// GBK and GB 2312 are read as GB18030, and UTF-16 in either order: naming one for another is no matter.
  private static func agree(_ one: Charset, _ other: Charset) -> Bool {
    func family(_ charset: Charset) -> Charset {
      switch charset {
      case .utf8: .utf8
      case .gb18030, .gbk, .gb2312: .gb18030
      case .utf16, .utf16LittleEndian, .utf16BigEndian: .utf16
      }
    }
    return family(one) == family(other)
  }
}
