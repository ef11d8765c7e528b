import Records

/// The documents that draft 2020-12 describes itself with, so that a schema may refer to them with nothing fetched.
///
/// Written down from the draft, without its titles and remarks.
enum MetaSchemas {
  static let base = "https://json-schema.org/draft/2020-12/"
  static var names: [String] { texts.keys.sorted() }

  static func document(_ address: String) -> Tree? {
    guard address.hasPrefix(base), let text = texts[String(address.dropFirst(base.count))] else {
      return nil
    }
    return try? Tree(json: text)
  }

  private static let texts = [
    "schema": schema, "meta/core": core, "meta/applicator": applicator,
    "meta/unevaluated": unevaluated, "meta/validation": validation, "meta/meta-data": metaData,
    "meta/format-annotation": format("annotation"), "meta/format-assertion": format("assertion"),
    "meta/content": content,
  ]

  /// The members that every one of them begins with.
  private static func head(
    _ name: String, vocabulary: String, types: String = #"["object","boolean"]"#
  )
    -> String
  {
    """
    {"$schema":"\(base)schema","$id":"\(base)\(name)","$vocabulary":{\(vocabulary)},
    "$dynamicAnchor":"meta","type":\(types),
    """
  }

  private static func head(_ name: String) -> String {
    head("meta/" + name, vocabulary: #""\#(base)vocab/\#(name)":true"#)
  }

  private static let schema =
    head(
      "schema",
      vocabulary: [
        "core": true, "applicator": true, "unevaluated": true, "validation": true,
        "meta-data": true, "format-annotation": true, "content": true,
      ].map { #""\#(base)vocab/\#($0.key)":\#($0.value)"# }.sorted().joined(separator: ","))
      + #"""
      "allOf":[{"$ref":"meta/core"},{"$ref":"meta/applicator"},{"$ref":"meta/unevaluated"},
        {"$ref":"meta/validation"},{"$ref":"meta/meta-data"},{"$ref":"meta/format-annotation"},
        {"$ref":"meta/content"}],
      "properties":{
        "definitions":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"},
          "deprecated":true,"default":{}},
        "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$dynamicRef":"#meta"},
          {"$ref":"meta/validation#/$defs/stringArray"}]},"deprecated":true,"default":{}},
        "$recursiveAnchor":{"$ref":"meta/core#/$defs/anchorString","deprecated":true},
        "$recursiveRef":{"$ref":"meta/core#/$defs/uriReferenceString","deprecated":true}}}
      """#

  private static let core =
    head("core") + #"""
      "properties":{
        "$id":{"$ref":"#/$defs/uriReferenceString","pattern":"^[^#]*#?$"},
        "$schema":{"$ref":"#/$defs/uriString"},
        "$ref":{"$ref":"#/$defs/uriReferenceString"},
        "$anchor":{"$ref":"#/$defs/anchorString"},
        "$dynamicRef":{"$ref":"#/$defs/uriReferenceString"},
        "$dynamicAnchor":{"$ref":"#/$defs/anchorString"},
        "$vocabulary":{"type":"object","propertyNames":{"$ref":"#/$defs/uriString"},
          "additionalProperties":{"type":"boolean"}},
        "$comment":{"type":"string"},
        "$defs":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}}},
      "$defs":{
        "anchorString":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},
        "uriString":{"type":"string","format":"uri"},
        "uriReferenceString":{"type":"string","format":"uri-reference"}}}
      """#

  private static let applicator =
    head("applicator") + #"""
      "properties":{
        "prefixItems":{"$ref":"#/$defs/schemaArray"},
        "items":{"$dynamicRef":"#meta"},
        "contains":{"$dynamicRef":"#meta"},
        "additionalProperties":{"$dynamicRef":"#meta"},
        "properties":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"},"default":{}},
        "patternProperties":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"},
          "propertyNames":{"format":"regex"},"default":{}},
        "dependentSchemas":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"},
          "default":{}},
        "propertyNames":{"$dynamicRef":"#meta"},
        "if":{"$dynamicRef":"#meta"},
        "then":{"$dynamicRef":"#meta"},
        "else":{"$dynamicRef":"#meta"},
        "allOf":{"$ref":"#/$defs/schemaArray"},
        "anyOf":{"$ref":"#/$defs/schemaArray"},
        "oneOf":{"$ref":"#/$defs/schemaArray"},
        "not":{"$dynamicRef":"#meta"}},
      "$defs":{"schemaArray":{"type":"array","minItems":1,"items":{"$dynamicRef":"#meta"}}}}
      """#

  private static let unevaluated =
    head("unevaluated") + #"""
      "properties":{
        "unevaluatedItems":{"$dynamicRef":"#meta"},
        "unevaluatedProperties":{"$dynamicRef":"#meta"}}}
      """#

  private static let validation =
    head("validation") + #"""
      "properties":{
        "type":{"anyOf":[{"$ref":"#/$defs/simpleTypes"},{"type":"array",
          "items":{"$ref":"#/$defs/simpleTypes"},"minItems":1,"uniqueItems":true}]},
        "const":true,
        "enum":{"type":"array","items":true},
        "multipleOf":{"type":"number","exclusiveMinimum":0},
        "maximum":{"type":"number"},
        "exclusiveMaximum":{"type":"number"},
        "minimum":{"type":"number"},
        "exclusiveMinimum":{"type":"number"},
        "maxLength":{"$ref":"#/$defs/nonNegativeInteger"},
        "minLength":{"$ref":"#/$defs/nonNegativeIntegerDefault0"},
        "pattern":{"type":"string","format":"regex"},
        "maxItems":{"$ref":"#/$defs/nonNegativeInteger"},
        "minItems":{"$ref":"#/$defs/nonNegativeIntegerDefault0"},
        "uniqueItems":{"type":"boolean","default":false},
        "maxContains":{"$ref":"#/$defs/nonNegativeInteger"},
        "minContains":{"$ref":"#/$defs/nonNegativeInteger","default":1},
        "maxProperties":{"$ref":"#/$defs/nonNegativeInteger"},
        "minProperties":{"$ref":"#/$defs/nonNegativeIntegerDefault0"},
        "required":{"$ref":"#/$defs/stringArray"},
        "dependentRequired":{"type":"object","additionalProperties":{"$ref":"#/$defs/stringArray"}}},
      "$defs":{
        "nonNegativeInteger":{"type":"integer","minimum":0},
        "nonNegativeIntegerDefault0":{"$ref":"#/$defs/nonNegativeInteger","default":0},
        "simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
        "stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true,"default":[]}}}
      """#

  private static let metaData =
    head("meta-data") + #"""
      "properties":{
        "title":{"type":"string"},
        "description":{"type":"string"},
        "default":true,
        "deprecated":{"type":"boolean","default":false},
        "readOnly":{"type":"boolean","default":false},
        "writeOnly":{"type":"boolean","default":false},
        "examples":{"type":"array","items":true}}}
      """#

  private static func format(_ kind: String) -> String {
    head("format-" + kind) + #""properties":{"format":{"type":"string"}}}"#
  }

  private static let content =
    head("content") + #"""
      "properties":{
        "contentEncoding":{"type":"string"},
        "contentMediaType":{"type":"string"},
        "contentSchema":{"$dynamicRef":"#meta"}}}
      """#
}
