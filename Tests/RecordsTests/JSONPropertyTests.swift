import Testing

@testable import Records

@Suite struct JSONPropertyTests {
  @Test("random trees are read back as they were written")
  func roundTrip() throws {
    var random = Seeded.printed("JSON round trip")
    for _ in 0..<5_000 {
      var tree = Tree()
      random.grow(&tree, depth: 4)
      let text = tree.json()
      #expect(try Tree(json: text) == tree)
      try JSON.check(Array(text.utf8))
    }
  }

  @Test("mutated texts are read or refused, and what is read can be written and read again")
  func mutated() throws {
    var random = Seeded.printed("JSON mutations")
    var (accepted, refused) = (0, 0)
    for _ in 0..<20_000 {
      var tree = Tree()
      random.grow(&tree, depth: 3)
      let text = random.mutated(Array(tree.json().utf8))
      let isWellFormed = (try? JSON.check(text)) != nil
      do throws(RecordError) {
        let read = try Tree(json: text)
        #expect(isWellFormed, "read, but refused by the check: \(text)")
        #expect(try Tree(json: read.json()) == read)
        accepted += 1
      } catch {
        #expect(!isWellFormed || error.code == .duplicateName || error.code == .loneSurrogate)
        #expect((0...text.count).contains(error.byte))
        refused += 1
      }
    }
    #expect(accepted > 100 && refused > 1_000)
  }
}
