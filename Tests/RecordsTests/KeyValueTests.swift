import Testing

@testable import Records

@Suite struct KeyValueTests {
  let format = RecordFormat.keyValue(KeyValueFormat())

  @Test("lines of key=value are a record, an empty line ends it, remarks are passed over")
  func records() {
    let text = "# first\r\nname = 张三\r\nnote=a=b\r\n# inner\r\nempty=\r\n\r\n\r\nname=李四\n#last"
    let reading = Reading(text, format)
    #expect(reading.records == [#"{"name":"张三","note":"a=b","empty":""}"#, #"{"name":"李四"}"#])
    #expect(reading.faults.isEmpty)
    #expect(reading.bytes(of: "name", in: Array(text.utf8)) == Array("张三".utf8))
    #expect(reading.places.map(\.line) == [2, 8])
  }

  @Test(
    "a line without a separator or a key spoils its record only", arguments: ["nonsense", "=value"])
  func malformed(line: String) {
    let reading = Reading("a=1\n\nb=2\n\(line)\nc=3\n\na=4\n", format)
    #expect(reading.records == [#"{"a":"1"}"#, #"{"a":"4"}"#])
    #expect(reading.codes == [.malformedLine])
    #expect(reading.faults.first?.line == 4)
    #expect(reading.faults.first?.record == 2)
  }

  @Test("a key twice in one record is refused")
  func twice() {
    let reading = Reading("a=1\nb=2\na=3\n\na=4", format)
    #expect(reading.codes == [.duplicateName])
    #expect(reading.faults.first?.path == "a")
    #expect(reading.faults.first?.line == 3)
    #expect(reading.records == [#"{"a":"4"}"#])
  }

  @Test("other separators, and GB18030", arguments: [Charset.utf8, .gb18030, .utf16LittleEndian])
  func dialect(charset: Charset) {
    let colon = RecordFormat.keyValue(KeyValueFormat(separator: UInt8(ascii: ":"), remark: nil))
    let native = encoded("姓名:䶮𫖯\n#:x\n", charset)
    let reading = Reading(native, colon, charset)
    #expect(reading.records == [##"{"姓名":"䶮𫖯","#":"x"}"##])
    #expect(reading.bytes(of: "姓名", in: native) == encoded("䶮𫖯", charset))
  }

  @Test("remarks alone are a body without records")
  func remarksOnly() {
    #expect(Reading("# nothing\n", format).codes == [.recordsMissing])
  }
}
