import Testing

@testable import Servers
