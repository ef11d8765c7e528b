import Foundation
import HubSupport
import TestSupport
import Testing

/// `tongban mapping explain` and `mapping test`, as an adapter's author runs them.
@Suite struct MappingCommandTests {
  /// A home of its own, to spoil.
  private final class Home {
    let folder: URL

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in ["adapters", "topology"] {
        try FileManager.default.copyItem(
          at: Tongban.project.appending(path: name), to: folder.appending(path: name))
      }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func change(_ file: String, _ old: String, _ new: String) throws {
      let place = folder.appending(path: "adapters/\(file)")
      let text = try String(contentsOf: place, encoding: .utf8)
      try #require(text.contains(old))
      try Data(text.replacing(old, with: new).utf8).write(to: place)
    }

    func write(_ octets: String, _ file: String) throws {
      let place = folder.appending(path: "adapters/\(file)")
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(octets.utf8).write(to: place)
    }

    func sample(_ path: String) -> String { folder.appending(path: "adapters/\(path)").path }

    func mapping(_ arguments: String...) async throws -> Tongban.Answer {
      try await onThread { [folder] in
        Tongban.run(["mapping"] + arguments, environment: ["TONGBAN_HOME": folder.path])
      }
    }
  }

  private static let person = "public-security/samples/household-change/move.xml"

  // MARK: explain

  @Test("one field: its value, the native field with place and octets, the rule's line")
  func field() async throws {
    let home = try Home()
    let file = home.sample("public-security/mappings/household-change.json5")
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasPrefix("    name: ") }) + 1
    let answer = try await home.mapping(
      "explain", "public-security", "household-change", home.sample(Self.person), "name")
    #expect(answer.status == 0)
    #expect(
      answer.output.contains(
        """
        name = "王小宁"
          from XM  "王小宁"           line 3, bytes 172–177
          octets   CD F5 D0 A1 C4 FE
          rule     adapters/public-security/mappings/household-change.json5:\(line) fields.name
        """))
    #expect(!answer.output.contains("birthDate"))
  }

  @Test("a native field: every field that it went to or was looked at for")
  func native() async throws {
    let home = try Home()
    let answer = try await home.mapping(
      "explain", "public-security", "household-change", home.sample(Self.person), "ywlx")
    #expect(answer.output.contains("event.change = \"updated\""))
    #expect(
      answer.output.contains("deathDate is not there: the condition does not hold: YWLX is"))
    #expect(answer.output.contains("→ event.change"))
    let dropped = try await home.mapping(
      "explain", "public-security", "household-change", home.sample(Self.person), "PCS")
    #expect(dropped.output.contains("dropped on purpose"))
  }

  @Test("--mask covers names, numbers and addresses, also as octets; codes stay")
  func mask() async throws {
    let home = try Home()
    for json in [[], ["--json"]] {
      let arguments =
        ["mapping", "explain", "public-security", "household-change", home.sample(Self.person)]
        + ["--mask"] + json
      let answer = try await onThread { [folder = home.folder] in
        Tongban.run(arguments, environment: ["TONGBAN_HOME": folder.path])
      }
      #expect(answer.status == 0)
      for secret in ["王小宁", "CD F5", "330103189003070016", "古墩路", "000000700001"] {
        #expect(!answer.output.contains(secret), "\(secret) is shown")
      }
      #expect(answer.output.contains("男性") && answer.output.contains("ZZBD"))
    }
  }

  @Test("--json: an object a line, each with its record and its kind")
  func lines() async throws {
    let home = try Home()
    let answer = try await home.mapping(
      "explain", "public-security", "household-change", home.sample(Self.person), "sex", "--json")
    struct Line: Decodable {
      struct Move: Decodable {
        struct Table: Decodable { let label: String }
        let kind: String
        let table: Table?
      }
      let kind: String
      let record: Int
      let target: String?
      let value: String?
      let moves: [Move]?
    }
    let lines = try answer.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.map(\.kind) == ["record", "field"])
    #expect(lines.last?.target == "sex" && lines.last?.value == "1")
    #expect(lines.last?.moves?.map(\.kind) == ["from", "step"])
    #expect(lines.last?.moves?.last?.table?.label == "男性")
  }

  @Test(
    "a record that dies: its letter, where it was refused, and what was found till then; exit 1")
  func refused() async throws {
    let home = try Home()
    let answer = try await home.mapping(
      "explain", "tax", "registration-change",
      home.sample("tax/samples/registration-change/wrong-check-character.json"))
    #expect(answer.status == 1)
    #expect(answer.output.contains("reason    WRONG_CHECK_CHARACTER (core.map)"))
    #expect(answer.output.contains("identifiers[0].number is refused: WRONG_CHECK_CHARACTER"))
    #expect(answer.output.contains("status = \"normal\""))
    let torn = try await home.mapping(
      "explain", "tax", "registration-change",
      home.sample("tax/samples/registration-change/not-json.json"))
    #expect(torn.status == 1 && torn.output.contains("cannot be read"))
  }

  @Test("a delivery: what the department gets, and what its entitlement withholds")
  func delivery() async throws {
    let home = try Home()
    let answer = try await home.mapping(
      "explain", "social-security", "std.person.v1",
      home.sample("social-security/samples/std.person.v1/rare-name.json"))
    #expect(answer.status == 0)
    #expect(answer.output.contains("AAC003 = \"张䶮𠮷\""))
    #expect(answer.output.contains("  | 330103189003070016张䶮𠮷"))
    #expect(answer.output.contains("withheld: no entitlement names it"))
    let run = try await home.mapping(
      "run", "social-security", "std.tax-registration.v1",
      home.sample("social-security/samples/std.tax-registration.v1/updated.json"))
    #expect(run.status == 0 && run.output.hasPrefix("91330106000000422Y,"))
  }

  @Test("a misspelt field, event, record or department is told with the nearest name; exit 2")
  func misspelt() async throws {
    let home = try Home()
    let file = home.sample(Self.person)
    let cases: [([String], String)] = [
      (["public-security", "household-change", file, "birthDaet"], "did you mean \"birthDate\"?"),
      (["public-security", "household-chnage", file], "household-change"),
      (["public-securty", "household-change", file], "public-security"),
      (["public-security", "household-change", file, "--record", "7"], "no record 7"),
    ]
    for (arguments, expected) in cases {
      let answer = try await onThread { [folder = home.folder] in
        Tongban.run(
          ["mapping", "explain"] + arguments, environment: ["TONGBAN_HOME": folder.path])
      }
      #expect(answer.status == 2 && answer.error.contains(expected), "\(answer.error)")
    }
  }

  // MARK: test

  @Test(
    "every sample is as expected; those of the first departments and of all deliveries exercise every rule"
  )
  func sound() async throws {
    let home = try Home()
    let all = try await home.mapping("test", "--json")
    #expect(all.status == 0, "\(all.output)\(all.error)")
    struct Line: Decodable {
      let mapping: String
      let percent: Int
    }
    for text in all.output.split(separator: "\n") {
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      #expect(line.percent == 100 || !line.mapping.hasPrefix("std."), "\(text)")
    }
    let first = try await home.mapping(
      "test", "public-security", "social-security", "tax", "--require-coverage", "100")
    #expect(first.status == 0 && first.output.contains(" samples as expected, 0 not"))
    #expect(!first.output.contains("rule never exercised"))
  }

  @Test("what differs is told field by field; --accept makes it the expectation")
  func differences() async throws {
    let home = try Home()
    try home.change(
      "tax/mappings/registration-change.json5", "industry: \"HY_DM\"",
      "industry: { constant: \"5191\" }")
    try home.change("tax/mappings/deliver-std.person.v1.json5", "Y", "J")
    var answer = try await home.mapping("test", "tax")
    #expect(answer.status == 1)
    #expect(
      answer.output.contains("tax registration-change/change.json differs")
        && answer.output.contains("data.industry"))
    #expect(answer.output.contains("tax std.person.v1/died.json differs"))
    #expect(!answer.output.contains("data.name"))
    answer = try await home.mapping("test", "tax", "--json")
    #expect(answer.status == 1 && answer.output.contains(#""kind":"sample""#))
    #expect(try await home.mapping("test", "tax", "--accept").status == 0)
    #expect(try await home.mapping("test", "tax").status == 0)
  }

  @Test(
    "a rule that no sample exercises is named with file and line, and fails only where coverage is asked for"
  )
  func coverage() async throws {
    let home = try Home()
    try home.change(
      "tax/mappings/registration-change.json5", "authority: \"ZGSWJ_DM\",",
      "authority: { first: [\"ZGSWJ_DM\", \"NOWHERE\"] },")
    var answer = try await home.mapping("test", "tax")
    #expect(answer.status == 0)
    #expect(
      answer.output.contains("rule never exercised")
        && answer.output.contains("registration-change.json5:")
        && answer.output.contains("fields.authority.first[1]"))
    answer = try await home.mapping("test", "tax", "--require-coverage", "100")
    #expect(answer.status == 1 && answer.error.contains("--require-coverage asks for 100 %"))
    answer = try await home.mapping("test", "tax", "--require-coverage", "90")
    #expect(answer.status == 0)
  }

  @Test(
    "a native field that no rule mentions is named; a folder of samples that belongs to nothing is an error"
  )
  func strangers() async throws {
    let home = try Home()
    try home.change(
      "public-security/mappings/household-change.json5", "\"PCS\"", "\"GDZP\"")
    var answer = try await home.mapping("test", "public-security")
    #expect(answer.status == 0 && answer.output.contains("no rule mentions  PCS"))
    try home.write("x", "public-security/samples/household-chnage/a.xml")
    answer = try await home.mapping("test", "public-security")
    #expect(answer.status == 2 && answer.error.contains("household-change"))
  }

  @Test("a character that the department's charset lacks is a dead letter, and never replaced")
  func unencodable() async throws {
    let home = try Home()
    try home.change(
      "social-security/adapter.json5", "charset: \"GB18030\",\n        separator",
      "charset: \"GBK\",\n        separator")
    let answer = try await home.mapping(
      "run", "social-security", "std.tax-registration.v1",
      home.sample("social-security/samples/std.tax-registration.v1/rare-name.json"))
    #expect(answer.status == 1 && answer.output.isEmpty)
    #expect(answer.error.contains("UNENCODABLE") && answer.error.contains("AAB004"))
    #expect(!answer.error.contains("䶮"))
  }
}
