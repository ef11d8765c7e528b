import Records
import Standards

/// A JSON Schema of draft 2020-12, compiled to a flat program over `Tree`.
///
/// Promises: every vocabulary's required behaviour, `$dynamicRef` and `unevaluated…` among it; numbers are
/// compared exactly, digit by digit; checking a valid instance allocates nothing unless the schema asks for
/// `unevaluated…`, `uniqueItems` of many items or a pattern with look-around; a violation says where and what
/// was expected and never repeats the value. Adapters and the command call it. Nothing is fetched: other
/// documents come from the caller's resolver. It imports Patterns, Records and Standards, and must never import
/// Foundation or anything that does I/O.
package struct Schema: Sendable {
  /// The name that it was compiled under.
  package let name: String
  let program: Program

  /// Recursion stops here, whatever schema and instance say.
  package static let maximumDepth = 400
  /// A check reports at most so many violations.
  package static let maximumViolations = 100

  /// All violations, in the order of the schema; empty for a valid instance.
  ///
  /// - Parameter root: the node that is the instance.
  package func check(_ tree: borrowing Tree, at root: Int = 0) -> [Violation] {
    var scratch = Scratch()
    return check(tree, at: root, scratch: &scratch)
  }

  /// The same with memory that the caller keeps from check to check.
  package func check(
    _ tree: borrowing Tree, at root: Int = 0, scratch: inout Scratch
  ) -> [Violation] {
    evaluate(tree, at: root, collecting: false, scratch: &scratch)
      ? [] : explain(tree, at: root, scratch: &scratch)
  }

  /// Whether the instance is valid, without saying why not.
  package func accepts(_ tree: borrowing Tree, at root: Int = 0) -> Bool {
    var scratch = Scratch()
    return evaluate(tree, at: root, collecting: false, scratch: &scratch)
  }

  private func explain(
    _ tree: borrowing Tree, at root: Int, scratch: inout Scratch
  ) -> [Violation] {
    _ = evaluate(tree, at: root, collecting: true, scratch: &scratch)
    defer { scratch.violations = [] }
    return scratch.violations
  }

  private func evaluate(
    _ tree: borrowing Tree, at root: Int, collecting: Bool, scratch: inout Scratch
  ) -> Bool {
    precondition(tree.nodes.indices.contains(root), "the instance is a node of the tree")
    scratch.reset()
    defer { withExtendedLifetime(program) {} }
    return tree.withView { instance in
      program.constants.withView { constants in
        var evaluator = Evaluator(
          program: program, constants: constants, instance: instance, root: root,
          collecting: collecting)
        swap(&evaluator.scratch, &scratch)
        let isValid = evaluator.evaluate(program.root, root, tracking: false)
        swap(&evaluator.scratch, &scratch)
        return isValid
      }
    }
  }
}

/// What an instance does wrong: where it stands, which keyword says so, and what was expected.
package struct Violation: Sendable, Equatable, CustomStringConvertible {
  /// A JSON pointer into the instance; empty for the whole.
  package let instancePath: String
  /// Where the keyword stands: a JSON pointer into the schema, after the document's address if it is another.
  package let keywordPath: String
  /// Written from the schema alone, so that it holds no personal value.
  package let expectation: String

  package init(instancePath: String, keywordPath: String, expectation: String) {
    self.instancePath = instancePath
    self.keywordPath = keywordPath
    self.expectation = expectation
  }

  /// The keyword itself, such as `required`.
  package var keyword: String {
    String(keywordPath.split(separator: "/").last ?? "")
  }

  package var description: String {
    "\(instancePath.isEmpty ? "the instance" : instancePath): expected \(expectation) (\(keywordPath))"
  }
}

/// What is wrong in a schema, and where.
package struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The schema's name, or the address of the document that it refers to.
  package let schema: String
  /// A JSON pointer to the keyword; empty for the whole.
  package let path: String
  package let expectation: String

  package init(schema: String, path: String, expectation: String) {
    self.schema = schema
    self.path = path
    self.expectation = expectation
  }

  package var description: String {
    "\(schema)\(path.isEmpty ? "" : "#" + path): expected \(expectation)"
  }
}

// MARK: Compiling

/// How a schema is compiled.
package struct SchemaOptions: Sendable {
  /// Whether `format` refuses what is not in the format; otherwise it is a remark, as the draft has it.
  package var assertsFormats: Bool
  /// The address of the document, for relative references, if it has no `$id`.
  package var address: String?
  /// Finds the document of an absolute address; asked at compile time only.
  package var resolve: @Sendable (_ address: String) -> Tree?

  package init(
    assertsFormats: Bool = false, address: String? = nil,
    resolve: @escaping @Sendable (String) -> Tree? = { _ in nil }
  ) {
    self.assertsFormats = assertsFormats
    self.address = address
    self.resolve = resolve
  }
}

extension Schema {
  package static func compile(
    _ tree: Tree, name: String, options: SchemaOptions = SchemaOptions()
  ) throws(SchemaError) -> Schema {
    var compiler = Compiler(name: name, options: options)
    return Schema(name: name, program: try compiler.compile(tree))
  }

  /// - Parameter json: the bytes of the schema's document.
  package static func compile(
    json: [UInt8], name: String, options: SchemaOptions = SchemaOptions()
  ) throws(SchemaError) -> Schema {
    let tree: Tree
    do {
      tree = try Tree(json: json)
    } catch {
      throw SchemaError(schema: name, path: error.path, expectation: "JSON: \(error)")
    }
    return try compile(tree, name: name, options: options)
  }
}
