import Testing

@testable import Lanes
