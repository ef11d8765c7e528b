import TestSupport
import Testing

@testable import Storage

@Suite struct ValueTests {
  @Test("every type comes back as it went, in binary")
  func roundTrip() async throws {
    try await onThread {
      let database = try Place().database()
      let rows = try database.query(
        """
        select $1::text, $2::bigint, $3::double precision, $4::bool, $5::bytea, $6::timestamptz,
          $7::jsonb, $8::json, null::text, $9::text[], $10::bigint[], $11::bool[], $12::bytea[],
          $13::bytea[], $14::text[]
        """,
        [
          .text("通办\u{1F5C3} line\nend"), .int(.min), .double(-0.5), .bool(true),
          .bytes([0, 255, 128]),
          .timestamp(microseconds: 1_732_450_000_123_456), .json(#"{"a": [1, "二"]}"#), .json("[]"),
          .texts(["", "公安", "a,b\"{}"]), .ints([.max, 0, -1]), .bools([true, false]),
          .byteses([[], [1, 2], [0]]), .equalByteses(width: 2, [1, 2, 3, 4, 5, 6]), .texts([]),
        ])
      let row = rows[0]
      #expect(try row.text(0) == "通办\u{1F5C3} line\nend")
      #expect(try row.int(1) == .min)
      #expect(try row.double(2) == -0.5)
      #expect(try row.bool(3))
      #expect(try row.bytes(4) == [0, 255, 128])
      #expect(try row.timestamp(5) == 1_732_450_000_123_456)
      #expect(try row.text(6) == #"{"a": [1, "二"]}"#)
      #expect(try row.text(7) == "[]")
      #expect(row.isNull(8))
      #expect(try row.optionalText(8) == nil)
      #expect(try row.texts(9) == ["", "公安", "a,b\"{}"])
      #expect(try row.ints(10) == [.max, 0, -1])
      #expect(try row.bools(11) == [true, false])
      #expect(try row.byteses(12) == [[], [1, 2], [0]])
      #expect(try row.byteses(13) == [[1, 2], [3, 4], [5, 6]])
      #expect(try row.texts(14) == [])
    }
  }

  @Test("a seeded run of values survives a table")
  func randomValues() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("values: seed \(seed)")
    try await onThread {
      var random = Random(state: seed)
      let database = try Place().database()
      try database.script(
        "create table kept (n bigint, i bigint, d float8, b bytea, t text, at timestamptz)")
      for number in 0..<300 {
        let (int, moment) = (Int64(bitPattern: random.next()), Int64(random.next() % (1 << 52)))
        let double = Double(bitPattern: random.next())
        let bytes = (0..<Int(random.next() % 200)).map { _ in
          UInt8(truncatingIfNeeded: random.next())
        }
        let text = String(
          (0..<Int(random.next() % 50)).map { _ in
            Character(Unicode.Scalar(UInt32(random.next() % 0xD000) + 1) ?? "x")
          })
        try database.query(
          "insert into kept values ($1, $2, $3, $4, $5, $6)",
          [
            .int(Int64(number)), .int(int), .double(double), .bytes(bytes), .text(text),
            .timestamp(microseconds: moment),
          ])
        let row = try database.query("select * from kept where n = $1", [.int(Int64(number))])[0]
        #expect(try row.int(1) == int)
        #expect(try row.double(2) == double || double.isNaN)
        #expect(try row.bytes(3) == bytes)
        #expect(try Array(row.text(4).unicodeScalars) == Array(text.unicodeScalars))
        #expect(try row.timestamp(5) == moment)
      }
    }
  }

  @Test("null goes to any column, and other built-in types are read")
  func otherTypes() async throws {
    try await onThread {
      let database = try Place().database()
      try database.script(
        """
        create type mood as enum ('open', 'closed');
        create table mixed (a uuid, b mood, c int, d smallint, e real, f varchar(5), g timestamp, h int[]);
        """)
      try database.query(
        "insert into mixed (a, b, c, g) values ($1, $2, $3, $4)", [.null, .null, .null, .null])
      try database.query(
        "update mixed set a = $1::uuid, b = $2::mood, c = 7, d = -2, e = 1.5, f = 'x', "
          + "g = '2026-11-24 04:40:29', h = '{1,2}'",
        [.text("6f0c5b80-0000-4000-8000-00000000abcd"), .text("closed")])
      let row = try database.query("select * from mixed")[0]
      #expect(try row.text(0) == "6f0c5b80-0000-4000-8000-00000000abcd")
      #expect(try row.text(1) == "closed")
      #expect(try [row.int(2), row.int(3)] == [7, -2])
      #expect(try row.double(4) == 1.5)
      #expect(try row.text(5) == "x")
      #expect(try row.timestamp(6) == 1_795_495_229_000_000)
      #expect(try row.ints(7) == [1, 2])
    }
  }

  @Test("another type than asked for, and null where a value is expected, name the column")
  func wrongTypes() async throws {
    try await onThread {
      let rows = try Place().database().query(
        "select 1::bigint as number, null::text as nothing, 'infinity'::timestamptz as ever, 1.5 as exact"
      )
      #expect(storageError { _ = try rows[0].text(0) }?.code == .wrongType)
      #expect(storageError { _ = try rows[0].text(0) }?.place.contains("number") == true)
      #expect(storageError { _ = try rows[0].text(1) }?.place.contains("nothing") == true)
      #expect(storageError { _ = try rows[0].timestamp(2) }?.code == .wrongType)
      #expect(storageError { _ = try rows[0].double(3) }?.reason.contains("cast") == true)
    }
  }

  @Test("five hundred keys of sixteen octets are one buffer")
  func manyKeys() async throws {
    try await onThread {
      let database = try Place().database()
      let keys = (0..<8_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let row = try database.query(
        "select count(*), min(length(k)), max(length(k)), string_agg(k, null order by n) "
          + "from unnest($1::bytea[]) with ordinality as u(k, n)",
        [.equalByteses(width: 16, keys)])[0]
      #expect(try row.int(0) == 500)
      #expect(try row.int(1) == 16)
      #expect(try row.int(2) == 16)
      #expect(try row.bytes(3) == keys)
    }
  }
}

/// SplitMix64: the same numbers for the same seed.
struct Random {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
