import Adapters
import Catalogue
import Configuration
import Foundation
import Records
import Standards
import Topology

/// The mapping that a command is about: of a department's event, or of what is delivered to it.
struct MappingChoice {
  enum Direction {
    case intake(Adapter.Intake)
    case delivery(Adapter.Delivery, Entitlement?)
  }

  let adapter: Adapter
  let reference: Reference
  let direction: Direction

  /// - Parameter name: an event of the department, or the standard schema of one of its deliveries.
  init(_ department: String, _ name: String, home: URL) throws {
    let adapters = try AdapterSet.load(home: home)
    adapter = try adapters.adapter(of: department)
    reference = adapters.reference
    if let delivery = adapter.deliveries[name], adapter.intakes[name] == nil {
      let entitlement = try Entitlements(home: home).entitlement(of: department, to: name)
      if entitlement == nil { complain(Entitlements.remark(department, name)) }
      direction = .delivery(delivery, entitlement)
    } else {
      direction = .intake(try adapter.intake(of: name))
    }
  }

  /// The charset of what a department gets; nil for an intake.
  var deliveredCharset: Charset? {
    switch direction {
    case .intake: nil
    case .delivery(let delivery, _): delivery.native.charset
    }
  }
}

/// Who may see what of which standard event, as far as there is a catalogue.
struct Entitlements {
  private let catalogue: Catalogue?

  init(home: URL) throws {
    let folder = home.appending(path: "topology/catalogue").path
    guard FileManager.default.fileExists(atPath: folder) else {
      catalogue = nil
      return
    }
    let topology = try Topology.load(folder: home.appending(path: "topology").path)
    catalogue = try Catalogue.load(folder: folder, departments: topology.departments)
  }

  func entitlement(of department: String, to schema: String) -> Entitlement? {
    catalogue?.subscribers(of: schema).first { $0.department == department }
  }

  static func remark(_ department: String, _ schema: String) -> String {
    "\(department) has no entitlement to \(schema) in topology/catalogue/: here its mapping is shown every field, and the hub delivers nothing"
  }
}
