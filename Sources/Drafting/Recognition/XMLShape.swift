import Records

/// Which element of an XML body is the record.
enum XMLShape {
  static func find(in samples: [ReadSample]) throws(DraftFault) -> BodyShape {
    var (outline, remarks, refused) = (XMLOutline(), [String](), 0)
    for sample in samples {
      var alone = XMLOutline()
      alone.add(sample.text)
      if alone.hasDoctype {
        refused += 1
        remarks.append(
          "\(sample.sample.name) has a document type declaration, which the hub refuses (DTD_REFUSED)"
        )
      } else {
        outline.add(sample.text)
      }
    }
    guard refused < samples.count else { throw DraftFault(remarks.joined(separator: "\n")) }
    let root = outline.roots.max {
      (outline.elements[$0.value].count, $1.key) < (outline.elements[$1.value].count, $0.key)
    }?.value
    guard let root, let found = record(below: root, of: outline) else {
      throw DraftFault(
        "no element of the XML looks like a record: a record is an element with values in it")
    }
    let path = Self.path(of: found.element, in: outline)
    guard path.allSatisfy(SafeName.isName) else {
      throw DraftFault("elements whose names look like values are on the way to the records")
    }
    let isSOAP = path.first == "Envelope" && path.dropFirst().first == "Body"
    var guess = found.guess
    if let label = outline.encoding { guess.reasons.append("the XML declaration says \(label)") }
    let name = path.count > 1 ? path.joined(separator: "/") : "the root"
    return BodyShape(
      format: .xml(XMLFormat(record: path.count > 1 ? path : [])),
      label: "\(isSOAP ? "SOAP" : "XML"), the records at \(name)", guess: guess, remarks: remarks)
  }

  private static func record(
    below root: Int, of outline: XMLOutline
  ) -> (element: Int, guess: Guess)? {
    var start = root
    if outline.elements[root].name == "Envelope", let body = outline.elements[root].children["Body"]
    {
      start = body
    }
    let order = descendants(of: start, outline)
    let repeated = order.filter {
      outline.elements[$0].together > 1 && values(of: $0, outline) >= 2
    }
    if let found = repeated.first(where: { values(of: $0, outline) >= 3 }) ?? repeated.first {
      let most = outline.elements[found].together
      return (
        found,
        Guess(
          95, ["\(most) of them stand side by side, with \(values(of: found, outline)) values each"]
        )
      )
    }
    // No element is repeated: the outermost that has most of the values below it.
    let all = order.reduce(0) { $0 + values(of: $1, outline) }
    let found = order.first {
      values(of: $0, outline) >= 2
        && descendants(of: $0, outline).reduce(0) { $0 + values(of: $1, outline) } * 10 >= all * 6
    }
    return found.map {
      (
        $0,
        Guess(75, ["no element is repeated; it has \(values(of: $0, outline)) values of \(all)"])
      )
    }
  }

  /// How many values an element has itself: attributes, and elements with text alone.
  private static func values(of element: Int, _ outline: XMLOutline) -> Int {
    let node = outline.elements[element]
    return node.attributes.count
      + node.children.values.filter { outline.elements[$0].leaves > 0 }.count
  }

  /// The outer before the inner, each in the order of the document.
  private static func descendants(of start: Int, _ outline: XMLOutline) -> [Int] {
    var (order, at) = ([start], 0)
    while at < order.count {
      order += outline.elements[order[at]].children.values.sorted()
      at += 1
    }
    return order
  }

  private static func path(of element: Int, in outline: XMLOutline) -> [String] {
    var (path, next) = ([String](), Optional(element))
    while let number = next {
      path.append(outline.elements[number].name)
      next = outline.elements[number].parent
    }
    return path.reversed()
  }
}
