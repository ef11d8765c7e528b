/// A value for `$1`, `$2`, … of a statement. All but JSON travel in binary.
///
/// `text` is of type text, `int` bigint, `double` double precision, `bytes` bytea, `timestamp` timestamptz; for
/// a column of another type the statement casts (`$1::uuid`). `json` takes the type that the statement wants,
/// json or jsonb. The array cases are for `unnest($1::bytea[], …)` and `any($1)`.
package enum Parameter: Sendable {
  case null
  case text(String)
  case int(Int64)
  case double(Double)
  case bool(Bool)
  case bytes([UInt8])
  case json(String)
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamp(microseconds: Int64)
  case texts([String])
  case ints([Int64])
  case doubles([Double])
  case bools([Bool])
  case byteses([[UInt8]])
  /// An array of bytea of equal length, one behind the other in one buffer: for many keys or digests.
  case equalByteses(width: Int, [UInt8])

  /// The type's number in `pg_type`, which all PostgreSQL servers share; 0 lets the server decide.
  var type: UInt32 {
    switch self {
    case .null, .json: 0
    case .text: TypeNumber.text
    case .int: TypeNumber.int8
    case .double: TypeNumber.float8
    case .bool: TypeNumber.bool
    case .bytes: TypeNumber.bytea
    case .timestamp: TypeNumber.timestamptz
    case .texts: TypeNumber.textArray
    case .ints: TypeNumber.int8Array
    case .doubles: TypeNumber.float8Array
    case .bools: TypeNumber.boolArray
    case .byteses, .equalByteses: TypeNumber.byteaArray
    }
  }

  var isBinary: Bool {
    switch self {
    case .null, .json: false
    default: true
    }
  }
}

/// Numbers of built-in types (`src/include/catalog/pg_type.dat`), fixed for ever.
enum TypeNumber {
  static let bool: UInt32 = 16
  static let bytea: UInt32 = 17
  static let char: UInt32 = 18
  static let name: UInt32 = 19
  static let int8: UInt32 = 20
  static let int2: UInt32 = 21
  static let int4: UInt32 = 23
  static let text: UInt32 = 25
  static let oid: UInt32 = 26
  static let json: UInt32 = 114
  static let xml: UInt32 = 142
  static let float4: UInt32 = 700
  static let float8: UInt32 = 701
  static let unknown: UInt32 = 705
  static let boolArray: UInt32 = 1000
  static let byteaArray: UInt32 = 1001
  static let int4Array: UInt32 = 1007
  static let textArray: UInt32 = 1009
  static let int8Array: UInt32 = 1016
  static let float8Array: UInt32 = 1022
  static let bpchar: UInt32 = 1042
  static let varchar: UInt32 = 1043
  static let timestamp: UInt32 = 1114
  static let timestamptz: UInt32 = 1184
  static let uuid: UInt32 = 2950
  static let jsonb: UInt32 = 3802
  /// Types that users made (enumerations, domains) begin here.
  static let firstOfUsers: UInt32 = 16384

  /// Between 1970-01-01, where we count from, and 2000-01-01, where PostgreSQL does, in microseconds.
  static let epochShift: Int64 = 946_684_800_000_000
}
