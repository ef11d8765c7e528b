import Configuration

/// Where a department's system leaves its changes and wants to find those of others.
package struct Edge: Sendable {
  /// A place on the department's side.
  package enum Place: Sendable, Equatable {
    /// A folder, relative to the agent's edge folder; `records` says how a file holds messages.
    case files(folder: String, records: RecordSplitter)
    /// A queue of the department's own broker.
    case queue(String)
  }

  /// A place where changes of one kind appear.
  package struct Collection: Sendable {
    package let event: String
    package let region: String
    package let place: Place
    /// Seconds without a change until a file counts as whole.
    package let settle: Double
  }

  package var collections: [Collection] = []
  package var delivery: Place?
}

extension Edge {
  /// Reads `{ collect: [{ files | queue, event, region, records, settle }], deliver: { files | queue } }`.
  ///
  /// - Parameter events: the events of the adapter, the only ones that can be collected.
  init(_ node: ConfigurationNode, events: [String]) throws(ConfigurationError) {
    var object = try node.object()
    for item in try object.optional("collect")?.array() ?? [] {
      collections.append(try Collection(item, events: events))
    }
    if let item = object.optional("deliver") {
      var place = try item.object()
      delivery = try Place(&place)
      try place.end()
    }
    try object.end()
  }
}

extension Edge.Collection {
  fileprivate init(_ node: ConfigurationNode, events: [String]) throws(ConfigurationError) {
    var object = try node.object()
    place = try Edge.Place(&object)
    let event = try object.required("event")
    self.event = try event.name()
    guard events.contains(self.event) else {
      throw event.unknown("event", self.event, known: events)
    }
    let region = try object.required("region")
    self.region = try region.name()
    guard self.region.utf8.count == 6, self.region.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { throw region.fault("expected a division code of six digits (GB/T 2260)") }
    settle = try object.optional("settle")?.seconds() ?? 1
    try object.end()
  }
}

extension Edge.Place {
  fileprivate init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    let (files, queue) = (object.optional("files"), object.optional("queue"))
    let records = object.optional("records")
    switch (files, queue) {
    case (let files?, nil):
      let folder = try files.name()
      guard !folder.hasPrefix("/"), !folder.split(separator: "/").contains("..") else {
        throw files.fault("expected a folder below the agent's edge folder, without \"..\"")
      }
      self = .files(
        folder: folder, records: try records?.choice(of: RecordSplitter.self) ?? .whole)
    case (nil, let queue?):
      if let records {
        throw records.fault("\"records\" belongs to files; a message is one record")
      }
      self = .queue(try queue.name())
    default: throw object.node.fault("expected either \"files\" or \"queue\"")
    }
  }
}
