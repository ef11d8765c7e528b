import Foundation

/// How often a property is tried: few times in every run, often where TONGBAN_LONG is set.
enum Trials {
  static let isLong = ProcessInfo.processInfo.environment["TONGBAN_LONG"] != nil

  static func count(_ usual: Int, long: Int) -> Int { isLong ? long : usual }
}
