import Testing

@testable import Records

@Suite struct JSONRecordsTests {
  let body = RecordFormat.json(JSONFormat())

  @Test("a body that is an object is one record")
  func object() {
    let reading = Reading(" {\"a\":1}\n", body)
    #expect(reading.records == [#"{"a":1}"#])
    #expect(reading.faults.isEmpty)
  }

  @Test("a body that is a list is as many records, and a bad one does not sink its neighbours")
  func list() {
    let text = """
      [{"a":1},
       {"a":1,"a":2},
       {"a":"\\ud800"},
       [1],
       {"a":[1,]},
       {"a":tru},
       {"a":2}]
      """
    let reading = Reading(text, body)
    #expect(reading.records == [#"{"a":1}"#, #"{"a":2}"#])
    #expect(reading.codes == [.duplicateName, .loneSurrogate, .notAnObject, .notJSON, .notJSON])
    #expect(reading.faults.map(\.record) == [2, 3, 4, 5, 6])
    #expect(reading.faults.map(\.line) == [2, 3, 4, 5, 6])
    #expect(reading.faults.map(\.path) == ["a", "a", "", "a[1]", "a"])
    #expect(reading.places.map(\.record) == [1, 7])
    #expect(reading.places.map(\.line) == [1, 7])
  }

  @Test("a path leads to the records")
  func path() {
    let format = RecordFormat.json(JSONFormat(records: ["data", "rows"]))
    let text = #"{"code":0,"data":{"total":2,"rows":[{"a":1},{"a":2}],"next":null},"message":"ok"}"#
    let reading = Reading(text, format)
    #expect(reading.records == [#"{"a":1}"#, #"{"a":2}"#])
    #expect(reading.faults.isEmpty)
    #expect(reading.bytes(of: "a", record: 1, in: Array(text.utf8)) == [0x32])
    #expect(Reading(#"{"data":{"rows":{"a":1}}}"#, format).records == [#"{"a":1}"#])
  }

  @Test(
    "a path to nothing is a fault",
    arguments: [
      #"{"data":{}}"#, #"{"data":{"other":[]}}"#, #"{"data":[]}"#, "[]", "1",
      #"{"data":{"rows":[]}}"#, "{}",
    ])
  func nothing(text: String) {
    let reading = Reading(text, .json(JSONFormat(records: ["data", "rows"])))
    #expect(reading.records.isEmpty)
    #expect(reading.codes == [.recordsMissing])
  }

  @Test(
    "what stands around the records must be JSON too",
    arguments: [
      (#"{"x":tru,"rows":[{"a":1}]}"#, 0), (#"{"rows":[{"a":1}],"x":tru}"#, 1),
      (#"{"rows":[{"a":1}]"#, 1),
      (#"{"rows":[{"a":1}]}}"#, 1), (#"{"rows":[{"a":1} {"a":2}]}"#, 1),
      (#"{"rows" [{"a":1}]}"#, 0),
      (#"{"rows":[{"a":1},]}"#, 1), (#"{"rows":[{"a":1}],}"#, 1), (#"{x:1}"#, 0),
    ])
  func around(text: String, good: Int) {
    let reading = Reading(text, .json(JSONFormat(records: ["rows"])))
    #expect(reading.records.count == good)
    #expect(reading.codes == [.notJSON])
  }

  @Test("one JSON text a line: a broken line is one fault")
  func lines() {
    let reading = Reading("{\"a\":1}\r\n\n{\"a\":\n{\"a\":2}\n{}", .json(JSONFormat(lines: true)))
    #expect(reading.records == [#"{"a":1}"#, #"{"a":2}"#, "{}"])
    #expect(reading.codes == [.notJSON])
    #expect(reading.faults.first?.line == 3)
    #expect(reading.places.map(\.line) == [1, 4, 5])
  }

  @Test(
    "an empty body, white space, or only a mark is a fault", arguments: ["", " \n", "\u{FEFF}"])
  func empty(text: String) {
    let reading = Reading(text, body)
    #expect(reading.records.isEmpty)
    #expect(reading.faults.count == 1)
  }

  @Test(
    "JSON in GB18030 and UTF-16 is read, and places are those of the native bytes",
    arguments: [
      Charset.gb18030, .gbk, .utf16LittleEndian, .utf16BigEndian, .utf8,
    ])
  func charsets(charset: Charset) {
    let native = encoded(#"[{"名":"张三丰","b":["䶮",{"c":"d"}]},{"名":"李四"}]"#, charset)
    let reading = Reading(native, body, charset)
    #expect(reading.records == [#"{"名":"张三丰","b":["䶮",{"c":"d"}]}"#, #"{"名":"李四"}"#])
    #expect(reading.bytes(of: "名", in: native) == encoded("\"张三丰\"", charset))
    #expect(reading.bytes(of: "b", in: native) == encoded(#"["䶮",{"c":"d"}]"#, charset))
    #expect(reading.bytes(of: "b[1].c", in: native) == encoded("\"d\"", charset))
    #expect(reading.bytes(of: "名", record: 1, in: native) == encoded("\"李四\"", charset))
    #expect(reading.bytes(of: "", record: 1, in: native) == encoded(#"{"名":"李四"}"#, charset))
    #expect(reading.places[1].byte == encoded(#"[{"名":"张三丰","b":["䶮",{"c":"d"}]},"#, charset).count)
  }

  @Test("a byte that is no character spoils its own record only")
  func badByte() {
    var native = encoded(#"[{"a":"张"},{"a":"?"},{"a":"三"}]"#, .gb18030)
    native[native.firstIndex(of: 0x3F) ?? 0] = 0xFF
    let reading = Reading(native, body, .gb18030)
    #expect(reading.records == [#"{"a":"张"}"#, #"{"a":"三"}"#])
    #expect(reading.codes == [.undecodable])
    #expect(reading.faults.first?.byte == native.firstIndex(of: 0xFF))
  }

  @Test("a body over the limit is refused before it is read")
  func bodyLimit() {
    var limits = RecordLimits()
    limits.bodyBytes = 10
    #expect(Reading(Array(#"{"a":"123456789"}"#.utf8), body, limits: limits).codes == [.tooLarge])
  }
}
