import Testing

@testable import Records

@Suite struct TreeTests {
  let tree: Tree

  init() throws {
    tree = try Tree(json: #"{"a":{"b":[10,{"c":"x"},[]]},"d":null,"名":"值"}"#)
  }

  @Test(
    "paths find what they name",
    arguments: [
      ("", 0), ("a", 1), ("a.b", 2), ("a.b[0]", 3), ("a.b[1]", 4), ("a.b[1].c", 5), ("a.b[2]", 6),
      ("d", 7), ("名", 8),
    ])
  func find(path: String, node: Int) {
    #expect(tree.find(path) == node)
    #expect(tree.path(of: node) == path)
  }

  @Test(
    "paths to nothing find nothing",
    arguments: [
      "x", "a.x", "a.b[3]", "a.b[-1]", "a.b[x]", "a[0]", "d.e", "a.b.c", "a.b[0",
    ])
  func findNothing(path: String) {
    #expect(tree.find(path) == nil)
  }

  @Test("the hint is used only where it is right")
  func hint() {
    var name = "d"
    name.withUTF8 { name in
      let name = UnsafeRawBufferPointer(name)
      for hint in -1..<12 { #expect(tree.member(name, of: 0, hint: hint) == 7) }
    }
  }

  @Test("equality is of values, names and order, not of bytes in the arena")
  func equality() throws {
    #expect(try Tree(json: #"{ "a" : "A" }"#) == Tree(json: #"{"\u0061":"\u0041"}"#))
    for other in [
      #"{"a":"B"}"#, #"{"b":"A"}"#, #"{"a":1}"#, #"["A"]"#, #"{"a":"A","b":1}"#, #"{"a":["A"]}"#,
    ] {
      #expect(try Tree(json: #"{"a":"A"}"#) != Tree(json: other))
    }
    #expect(try Tree(json: "[[],1]") != Tree(json: "[[1]]"))
  }
}
