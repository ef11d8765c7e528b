import Foundation
import Testing

@testable import Drafting

@Suite("A draft tells nobody's data") struct MaskingTests {
  /// Made-up persons in districts that are no more, with names and numbers that can be looked for.
  private static let people = [
    ["330103189003070016", "王小宁", "13800138000", "浙江省杭州市下城区文晖路12号", "6222021234567890128"],
    ["330104189104120349", "欧阳一凡", "13900139111", "浙江省杭州市江干区凯旋路7号", "6222021234567890227"],
    ["330104189206150215", "李芳", "13700137222", "浙江省杭州市江干区钱江路3号", "6222021234567890326"],
  ]

  private static let named = ["SFZH", "XM", "SJHM", "DZ", "YHKH"]
  private static let unnamed = ["A1", "B2", "C3", "D4", "E5"]

  private static func bodies(_ names: [String], _ people: [[String]]) -> [(String, String)] {
    func object(_ person: [String]) -> String {
      "{" + zip(names, person).map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}"
    }
    func element(_ person: [String]) -> String {
      "<R>" + zip(names, person).map { "<\($0)>\($1)</\($0)>" }.joined() + "</R>"
    }
    return [
      ("JSON", "[" + people.map(object).joined(separator: ",") + "]"),
      ("XML", "<A>" + people.map(element).joined() + "</A>"),
      ("CSV", ([names] + people).map { $0.joined(separator: ",") }.joined(separator: "\n")),
      ("CSV without a header", people.map { $0.joined(separator: ",") }.joined(separator: "\n")),
      (
        "key=value",
        people.map { zip(names, $0).map { "\($0)=\($1)" }.joined(separator: "\n") }.joined(
          separator: "\n\n")
      ),
      (
        "a JSON map by number",
        "{"
          + people.map { "\"\($0[0])\":{\"XM\":\"\($0[1])\",\"XB\":\"1\"}" }.joined(separator: ",")
          + ",\"ROWS\":[{\"A\":\"1\",\"B\":\"2\",\"C\":\"3\",\"D\":\"4\",\"E\":\"5\",\"F\":\"6\",\"G\":\"7\"}]}"
      ),
    ]
  }

  @Test(
    "in no format, with names that speak and names that do not, with one record and with several")
  func silent() throws {
    for names in [Self.named, Self.unnamed] {
      for people in [Self.people, Array(Self.people.prefix(1))] {
        for (format, body) in Self.bodies(names, people) {
          guard let found = try? draft([body]) else { continue }
          for value in people.flatMap({ $0 }) {
            #expect(!found.everything.contains(value), "\(format)")
          }
        }
      }
    }
  }

  @Test("lists, elements and broken texts that are called like a number or a person")
  func names() throws {
    let number = Self.people[0][0]
    let bodies = [
      "{\"\(number)\":[{\"A\":1,\"B\":2},{\"A\":1,\"B\":3}]}",
      "{\"\(number)\":[{\"A\":1,\"B\":2},{\"A\":1,\"B\":3}],\"C\":\"x\"}",
      "{\"\(number)\":{\"A\":nothing}}",
      "<王小宁><R><A>1</A><B>2</B></R><R><A>1</A><B>2</B></R></王小宁>",
    ]
    for body in bodies {
      do {
        let found = try draft([body])
        #expect(!found.everything.contains(number) && !found.everything.contains("王小宁"))
      } catch let fault as DraftFault {
        #expect(!fault.description.contains(number) && !fault.description.contains("王小宁"))
      }
    }
  }

  @Test("a first line of values is not taken for names, even alone")
  func headers() throws {
    for people in [Self.people, Array(Self.people.prefix(1))] {
      let body = people.map { $0.joined(separator: ",") }.joined(separator: "\n")
      #expect(try draft([body]).fields.map(\.field.path.text) == ["C1", "C2", "C3", "C4", "C5"])
    }
  }
}
