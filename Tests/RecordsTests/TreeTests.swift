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

  @Test("a member is one of the object's own, not one of theirs")
  func ownMember() throws {
    let tree = try Tree(json: #"{"a":{"c":"1"},"b":{"c":"2"},"c":"3"}"#)
    #expect(tree.member("c", of: 0) == 5)
    #expect(tree.member("c", of: 1) == 2)
    #expect(try Tree(json: #"{"a":{"c":"1"}}"#).member("c", of: 0) == nil)
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
