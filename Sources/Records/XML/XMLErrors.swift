import CXML2

/// libxml2's error numbers in our words. Its own messages are not passed on: some quote the document.
enum XMLErrors {
  static func code(_ number: Int32) -> RecordError.Code {
    switch UInt32(bitPattern: number) {
    case XML_ERR_DOCUMENT_EMPTY.rawValue: .notXML
    case XML_ERR_INTERNAL_ERROR.rawValue, XML_ERR_NAME_TOO_LONG.rawValue: .tooLarge
    default: .notXML
    }
  }

  static func expectation(_ number: Int32) -> String {
    let words: String
    switch UInt32(bitPattern: number) {
    case XML_ERR_DOCUMENT_EMPTY.rawValue, XML_ERR_DOCUMENT_START.rawValue:
      words = "a document that begins with <"
    case XML_ERR_DOCUMENT_END.rawValue: words = "nothing after the root element"
    case XML_ERR_INVALID_CHAR.rawValue, XML_ERR_INVALID_HEX_CHARREF.rawValue,
      XML_ERR_INVALID_DEC_CHARREF.rawValue, XML_ERR_INVALID_CHARREF.rawValue:
      words = "a character that XML 1.0 allows"
    case XML_ERR_UNDECLARED_ENTITY.rawValue, XML_WAR_UNDECLARED_ENTITY.rawValue:
      words = "one of the five predefined entities"
    case XML_ERR_TAG_NAME_MISMATCH.rawValue:
      words = "the end tag of the element opened last"
    case XML_ERR_TAG_NOT_FINISHED.rawValue: words = "the element's end tag"
    case XML_ERR_GT_REQUIRED.rawValue: words = "the tag's >"
    case XML_ERR_ATTRIBUTE_REDEFINED.rawValue:
      words = "every attribute of an element once"
    case XML_ERR_INTERNAL_ERROR.rawValue, XML_ERR_NAME_TOO_LONG.rawValue:
      words = "texts and names within libxml2's limits"
    default: words = "well-formed XML"
    }
    return "\(words) (libxml2 error \(number))"
  }
}
