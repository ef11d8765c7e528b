import Testing

@testable import Cryptography

@Suite("Digests")
struct DigestTests {
  @Test(
    "SHA-256 gives the digests of FIPS 180",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func fips180(message: String, expected: String) {
    #expect(sha256(Array(message.utf8)).hex == expected)
    #expect(Hasher128().digest(of: Array(message.utf8)).hex == String(expected.prefix(32)))
  }

  @Test("SHA-256 gives the digest of FIPS 180 for a million letters")
  func fips180Long() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(sha256([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)).hex == expected)
  }

  @Test("one hasher gives the same digest however often it is asked")
  func reuse() {
    let hasher = Hasher128()
    let first = hasher.digest(of: [1, 2, 3])
    _ = hasher.key("something", "else")
    #expect(hasher.digest(of: [1, 2, 3]) == first)
    #expect(Hasher128().digest(of: [1, 2, 3]) == first)
  }

  @Test("a key tells its parts apart")
  func parts() {
    let hasher = Hasher128()
    let keys: Set<Key128> = [
      hasher.key("ab", "c"), hasher.key("a", "bc"), hasher.key("abc"), hasher.key("abc", ""),
      hasher.key("", "abc"), hasher.key(),
    ]
    #expect(keys.count == 6)
    #expect(hasher.key("ab", "c") == Hasher128().key("ab", "c"))
  }

  @Test("a key is the digest of its parts, each behind its length in eight little-endian bytes")
  func keyLayout() {
    let bytes: [UInt8] = [
      2, 0, 0, 0, 0, 0, 0, 0, 0x61, 0x62, 3, 0, 0, 0, 0, 0, 0, 0, 0xE6, 0x9D, 0xAD,
    ]
    #expect(Hasher128().key("ab", "杭") == Hasher128().digest(of: bytes))
  }

  @Test("a key comes back from its bytes and reads as their digits")
  func keyBytes() {
    let bytes = [UInt8](0..<16)
    let key = Key128(bytes: bytes)
    #expect(key.bytes == bytes)
    #expect(key.hex == "000102030405060708090a0b0c0d0e0f")
    #expect(key == Key128(bytes: bytes))
    var other = bytes
    other[15] ^= 1
    #expect(key != Key128(bytes: other))
  }

  @Test("hexadecimal digits become bytes again, and nothing else does")
  func hexadecimal() {
    #expect([UInt8](hex: "00fFa1") == [0, 255, 161])
    #expect([UInt8](hex: "") == [])
    for text in ["0", "0g", "0x00", " 00", "00 ", "零零"] { #expect([UInt8](hex: text) == nil) }
  }
}
