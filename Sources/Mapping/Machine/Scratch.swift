/// Room for values that a run rewrites: given out piece by piece, taken back as a whole at the next run.
///
/// `@unchecked Sendable`: it is reached only through the one `MappingMachine` that made it, which cannot
/// be copied, and a run has exclusive access to its machine.
final class Scratch: @unchecked Sendable {
  private static let capacity = 1 << 14
  private let memory = UnsafeMutableRawPointer.allocate(
    byteCount: Scratch.capacity, alignment: 1)
  // A run has its machine, and so this, to itself: nothing is gained by asking at each access.
  @exclusivity(unchecked) private var used = 0
  /// Pieces that did not fit.
  private var large: [UnsafeMutableRawPointer] = []

  deinit {
    reset()
    memory.deallocate()
  }

  func reset() {
    used = 0
    guard !large.isEmpty else { return }
    for piece in large { piece.deallocate() }
    large.removeAll(keepingCapacity: true)
  }

  /// Uninitialised bytes that live until `reset`.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    guard count > Scratch.capacity - used else {
      defer { used += count }
      return UnsafeMutableRawBufferPointer(start: memory + used, count: count)
    }
    let piece = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 1)
    large.append(piece)
    return UnsafeMutableRawBufferPointer(start: piece, count: count)
  }
}
