import Mapping
import Testing

@Suite("Days and moments") struct DateTests {
  @Test(
    "the shapes that departments use become one",
    arguments: [
      ("yyyyMMdd", "20240131", "2024-01-31"), ("yyyy-MM-dd", "2024-01-31", "2024-01-31"),
      ("yyyy年M月d日", "2024年1月31日", "2024-01-31"), ("yyyyMMddHHmmss", "20140308095644", "2014-03-08"),
      ("yyyy-M-d", "2008-6-16", "2008-06-16"), ("yyyy/M/d", "2024/1/31", "2024-01-31"),
      ("any", "20240229", "2024-02-29"), ("any", "20140308095644", "2014-03-08"),
      ("any", "2024-1-31", "2024-01-31"), ("any", "2024年1月31日", "2024-01-31"),
      ("any", "2017-7-7 0:00:00", "2017-07-07"), ("any", "2019-12-11 11:03:51", "2019-12-11"),
      ("any", "2024-01-31T23:30:00Z", "2024-02-01"), ("any", "２０２４０１３１", "2024-01-31"),
      ("any", " 20240131 ", "2024-01-31"), ("yyyyMMdd", "18800101", "1880-01-01"),
    ])
  func shapes(shape: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', date: '\(shape)'}", "{\"A\":\(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test(
    "moments are local time of Asia/Shanghai, with its offset",
    arguments: [
      ("yyyyMMddHHmmss", "20240131093000", "2024-01-31T09:30:00+08:00"),
      ("any", "2019-12-11 11:03:51", "2019-12-11T11:03:51+08:00"),
      ("any", "2017-7-7 0:00:00", "2017-07-07T00:00:00+08:00"),
      ("any", "20240131", "2024-01-31T00:00:00+08:00"),
      ("yyyyMMddHHmmss", "20231231240000", "2024-01-01T00:00:00+08:00"),
      ("rfc3339", "2024-01-31T23:30:00.125Z", "2024-02-01T07:30:00+08:00"),
      ("rfc3339", "2023-12-31T20:00:00-05:00", "2024-01-01T09:00:00+08:00"),
      ("rfc3339", "2024-01-31T09:30:00+08:00", "2024-01-31T09:30:00+08:00"),
      // Summer time, which the country had from 1986 to 1991.
      ("yyyyMMddHHmmss", "19880701120000", "1988-07-01T12:00:00+09:00"),
      ("yyyyMMddHHmmss", "19880417015959", "1988-04-17T01:59:59+08:00"),
      ("yyyyMMddHHmmss", "19880417030000", "1988-04-17T03:00:00+09:00"),
      ("yyyyMMddHHmmss", "19880911015959", "1988-09-11T01:59:59+09:00"),
      ("yyyyMMddHHmmss", "19880911020000", "1988-09-11T02:00:00+08:00"),
      ("rfc3339", "1988-07-01T04:00:00Z", "1988-07-01T13:00:00+09:00"),
      ("rfc3339", "1988-01-01T04:00:00Z", "1988-01-01T12:00:00+08:00"),
    ])
  func moments(shape: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', time: '\(shape)'}", "{\"A\":\(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.tree.text("v") == expected)
  }

  @Test(
    "and back into the shape that a department wants",
    arguments: [
      ("yyyyMMddHHmmss", "2024-01-31T09:30:00+08:00", "20240131093000"),
      ("yyyyMMddHHmmss", "2024-01-31T16:30:00Z", "20240201003000"),
      ("yyyy-MM-dd HH:mm:ss", "2024-01-31T09:30:00+08:00", "2024-01-31 09:30:00"),
      ("yyyy年M月d日", "2024-01-01T09:30:00+08:00", "2024年1月1日"),
      ("yyMMdd", "2024-01-31T09:30:00+08:00", "240131"),
    ])
  func back(shape: String, text: String, expected: String) throws {
    let rule = "{from: 'A', time: 'rfc3339', into: '\(shape)'}"
    #expect(try mapped(rule, "{\"A\":\(quoted(text))}").tree.text("v") == expected)
  }

  @Test(
    "impossible days and other shapes are refused",
    arguments: [
      ("yyyyMMdd", "20240230", .impossibleDate), ("yyyyMMdd", "20230229", .impossibleDate),
      ("yyyyMMdd", "20241301", .impossibleDate), ("yyyyMMdd", "20240100", .impossibleDate),
      ("yyyyMMdd", "00010101", .impossibleDate), ("yyyyMMdd", "99991231", .impossibleDate),
      ("yyyyMMddHHmmss", "20240131246000", .impossibleDate),
      ("yyyyMMddHHmmss", "20240131240001", .impossibleDate),
      ("yyyyMMdd", "2024013", .malformedValue), ("yyyyMMdd", "2024-01-31", .malformedValue),
      ("yyyyMMdd", "202401310", .malformedValue), ("yyyyMMdd", "abcdefgh", .malformedValue),
      ("any", "31.01.2024", .malformedValue), ("any", "2024-01-31T09:30:00", .malformedValue),
      ("rfc3339", "2024-01-31T09:30:00+25:00", .impossibleDate),
    ] as [(String, String, MappingFault.Code)])
  func refused(shape: String, text: String, code: MappingFault.Code) throws {
    let result = try mapped("{from: 'A', date: '\(shape)'}", "{\"A\":\(quoted(text))}")
    #expect(result.codes == [code])
  }

  @Test(
    "sentinels, zeros, two-digit years and months without a day have a stated policy",
    arguments: [
      ("date: 'yyyy-M-d', open: 'absent'", "9999-9-9", "{}"),
      ("date: 'yyyyMMdd', open: 'absent'", "20991231", "{}"),
      ("date: 'yyyyMMdd'", "20991231", #"{"v":"2099-12-31"}"#),
      ("date: 'yyyyMMdd', open: 'keep'", "99991231", #"{"v":"9999-12-31"}"#),
      ("date: 'yyyyMMdd', open: 'absent'", "20240131", #"{"v":"2024-01-31"}"#),
      ("date: 'yyyyMMdd', absent: ['19000101']", "19000101", "{}"),
      ("date: 'yyyyMMdd', zeros: 'first'", "19500000", #"{"v":"1950-01-01"}"#),
      ("date: 'yyyyMMdd', zeros: 'first'", "19500700", #"{"v":"1950-07-01"}"#),
      ("date: 'yyyyMMdd', zeros: 'absent'", "19500700", "{}"),
      ("date: 'yyMMdd', century: 1930", "300101", #"{"v":"1930-01-01"}"#),
      ("date: 'yyMMdd', century: 1930", "290101", #"{"v":"2029-01-01"}"#),
      ("date: 'yyyyMM', day: 'first'", "202402", #"{"v":"2024-02-01"}"#),
      ("date: 'yyyyMM', day: 'last'", "202402", #"{"v":"2024-02-29"}"#),
      ("date: 'yyyyMM', into: 'yyyy-MM'", "202402", #"{"v":"2024-02"}"#),
      ("date: ['yyyyMMdd', 'yyyy-M-d']", "2024-2-9", #"{"v":"2024-02-09"}"#),
    ])
  func policies(words: String, text: String, expected: String) throws {
    let result = try mapped("{from: 'A', \(words)}", "{\"A\":\(quoted(text))}")
    #expect(result.faults == [])
    #expect(result.json == expected)
  }

  @Test(
    "every shape that departments are known to write is read, or refused by a policy that can be changed",
    arguments: [
      ("date: 'yyyyMMdd'", "20240131", "2024-01-31", nil),
      ("date: 'yyyy-MM-dd'", "2024-01-31", "2024-01-31", nil),
      ("date: 'yyyy年M月d日'", "2024年1月31日", "2024-01-31", nil),
      ("date: 'yyyy年MM月dd日'", "2024年01月31日", "2024-01-31", nil),
      ("date: 'yyyyMMddHHmmss'", "20140308095644", "2014-03-08", nil),
      ("time: 'yyyyMMddHHmmss'", "20140308095644", "2014-03-08T09:56:44+08:00", nil),
      ("date: 'yyyy-M-d'", "2008-6-16", "2008-06-16", nil),
      ("date: 'yyyyMM', day: 'first'", "202401", "2024-01-01", nil),
      ("date: 'yyyyMM', day: 'last'", "202401", "2024-01-31", nil),
      ("date: 'yyMMdd', century: 1950", "500101", "1950-01-01", nil),
      ("date: 'yyMMdd', century: 1950", "491231", "2049-12-31", nil),
      ("date: 'yy-M-d', century: 1930", "00-1-1", "2000-01-01", nil),
      ("date: 'yyyy-M-d'", "9999-9-9", nil, .impossibleDate),
      ("date: 'any'", "9999-9-9", nil, .impossibleDate),
      ("date: 'any', open: 'absent'", "9999-9-9", nil, nil),
      ("date: 'yyyy-M-d', open: 'keep'", "9999-9-9", "9999-09-09", nil),
      ("date: 'yyyyMMdd', open: 'absent'", "99991231", nil, nil),
      ("date: 'yyyyMMdd', open: 'absent'", "29991231", nil, nil),
      ("date: 'yyyyMMdd'", "29991231", nil, .impossibleDate),
      ("date: 'yyyyMMdd'", "19500600", nil, .impossibleDate),
      ("date: 'yyyyMMdd', zeros: 'first'", "19500600", "1950-06-01", nil),
      ("date: 'yyyyMMdd', zeros: 'first'", "19500000", "1950-01-01", nil),
      ("date: 'yyyyMMdd', zeros: 'absent'", "19500000", nil, nil),
      ("date: 'yyyyMM', day: 'first', zeros: 'first'", "195000", "1950-01-01", nil),
      ("date: 'yyyyMM', day: 'last', zeros: 'first'", "195000", "1950-01-31", nil),
      ("date: 'yyyyMMdd', zeros: 'first'", "19500631", nil, .impossibleDate),
      ("date: 'yyyyMMdd'", "２０２４０１３１", "2024-01-31", nil),
      ("date: 'yyyy年M月d日'", "2024年１月３１日", "2024-01-31", nil),
      ("date: 'yyyy年M月d日'", "二〇二四年一月三十一日", "2024-01-31", nil),
      ("date: 'yyyy年M月d日'", "二○二四年十二月十日", "2024-12-10", nil),
      ("date: 'any'", "二零二四年十月二十日", "2024-10-20", nil),
      ("date: 'yyyy年M月d日'", "贰零贰肆年壹拾月廿一日", "2024-10-21", nil),
      ("date: 'yyyy年M月d日'", "二〇二四年一月三十二日", nil, .impossibleDate),
      ("date: 'yyyy年M月d日'", "二〇二四年一月百日", nil, .malformedValue),
      ("date: 'yyyy年M月d日'", "甲辰年一月一日", nil, .malformedValue),
    ] as [(String, String, String?, MappingFault.Code?)])
  func shapes(words: String, text: String, expected: String?, code: MappingFault.Code?) throws {
    let result = try mapped("{from: 'A', \(words)}", "{\"A\":\(quoted(text))}")
    #expect(result.codes == [code].compactMap { $0 })
    #expect(result.tree.text("v") == expected)
  }
}
