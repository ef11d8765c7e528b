/// The exchange as a picture: exchanges, queues and what leads where.
package enum GraphFormat: String, CaseIterable, Sendable { case mermaid, dot }

extension Topology {
  /// - Returns: Mermaid's `flowchart` or Graphviz's `digraph` text.
  package func graph(_ format: GraphFormat) -> String {
    var ids: [Endpoint: String] = [:]
    for exchange in exchanges { ids[.exchange(exchange.name)] = "x\(ids.count)" }
    for queue in queues { ids[.queue(queue.name)] = "q\(ids.count)" }
    func id(_ endpoint: Endpoint) -> String { ids[endpoint] ?? "unknown" }
    switch format {
    case .mermaid:
      let nodes =
        exchanges.map { "  \(id(.exchange($0.name))){{\"\($0.name)<br/>\($0.type)\"}}" }
        + queues.map { "  \(id(.queue($0.name)))[(\"\($0.name)\")]" }
      let edges = bindings.map { binding in
        let label = binding.key.isEmpty ? "" : "|\"\(binding.key)\"|"
        return "  \(id(.exchange(binding.source))) -->\(label) \(id(binding.destination))"
      }
      return (["flowchart LR"] + nodes + edges).joined(separator: "\n")
    case .dot:
      let nodes =
        exchanges.map {
          "  \(id(.exchange($0.name))) [shape=hexagon label=\"\($0.name)\\n\($0.type)\"]"
        }
        + queues.map { "  \(id(.queue($0.name))) [shape=cylinder label=\"\($0.name)\"]" }
      let edges = bindings.map { binding in
        "  \(id(.exchange(binding.source))) -> \(id(binding.destination)) [label=\"\(binding.key)\"]"
      }
      return (["digraph exchange {", "  rankdir=LR"] + nodes + edges + ["}"]).joined(
        separator: "\n")
    }
  }
}
