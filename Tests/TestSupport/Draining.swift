import Foundation
import Glibc

extension FileHandle {
  /// All octets until the other side closes. Foundation's own `readDataToEndOfFile` ends the process
  /// when a signal interrupts a read (EINTR); here the read is taken up again.
  package func drained() -> Data {
    var data = Data()
    while true {
      let part = someOctets()
      guard !part.isEmpty else { return data }
      data.append(contentsOf: part)
    }
  }

  /// The octets that come next; empty at the end.
  package func someOctets() -> Data {
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
      while true {
        let count = Glibc.read(fileDescriptor, buffer.baseAddress, buffer.count)
        if count >= 0 { return Data(buffer[0..<count]) }
        guard errno == EINTR else { return Data() }
      }
    }
  }
}
