/// A list that never changes again, at a fixed address.
///
/// Reading an array through a class costs a retain and a release each time, which was four fifths of a check;
/// reading through the pointer costs nothing. Whoever uses the pointer keeps this object alive.
///
/// `@unchecked Sendable`: the memory is written in `init` and only read afterwards, and its elements can be sent.
final class Frozen<Element: Sendable>: @unchecked Sendable {
  let pointer: UnsafeBufferPointer<Element>

  init(_ elements: some Collection<Element>) {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(fromContentsOf: elements)
    pointer = UnsafeBufferPointer(memory)
  }

  deinit {
    UnsafeMutableBufferPointer(mutating: pointer).deinitialize()
    pointer.deallocate()
  }
}
