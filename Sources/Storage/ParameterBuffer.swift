/// The parameters of one statement as libpq wants them: octets in one buffer, and where each lies.
/// Filled, used, and reused for the next statement.
struct ParameterBuffer {
  private var octets: [UInt8] = []
  /// Where each parameter begins; -1 for null.
  private var starts: [Int] = []
  private(set) var types: [UInt32] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  var count: Int { starts.count }

  mutating func fill(_ parameters: [Parameter]) {
    octets.removeAll(keepingCapacity: octets.capacity <= Limits.keptParameterBuffer)
    starts.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
    for parameter in parameters {
      let start = octets.count
      types.append(parameter.type)
      formats.append(parameter.isBinary ? 1 : 0)
      if case .null = parameter {
        starts.append(-1)
        lengths.append(0)
        continue
      }
      starts.append(start)
      append(parameter)
      let length = octets.count - start
      // libpq counts in 32 bits, and PostgreSQL takes no value of a gigabyte.
      precondition(length < 1 << 30, "a parameter holds less than a gibibyte")
      lengths.append(Int32(length))
      // Text ends with a zero octet for libpq, which does not look at its length.
      if !parameter.isBinary { octets.append(0) }
    }
    // An empty value still needs an address that is not null, which stands for null.
    octets.append(0)
  }

  /// The arrays that `PQsendQueryPrepared` takes; valid during `body`.
  func withPointers<Result>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>, UnsafePointer<Int32>) ->
      Result
  ) -> Result {
    octets.withUnsafeBytes { memory in
      let base = memory.baseAddress
      return withUnsafeTemporaryAllocation(
        of: UnsafePointer<CChar>?.self, capacity: max(1, starts.count)
      ) { pointers in
        pointers.initialize(repeating: nil)
        for (index, start) in starts.enumerated() where start >= 0 {
          pointers[index] = base.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
        }
        return lengths.withUnsafeBufferPointer { lengths in
          formats.withUnsafeBufferPointer { formats in
            withOneAtLeast(lengths) { lengths in
              withOneAtLeast(formats) { formats in
                body(UnsafePointer(pointers.baseAddress), lengths, formats)
              }
            }
          }
        }
      }
    }
  }

  private func withOneAtLeast<Result>(
    _ buffer: UnsafeBufferPointer<Int32>, _ body: (UnsafePointer<Int32>) -> Result
  ) -> Result {
    if let base = buffer.baseAddress { return body(base) }
    var none: Int32 = 0
    return withUnsafePointer(to: &none, body)
  }
}

// MARK: Binary forms

extension ParameterBuffer {
  private mutating func append(_ parameter: Parameter) {
    switch parameter {
    case .null: break
    case .text(let text), .json(let text): octets.append(contentsOf: text.utf8)
    case .int(let number): append(number)
    case .double(let number): append(number.bitPattern)
    case .bool(let flag): octets.append(flag ? 1 : 0)
    case .bytes(let bytes): octets.append(contentsOf: bytes)
    case .timestamp(let microseconds): append(microseconds - TypeNumber.epochShift)
    case .texts(let texts):
      appendArray(of: TypeNumber.text, texts.count, reserving: 24)
      for text in texts {
        append(Int32(text.utf8.count))
        octets.append(contentsOf: text.utf8)
      }
    case .ints(let numbers):
      appendArray(of: TypeNumber.int8, numbers.count, reserving: 12)
      for number in numbers {
        append(Int32(8))
        append(number)
      }
    case .doubles(let numbers):
      appendArray(of: TypeNumber.float8, numbers.count, reserving: 12)
      for number in numbers {
        append(Int32(8))
        append(number.bitPattern)
      }
    case .bools(let flags):
      appendArray(of: TypeNumber.bool, flags.count, reserving: 5)
      for flag in flags {
        append(Int32(1))
        octets.append(flag ? 1 : 0)
      }
    case .byteses(let items):
      appendArray(of: TypeNumber.bytea, items.count, reserving: 20)
      for item in items {
        append(Int32(item.count))
        octets.append(contentsOf: item)
      }
    case .equalByteses(let width, let bytes): append(bytes, width: width)
    }
  }

  private mutating func append(_ bytes: [UInt8], width: Int) {
    precondition(
      width > 0 && bytes.count.isMultiple(of: width), "whole elements of \(width) octets each")
    let count = bytes.count / width
    appendArray(of: TypeNumber.bytea, count, reserving: width + 4)
    let length = Int32(width)
    bytes.withUnsafeBytes { source in
      for index in 0..<count {
        append(length)
        octets.append(
          contentsOf: UnsafeRawBufferPointer(
            rebasing: source[(index * width)..<((index + 1) * width)]))
      }
    }
  }

  /// The head of a one-dimensional array without nulls (`array_recv` in PostgreSQL's sources).
  private mutating func appendArray(of element: UInt32, _ count: Int, reserving size: Int) {
    octets.reserveCapacity(octets.count + 20 + count * size)
    append(Int32(count == 0 ? 0 : 1))
    append(Int32(0))
    append(element)
    guard count > 0 else { return }
    append(Int32(count))
    append(Int32(1))
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { octets.append(contentsOf: $0) }
  }
}
