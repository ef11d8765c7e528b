import CPostgres

/// What a statement returned. Rows and their values are copied out of libpq's memory only when asked for.
package struct Rows: Sequence {
  private let answer: Answer

  init(_ answer: Answer) { self.answer = answer }

  package var count: Int { answer.count }
  package var isEmpty: Bool { count == 0 }

  /// How many rows an insert, update or delete touched.
  package var affected: Int { answer.affected }

  /// The statement's own word of what it did, such as `COMMIT`.
  var tag: String { answer.tag }

  package subscript(_ index: Int) -> Row {
    precondition((0..<count).contains(index), "row \(index) of \(count)")
    return Row(answer, Int32(index))
  }

  package func makeIterator() -> AnyIterator<Row> {
    var index = 0
    return AnyIterator {
      guard index < answer.count else { return nil }
      defer { index += 1 }
      return Row(answer, Int32(index))
    }
  }
}

/// One row. Asking for another type than the column has, or for a value where there is none, throws `WRONG_TYPE`.
package struct Row {
  private let answer: Answer
  private let index: Int32

  init(_ answer: Answer, _ index: Int32) {
    self.answer = answer
    self.index = index
  }

  package func isNull(_ column: Int) -> Bool { answer.value(index, column) == nil }

  /// text, varchar, char, name, json, jsonb, xml, uuid, enumerations.
  package func text(_ column: Int) throws(StorageError) -> String {
    try read(column, Decoding.text)
  }

  /// bigint, integer, smallint, oid.
  package func int(_ column: Int) throws(StorageError) -> Int64 { try read(column, Decoding.int) }

  /// double precision, real.
  package func double(_ column: Int) throws(StorageError) -> Double {
    try read(column, Decoding.double)
  }

  package func bool(_ column: Int) throws(StorageError) -> Bool { try read(column, Decoding.bool) }

  /// bytea.
  package func bytes(_ column: Int) throws(StorageError) -> [UInt8] {
    try read(column, Decoding.bytes)
  }

  /// timestamptz, or timestamp as UTC: microseconds since 1970-01-01T00:00:00Z.
  package func timestamp(_ column: Int) throws(StorageError) -> Int64 {
    try read(column, Decoding.timestamp)
  }

  package func texts(_ column: Int) throws(StorageError) -> [String] {
    try read(column, Decoding.texts)
  }

  /// bigint[] or integer[].
  package func ints(_ column: Int) throws(StorageError) -> [Int64] {
    try read(column, Decoding.ints)
  }

  package func bools(_ column: Int) throws(StorageError) -> [Bool] {
    try read(column, Decoding.bools)
  }

  package func byteses(_ column: Int) throws(StorageError) -> [[UInt8]] {
    try read(column, Decoding.byteses)
  }

  private func read<Value>(
    _ column: Int, _ decoding: Decoding<Value>
  ) throws(StorageError) -> Value {
    guard let octets = answer.value(index, column) else {
      throw answer.wrong(column, "null; expected \(decoding.expected)")
    }
    guard let value = decoding.read(answer.type(column), octets) else {
      throw answer.wrong(
        column, "of the type with number \(answer.type(column)); expected \(decoding.expected)")
    }
    return value
  }
}

// MARK: Null as nil

extension Row {
  package func optionalText(_ column: Int) throws(StorageError) -> String? {
    isNull(column) ? nil : try text(column)
  }

  package func optionalInt(_ column: Int) throws(StorageError) -> Int64? {
    isNull(column) ? nil : try int(column)
  }

  package func optionalDouble(_ column: Int) throws(StorageError) -> Double? {
    isNull(column) ? nil : try double(column)
  }

  package func optionalBool(_ column: Int) throws(StorageError) -> Bool? {
    isNull(column) ? nil : try bool(column)
  }

  package func optionalBytes(_ column: Int) throws(StorageError) -> [UInt8]? {
    isNull(column) ? nil : try bytes(column)
  }

  package func optionalTimestamp(_ column: Int) throws(StorageError) -> Int64? {
    isNull(column) ? nil : try timestamp(column)
  }
}

/// Owns one `PGresult`; shared by the rows that read from it and cleared with the last of them.
final class Answer {
  private let result: OpaquePointer
  private let statement: String
  let count: Int

  init(_ result: OpaquePointer, statement: String) {
    self.result = result
    self.statement = statement
    count = Int(PQntuples(result))
  }

  deinit { PQclear(result) }

  var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }
  var tag: String { String(cString: PQcmdStatus(result)) }

  func type(_ column: Int) -> UInt32 { PQftype(result, Int32(column)) }

  /// The octets of a value, valid as long as this answer; nil for null.
  func value(_ row: Int32, _ column: Int) -> UnsafeRawBufferPointer? {
    precondition(
      (0..<PQnfields(result)).contains(Int32(column)), "column \(column) of: \(statement)")
    guard PQgetisnull(result, row, Int32(column)) == 0 else { return nil }
    return UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, Int32(column)),
      count: Int(PQgetlength(result, row, Int32(column))))
  }

  func wrong(_ column: Int, _ what: String) -> StorageError {
    let name = PQfname(result, Int32(column)).map { String(cString: $0) } ?? ""
    return StorageError(
      .wrongType, at: "column \(column) (\(name)) of \(statement)", "the value is \(what)")
  }
}
