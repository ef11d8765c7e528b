import Events
import Records

/// Finds at the edge whose record it is, so that changes of one entity stay in one partition and in
/// order. A record that cannot be read has no partition; the hub will say what is wrong with it.
final class OrderKey {
  private let path: [UInt8]
  private var reader: RecordReader
  private var tree = Tree()

  convenience init(_ intake: Adapter.Intake) {
    self.init(intake.order, format: intake.native.format, charset: intake.native.charset)
  }

  /// - Parameter path: the native field; empty if order does not matter.
  init(_ path: String, format: RecordFormat, charset: Charset) {
    self.path = Array(path.utf8)
    reader = RecordReader(format, charset: charset)
  }

  func partition(of body: UnsafeRawBufferPointer) -> Partition? {
    guard !path.isEmpty else { return nil }
    var partition: Partition?
    reader.read(body, into: &tree) { record, _ in
      guard partition == nil, let node = path.withUnsafeBytes({ record.member($0, of: 0) }) else {
        return
      }
      partition = record.withBytes(record.nodes[node].text) { Partition(entity: $0) }
    } fault: { _ in
    }
    return partition
  }
}
