import SampleCity

/// The records that `bench map` works on: each is another person, another enterprise, another change.
struct MapCorpus {
  /// Tax registrations, JSON, one a body.
  let tax: [[UInt8]]
  /// Household changes, GB18030 XML: a night's changes in one file.
  let household: [[UInt8]]
  /// The same, one a file.
  let singleHousehold: [[UInt8]]
  /// Insurance changes, fixed width in GB18030: a day's changes in one file.
  let insurance: [[UInt8]]

  static let recordsInFile = 1_000

  init(records: Int) {
    let city = SampleCity()
    tax = (0..<records).map { city.taxRecord($0, of: city.enterprise($0)) }
    let rows = (0..<records).map { city.householdRow($0, of: city.person($0)) }
    household = Self.files(of: records).map { city.householdFile(Array(rows[$0])) }
    singleHousehold = rows.prefix(records / 10).map { city.householdFile([$0]) }
    let lines = (0..<records).map {
      city.insuranceLine($0, of: city.person($0), at: city.enterprise($0))
    }
    insurance = Self.files(of: records).map { Array(lines[$0].joined(separator: [0x0A])) }
  }

  private static func files(of records: Int) -> [Range<Int>] {
    stride(from: 0, to: records, by: recordsInFile).map {
      $0..<min($0 + recordsInFile, records)
    }
  }
}
