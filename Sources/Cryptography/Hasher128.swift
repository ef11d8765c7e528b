import COpenSSL

/// SHA-256 cut to 128 bits, with one OpenSSL context for any number of digests. Used from one thread at a time.
package struct Hasher128 {
  private let context = DigestContext()

  package init() {}

  package func digest(of message: [UInt8]) -> Key128 {
    message.withUnsafeBytes { digest(of: $0) }
  }

  package func digest(of message: UnsafeRawBufferPointer) -> Key128 {
    context.start()
    context.add(message)
    return context.finish()
  }

  /// The key of several parts. Each goes in behind its length, so that ("ab", "c") is not ("a", "bc").
  package func key(_ parts: String...) -> Key128 {
    context.start()
    for var part in parts {
      part.withUTF8 { text in
        withUnsafeBytes(of: UInt64(text.count).littleEndian) { context.add($0) }
        context.add(UnsafeRawBufferPointer(text))
      }
    }
    return context.finish()
  }
}

/// Owns one `EVP_MD_CTX`, which is freed with it and never leaves it.
private final class DigestContext {
  private let raw: OpaquePointer?

  init() {
    raw = EVP_MD_CTX_new()
    precondition(raw != nil, "no memory for a digest context")
  }

  deinit { EVP_MD_CTX_free(raw) }

  func start() {
    check(EVP_DigestInit_ex2(raw, SHA256Algorithm.shared, nil))
  }

  func add(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    check(EVP_DigestUpdate(raw, bytes.baseAddress, bytes.count))
  }

  func finish() -> Key128 {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
      check(EVP_DigestFinal_ex(raw, digest.baseAddress, nil))
      return Key128(prefix: UnsafeRawBufferPointer(digest))
    }
  }

  private func check(_ result: Int32) {
    precondition(
      result == 1, "OpenSSL could not compute a SHA-256 digest: check the installed libcrypto")
  }
}
