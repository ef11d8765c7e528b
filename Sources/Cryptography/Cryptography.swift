import COpenSSL

/// Digests, message authentication and randomness over OpenSSL: the only module that touches libcrypto.
///
/// It promises answers or a stop, never a wrong or a weak answer: every return code is looked at, and where
/// OpenSSL cannot serve (no SHA-256, no randomness) the process ends with a sentence, since nothing that
/// follows could be trusted. Called by everything that names, seals or signs. It imports no module of ours.
package func sha256(_ message: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  let done = digest.withUnsafeMutableBytes { out in
    EVP_Digest(message, message.count, out.baseAddress, nil, SHA256Algorithm.shared, nil)
  }
  precondition(
    done == 1, "OpenSSL could not compute a SHA-256 digest: check the installed libcrypto")
  return digest
}

/// HMAC with SHA-256 (RFC 2104).
package func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
  precondition(key.count <= Int32.max, "an HMAC key of 2 GiB or more")
  var code = [UInt8](repeating: 0, count: 32)
  var length: UInt32 = 0
  let answer = HMAC(
    SHA256Algorithm.shared, key, Int32(key.count), message, message.count, &code, &length)
  precondition(
    answer != nil && length == 32,
    "OpenSSL could not compute an HMAC: check the installed libcrypto")
  return code
}

/// Bytes that nobody can foresee, from the system's generator.
package func randomBytes(_ count: Int) -> [UInt8] {
  precondition((0...1 << 20).contains(count), "between 0 bytes and 1 MiB of randomness at a time")
  var bytes = [UInt8](repeating: 0, count: count)
  let done = RAND_bytes(&bytes, Int32(count))
  precondition(done == 1, "the system gives no randomness: check /dev/urandom and libcrypto")
  return bytes
}

/// Compares secrets: the time taken tells an attacker nothing but the length.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

/// SHA-256 as OpenSSL's provider has it, looked up once.
enum SHA256Algorithm {
  /// Safe to share: an EVP_MD is immutable after the fetch and this one is never freed.
  nonisolated(unsafe) static let shared: OpaquePointer? = {
    let algorithm = EVP_MD_fetch(nil, "SHA2-256", nil)
    precondition(algorithm != nil, "OpenSSL offers no SHA-256: check the installed libcrypto")
    return algorithm
  }()
}
