// swift-tools-version: 6.0
import PackageDescription

/// Warnings are errors; release builds specialise across modules, since the message path crosses several.
let strict: [SwiftSetting] = [
  .unsafeFlags(["-warnings-as-errors"]),
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// A C library from Debian, seen by exactly one Swift module.
func door(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
  name: "tongban",
  products: [.executable(name: "tongban", targets: ["tongban"])],
  targets: [
    // The C libraries.
    door("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
    door("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    door("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
    door("CMicroHTTP", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    door("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    door("CXML2", pkgConfig: "libxml-2.0", apt: "libxml2-dev"),

    // The four doors to the world: thin, safe, no domain in them.
    module("Messaging", ["CRabbitMQ"]),
    module("Storage", ["CPostgres"]),
    module("Cryptography", ["COpenSSL"]),
    module("HTTP", ["CMicroHTTP", "CCurl"]),

    // Pure: bytes in, values out.
    module("Configuration"),
    module("Records", ["CXML2"]),
    module("Standards"),
    module("Schemas", ["Records", "Standards"]),
    module("Mapping", ["Records", "Standards", "Schemas", "Configuration"]),
    module("Events", ["Cryptography"]),

    // The one shape of every worker.
    module("Lanes", ["Messaging", "Storage", "Cryptography", "Events"]),

    // The hub.
    module("Topology", ["Configuration", "HTTP"]),
    module("Catalogue", ["Configuration", "Records", "Events"]),
    module(
      "Adapters",
      [
        "Configuration", "Cryptography", "Messaging", "Records", "Standards", "Schemas", "Mapping",
        "Events", "Lanes",
      ]),
    module("Routing", ["Adapters", "Catalogue", "Lanes"]),
    module("Sync", ["Configuration", "Records", "Events", "Lanes"]),
    module("Notices", ["Configuration", "Records", "Lanes", "HTTP"]),
    module("Inspection", ["Lanes"]),

    // The faces.
    module("Servers"),
    module("SampleCity", ["Cryptography", "Events", "Messaging", "Lanes", "HTTP"]),
    .executableTarget(
      name: "tongban",
      dependencies: [
        "Configuration", "Topology", "Catalogue", "Routing", "Sync", "Notices", "Inspection",
        "Adapters", "Servers", "SampleCity",
      ], swiftSettings: strict),

    // The tests.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "HubSupport",
      dependencies: ["TestSupport", "SampleCity", "Lanes", "Messaging", "Storage"],
      path: "Tests/HubSupport", swiftSettings: strict),
    tests("Configuration"), tests("Records", ["TestSupport"]), tests("Standards"),
    tests("Schemas", ["Records"]), tests("Mapping"), tests("Events"),
    tests("Messaging", ["TestSupport", "Servers"]), tests("Storage", ["TestSupport"]),
    tests("Cryptography"), tests("HTTP", ["TestSupport"]),
    tests("Lanes", ["TestSupport"]), tests("Topology", ["TestSupport", "Messaging"]),
    tests("Catalogue"), tests("Adapters", ["TestSupport"]),
    tests("Routing", ["TestSupport", "SampleCity"]),
    tests("Sync", ["TestSupport"]), tests("Notices", ["TestSupport"]),
    tests("Inspection", ["TestSupport"]), tests("Servers", ["TestSupport"]),
    .testTarget(
      name: "IntegrationTests",
      dependencies: ["HubSupport", "Inspection", "tongban"], swiftSettings: strict),
    .testTarget(
      name: "FaultTests", dependencies: ["HubSupport", "tongban"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
