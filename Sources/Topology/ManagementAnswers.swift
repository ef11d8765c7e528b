import Configuration

// How the management API writes the objects of a virtual host, read and written.

extension Exchange {
  init(answer node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    name = try object.required("name").string()
    type = try object.required("type").string()
    durable = try object.required("durable").bool()
    autoDelete = try object.required("auto_delete").bool()
    isInternal = try object.required("internal").bool()
    arguments = try Argument.members(of: object.required("arguments"))
  }

  /// The default exchange and those that every virtual host has from the beginning.
  var isBuiltIn: Bool { name.isEmpty || name.hasPrefix("amq.") }

  var body: Argument {
    .table([
      "type": .text(type), "durable": .bool(durable), "auto_delete": .bool(autoDelete),
      "internal": .bool(isInternal), "arguments": .table(arguments),
    ])
  }
}

/// A queue as the list shows it.
struct FoundQueue {
  let queue: Queue
  /// It belongs to one connection and goes with it.
  let isExclusive: Bool
  /// Nil where the broker does not say, as while it counts for the first time.
  let depth: Int?

  init(answer node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    queue = Queue(
      name: try object.required("name").string(), durable: try object.required("durable").bool(),
      autoDelete: try object.required("auto_delete").bool(),
      arguments: try Argument.members(of: object.required("arguments")))
    isExclusive = try object.optional("exclusive")?.bool() ?? false
    depth = try object.optional("messages")?.int()
  }
}

extension Queue {
  var body: Argument {
    .table([
      "durable": .bool(durable), "auto_delete": .bool(autoDelete), "arguments": .table(arguments),
    ])
  }
}

extension Binding {
  init(answer node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    source = try object.required("source").string()
    let isQueue = try object.required("destination_type").string() == "queue"
    let name = try object.required("destination").string()
    destination = isQueue ? .queue(name) : .exchange(name)
    key = try object.required("routing_key").string()
    arguments = try Argument.members(of: object.required("arguments"))
  }
}

extension Policy {
  init(answer node: ConfigurationNode) throws(ConfigurationError) {
    var object = try node.object()
    name = try object.required("name").string()
    pattern = try object.required("pattern").string()
    appliesTo = try object.required("apply-to").string()
    priority = try object.required("priority").int()
    definition = try Argument.members(of: object.required("definition"))
  }

  var body: Argument {
    .table([
      "pattern": .text(pattern), "apply-to": .text(appliesTo), "priority": .int(priority),
      "definition": .table(definition),
    ])
  }
}

enum PathSegment {
  /// Percent-encoded as RFC 3986 wants it in a path; also `/`, since a virtual host may be named so.
  static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var result = String.UnicodeScalarView()
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.append(Unicode.Scalar(byte))
      default: result += ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(result)
  }
}

extension PathSegment {
  /// A regular expression that only this text matches.
  static func literal(_ text: String) -> String {
    let marks = Set("\\^$.|?*+()[]{}-#")
    return "^" + text.map { marks.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "$"
  }
}

enum BrokerWords {
  /// The reason in an error's answer, `{"error": …, "reason": …}`, on one line.
  static func reason(in body: [UInt8]) -> String {
    let node = try? JSON5.read(body, file: "answer")
    var object = try? node?.object()
    let reason = object?.optional("reason") ?? object?.optional("error")
    let text = (try? reason?.string()) ?? String(decoding: body.prefix(200), as: UTF8.self)
    let plain = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&amp;": "&"]
      .reduce(text) {
        $0.split(separator: $1.key, omittingEmptySubsequences: false).joined(separator: $1.value)
      }
    return plain.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
