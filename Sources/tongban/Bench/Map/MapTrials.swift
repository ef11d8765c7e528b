import Foundation
import Records

/// What `bench map` measures: each piece of work, by the hub's own code first, then by its peers.
struct MapTrials {
  let corpus: MapCorpus
  let own: OwnWorks
  let place: PeerPlace

  /// Peers are slow: they get the first of our records.
  private static let peerRecords = 4_000
  private static let peerFiles = peerRecords / MapCorpus.recordsInFile

  func all() -> [Trial] {
    [
      Trial(name: "tax: JSON to std.tax-registration.v1", contenders: taxPath),
      Trial(name: "public-security: GB18030 XML to std.person.v1", contenders: householdPath),
      Trial(
        name: "social-security: GB18030 fixed width to std.social-insurance.v1",
        contenders: insurancePath),
      Trial(name: "JSON parse", contenders: parsing),
      Trial(name: "JSON write", contenders: writing),
      Trial(name: "GB18030 XML parse", contenders: xmlParsing),
      Trial(name: "tax, step by step") { steps(try tax, corpus.tax) },
      Trial(name: "public-security, step by step") { steps(try household, corpus.household) },
      Trial(name: "check by std.tax-registration.v1") {
        try checking("tax", tax, corpus.tax.prefix(Self.peerRecords))
      },
      Trial(name: "check by std.person.v1") {
        try checking("person", household, corpus.household.prefix(Self.peerFiles))
      },
      Trial(name: "core stage, without broker and database") {
        try ManyMappings.contenders(home: Settings.home, folder: place.folder)
      },
    ]
  }

  private var tax: OwnWorks.Subject {
    get throws { try own.subject("tax", "registration-change") }
  }

  private var household: OwnWorks.Subject {
    get throws { try own.subject("public-security", "household-change") }
  }

  // MARK: The whole path

  private func taxPath() throws -> [any Contender] {
    let subject = try tax
    let bodies = corpus.tax.prefix(Self.peerRecords)
    let task = try task("tax", bodies, expected: own.output(subject, bodies))
    return [
      own.path(subject, corpus.tax),
      JQWork(
        ["-c", "-f", place.scripts.appending(path: "tax.jq").path], task, in: place,
        compares: true, remark: "checks nothing"),
      python("python json", "tax-json", task, remark: "checks nothing"),
      python("python orjson, pydantic", "tax-pydantic", task),
      python("python orjson, fastjsonschema", "tax-fastjsonschema", task),
      python("python orjson, jsonschema-rs", "tax-jsonschema-rs", task),
    ]
  }

  private func householdPath() throws -> [any Contender] {
    let subject = try household
    let files = corpus.household.prefix(Self.peerFiles)
    let task = try task("household", files, expected: own.output(subject, files))
    return [
      own.path(subject, corpus.household),
      own.path(subject, corpus.singleHousehold, "tongban, a file a record"),
      python("python lxml, pydantic", "household-pydantic", task),
      python("python lxml, fastjsonschema", "household-fastjsonschema", task),
      python("python lxml, jsonschema-rs", "household-jsonschema-rs", task),
    ]
  }

  private func insurancePath() throws -> [any Contender] {
    let subject = try own.subject("social-security", "insurance-change")
    let files = corpus.insurance.prefix(Self.peerFiles)
    let task = try task("insurance", files, expected: own.output(subject, files))
    return [
      own.path(subject, corpus.insurance),
      python("python slices, fastjsonschema", "insurance-fastjsonschema", task),
      python("python slices, jsonschema-rs", "insurance-jsonschema-rs", task),
    ]
  }

  // MARK: Parts of it

  private func parsing() throws -> [any Contender] {
    let subject = try tax
    let bodies = corpus.tax.prefix(Self.peerRecords)
    let task = try task("parse", bodies, expected: Array(bodies))
    return [
      own.staged("tongban", subject, through: .parse, corpus.tax),
      JQWork(["empty"], task, in: place, compares: false, remark: ""),
      python("python orjson", "parse-orjson", task),
      python("python json", "parse-json", task),
    ]
  }

  private func writing() throws -> [any Contender] {
    let subject = try tax
    let bodies = corpus.tax.prefix(Self.peerRecords)
    let task = try task("write", bodies, expected: Array(bodies))
    return [
      own.writing(own.natives(subject, bodies)),
      python("python orjson", "write-orjson", task),
      python("python json", "write-json", task),
    ]
  }

  private func xmlParsing() throws -> [any Contender] {
    let subject = try household
    let files = corpus.household.prefix(Self.peerFiles)
    let records = own.natives(subject, files).map { Array($0.json().utf8) }
    let task = try task("xml", files, expected: records)
    return [
      own.staged("tongban", subject, through: .parse, corpus.household),
      python("python lxml", "xml-lxml", task),
      python("python xml.etree", "xml-elementtree", task),
    ]
  }

  /// Where the time goes, and what the check by the schema adds to parse and map.
  private func steps(_ subject: OwnWorks.Subject, _ bodies: [[UInt8]]) -> [any Contender] {
    [
      own.staged("parse, map", subject, through: .map, bodies),
      own.staged("parse, map, check", subject, through: .check, bodies),
      own.staged("parse, map, write", subject, through: .write, bodies, skipsCheck: true),
      own.staged("parse, map, check, write", subject, through: .write, bodies),
      own.staged("parse", subject, through: .parse, bodies),
    ]
  }

  private func checking(
    _ name: String, _ subject: OwnWorks.Subject, _ bodies: some Collection<[UInt8]>
  ) throws -> [any Contender] {
    let schema = subject.intake.outputs[0].schema
    let instances = own.output(subject, bodies)
    let task = try task(
      "check-\(name)", instances,
      expected: instances.map { _ in Array("valid".utf8) })
    return [
      own.checking(schema, instances),
      python("python pydantic", "check-\(name)-pydantic", task),
      python("python fastjsonschema", "check-\(name)-fastjsonschema", task),
      python("python jsonschema-rs", "check-\(name)-jsonschema-rs", task),
    ]
  }

  // MARK: Peers

  /// - Parameter expected: our own output, an event an item.
  private func task(
    _ name: String, _ bodies: some Collection<[UInt8]>, expected: [[UInt8]]
  ) throws -> PeerTask {
    try PeerTask(
      name, bodies: bodies, events: expected.count,
      expected: expected.flatMap { $0 + [0x0A] }, in: place)
  }

  private func python(
    _ name: String, _ script: String, _ task: PeerTask, remark: String = ""
  ) -> PythonWork {
    PythonWork(name, script, task, in: place, remark: remark)
  }
}
