// The fuzzing target of Records: `scripts/fuzz` builds and runs it. It holds every reader and writer to
// `Promises`, as the property tests do, with inputs that libFuzzer grows by the code that they reach.
//
// The format is the environment's TONGBAN_FUZZ. An input's first byte chooses the charset (its low three
// bits) and the dialect (the others); the body is the rest.

import Glibc

@testable import Records

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 0 else { return 0 }
  Target.shared.test(
    UnsafeRawBufferPointer(start: start + 1, count: count - 1), Int(start[0]))
  return 0
}

/// libFuzzer calls on one thread, so the target needs no lock.
final class Target {
  nonisolated(unsafe) static let shared = Target()

  private static let charsets: [Charset?] = [
    .utf8, .gb18030, .utf16, .utf16LittleEndian, .utf16BigEndian, .gbk, .gb2312, nil,
  ]
  private let dialects: [Dialect]
  private var promises: [Int: Promises] = [:]

  private init() {
    switch getenv("TONGBAN_FUZZ").map({ String(cString: $0) }) {
    case "json": dialects = Dialect.json
    case "xml": dialects = Dialect.xml
    case "delimited": dialects = Dialect.delimited
    case "fixed-width": dialects = Dialect.fixedWidth
    case "key-value": dialects = Dialect.keyValue
    default: preconditionFailure("TONGBAN_FUZZ is json, xml, delimited, fixed-width or key-value")
    }
  }

  func test(_ body: UnsafeRawBufferPointer, _ choice: Int) {
    let dialect = choice >> 3 % dialects.count
    let key = dialect << 3 | choice & 7
    let broken = promises[key, default: make(key)].broken(by: body)
    if let broken {
      // A release build's traps do not say why.
      let charset = Self.charsets[choice & 7]?.rawValue ?? "no charset"
      let line = Array("broken: \(dialects[dialect]), \(charset): \(broken)\n".utf8)
      _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      abort()
    }
  }

  private func make(_ key: Int) -> Promises {
    // Small, so that inputs reach what lies behind them.
    var limits = RecordLimits()
    limits.bodyBytes = 1 << 14
    limits.recordBytes = 1 << 11
    limits.depth = 12
    limits.nodes = 96
    return Promises(dialects[key >> 3].format, Self.charsets[key & 7], limits: limits)
  }
}
