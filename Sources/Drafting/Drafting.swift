import Configuration
import Records
import Standards

/// A first adapter for samples that nobody has described yet.
///
/// Promises: whatever octets come in, there is an answer in bounded time and memory, a draft or a fault that
/// says what to do; every guess says how sure it is and what spoke for it; a drafted mapping compiles; the
/// same samples give the same draft; and no value of a field that may hold personal data is ever in it:
/// values are told by their shape, and only short codes by themselves. `tongban mapping draft` calls it.
/// Pure: it imports Configuration, Records and Standards, and must never import anything that reaches outside.
package struct Draft: Sendable {
  package let recognition: Recognition
  /// Every native field, in the order of the records, with what it was taken for.
  package let fields: [FieldReading]
  /// The standard schemas, the best first.
  package let ranking: [SchemaFit]
  /// What is written: `adapter.json5`, `mappings/…`, `codes/…`.
  package let files: [DraftFile]
  /// The samples to keep beside the adapter, by names that `mapping test` takes.
  package let copies: [(name: String, octets: [UInt8])]
  /// Samples that were left out, and what else should be known.
  package let remarks: [String]

  package static func make(
    from samples: [DraftSample], _ knowledge: DraftKnowledge,
    _ request: DraftRequest = DraftRequest()
  ) throws(DraftFault) -> Draft {
    let recognition = try Recognition.recognise(samples, columns: request.columns)
    let survey = try Survey.read(recognition, limits: request.limits)
    let readings = FieldReading.readings(of: survey, knowledge)
    let ranking = SchemaFit.rank(readings, knowledge.schemas)
    let fit = try SchemaFit.choose(request.schema, from: ranking)
    let text = DraftText(recognition, survey, readings, fit, knowledge, request)
    let copies = copies(of: recognition)
    return Draft(
      recognition: recognition, fields: readings, ranking: ranking, files: text.files,
      copies: copies.kept, remarks: recognition.remarks + survey.remarks + copies.remarks)
  }

  /// A sample that was cut is kept where its records are lines, up to the last whole one.
  private static func copies(
    of recognition: Recognition
  ) -> (kept: [(name: String, octets: [UInt8])], remarks: [String]) {
    var (kept, names, remarks) = ([(name: String, octets: [UInt8])](), Set<String>(), [String]())
    for (number, sample) in recognition.samples.enumerated() {
      guard !sample.isCut || recognition.format.isCutAtLines else {
        remarks.append("\(sample.name) is too large to be kept as a sample: give a shorter one")
        continue
      }
      // What ends with .ndjson is an expectation, and a hidden file is none of the samples.
      var name = sample.name.hasSuffix(".ndjson") ? sample.name.dropLast(7) + ".jsonl" : sample.name
      if name.hasPrefix(".") { name = "sample" + name }
      if !names.insert(name).inserted { name = "\(number + 1)-\(name)" }
      names.insert(name)
      kept.append((name, sample.bytes))
    }
    return (kept, remarks)
  }
}

extension RecordFormat {
  fileprivate var isCutAtLines: Bool {
    switch self {
    case .json(let format): format.lines
    case .delimited, .fixedWidth, .keyValue: true
    case .xml: false
    }
  }
}

/// A body as a department wrote it.
package struct DraftSample: Sendable {
  package let name: String
  package let bytes: [UInt8]
  /// Whether the rest of the file was not read.
  package let isCut: Bool

  package init(name: String, bytes: [UInt8], isCut: Bool = false) {
    (self.name, self.bytes, self.isCut) = (name, bytes, isCut)
  }
}

package struct DraftFile: Sendable, Equatable {
  /// Below the adapter's folder.
  package let path: String
  package let text: String
}

package struct DraftRequest: Sendable {
  package var department = "draft"
  package var event = "change"
  /// The standard schema, where the author has chosen it.
  package var schema: String?
  /// The columns of a format that does not name them, with their lengths where it has no separator either.
  package var columns: [DraftColumn] = []
  package var limits = DraftLimits()

  package init() {}
}

package struct DraftColumn: Sendable, Equatable {
  package let name: String
  package let length: Int?

  package init(name: String, length: Int? = nil) {
    (self.name, self.length) = (name, length)
  }
}

/// What a draft knows of the world.
package struct DraftKnowledge: Sendable {
  package let schemas: [SchemaOutline]
  /// The national code tables by the names that rules use.
  package let tables: [String: CodeTable]
  package let reference: Reference

  package init(schemas: [SchemaOutline], tables: [String: CodeTable], today: CivilDate? = nil) {
    self.schemas = schemas
    self.tables = tables
    reference = Reference(
      today: today,
      divisions: tables["gbt2260"].map {
        Divisions(present: $0, history: tables["gbt2260-history"])
      })
  }
}

/// How much of the samples is looked at.
package struct DraftLimits: Sendable {
  /// Octets of one sample; what is beyond is not read.
  package static let sampleBytes = 4 << 20
  package static let samples = 200
  package var records = 2_000
  package var fields = 400

  package init() {}
}

/// Why there is no draft.
package struct DraftFault: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
