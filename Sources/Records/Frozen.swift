/// A list that never changes again, at a fixed address: what compiled programs (mappings, schemas) are made of.
///
/// Reading an array through a class costs a retain and a release each time; reading through the pointer
/// costs nothing. Whoever uses the pointer keeps this object alive.
///
/// `@unchecked Sendable`: the memory is written in `init` and only read afterwards, and its elements can be sent.
package final class Frozen<Element: Sendable>: @unchecked Sendable {
  package let base: UnsafePointer<Element>
  package let count: Int

  package init(_ elements: some Collection<Element>) {
    // Never without an address, even if there is nothing.
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(1, elements.count))
    _ = memory.initialize(fromContentsOf: elements)
    count = elements.count
    guard let start = memory.baseAddress else { preconditionFailure("memory has an address") }
    base = UnsafePointer(start)
  }

  deinit {
    let memory = UnsafeMutablePointer(mutating: base)
    memory.deinitialize(count: count)
    memory.deallocate()
  }

  package var pointer: UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: base, count: count)
  }
}
