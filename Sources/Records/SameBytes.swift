/// Whether two texts have the same bytes. Names and codes are short: eight or four bytes at a time, the
/// last of them twice, beats a call of `memcmp`.
@inlinable @inline(__always)
package func same(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  let count = left.count
  guard count == right.count else { return false }
  if count >= 8 { return sameWords(left, right, UInt64.self) }
  if count >= 4 { return sameWords(left, right, UInt32.self) }
  var index = 0
  while index < count {
    if left[index] != right[index] { return false }
    index &+= 1
  }
  return true
}

@inlinable @inline(__always)
func sameWords<Word: FixedWidthInteger & BitwiseCopyable>(
  _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, _ word: Word.Type
) -> Bool {
  let last = left.count &- MemoryLayout<Word>.size
  var index = 0
  while index < last {
    if left.loadUnaligned(fromByteOffset: index, as: word)
      != right.loadUnaligned(fromByteOffset: index, as: word)
    {
      return false
    }
    index &+= MemoryLayout<Word>.size
  }
  return left.loadUnaligned(fromByteOffset: last, as: word)
    == right.loadUnaligned(fromByteOffset: last, as: word)
}
