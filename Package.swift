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

/// Each target names all that it imports (`scripts/check-imports`): SwiftPM makes anew only what depends
/// by name, and what is not made anew reads changed types as they were.
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
    // glibc's mtrace(3), by which the bench counts allocations.
    .systemLibrary(name: "CMallocTrace"),

    // The four doors to the world: thin, safe, no domain in them.
    module("Messaging", ["CRabbitMQ"]),
    module("Storage", ["CPostgres"]),
    module("Cryptography", ["COpenSSL"]),
    module("HTTP", ["CCurl", "CMicroHTTP"]),

    // Pure: bytes in, values out.
    module("Configuration"),
    module("Records", ["CXML2"]),
    module("Standards"),
    module("Patterns", ["Records"]),
    module("Schemas", ["Patterns", "Records", "Standards"]),
    module("Mapping", ["Configuration", "Patterns", "Records", "Standards"]),
    module("Drafting", ["Configuration", "Records", "Standards"]),
    module("Events"),

    // The one shape of every worker.
    module("Lanes", ["Cryptography", "Events", "Messaging", "Storage"]),

    // The hub.
    module("Topology", ["Configuration", "HTTP"]),
    module("Catalogue", ["Configuration", "Events", "Records"]),
    module(
      "BaseLibrary",
      ["Catalogue", "Configuration", "Cryptography", "Events", "Mapping", "Records", "Storage"]),
    module(
      "Adapters",
      [
        "Configuration", "Cryptography", "Events", "Lanes", "Mapping", "Messaging", "Records",
        "Schemas", "Standards",
      ]),
    module(
      "Routing",
      [
        "Adapters", "BaseLibrary", "Catalogue", "Cryptography", "Events", "Lanes", "Mapping",
        "Messaging", "Records", "Schemas", "Standards", "Storage",
      ]),
    module("Supervision", ["Configuration", "Events", "Standards"]),
    module(
      "Sync",
      [
        "Configuration", "Cryptography", "Events", "Lanes", "Messaging", "Records", "Standards",
        "Storage", "Supervision",
      ]),
    module(
      "Notices",
      ["Configuration", "Cryptography", "Events", "HTTP", "Lanes", "Messaging", "Storage"]),
    module("Inspection", ["Cryptography", "Events", "Lanes", "Messaging", "Storage"]),

    // The faces.
    module("Servers"),
    module("SampleCity", ["Cryptography", "Events", "HTTP", "Lanes", "Messaging", "Standards"]),
    .executableTarget(
      name: "tongban",
      dependencies: [
        "Adapters", "BaseLibrary", "CMallocTrace", "Catalogue", "Configuration", "Cryptography",
        "Drafting", "Events", "HTTP", "Inspection", "Lanes", "Mapping", "Messaging", "Notices",
        "Records", "Routing", "SampleCity", "Schemas", "Servers", "Standards", "Storage",
        "Supervision", "Sync", "Topology",
      ], swiftSettings: strict),

    // The tests.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "HubSupport",
      dependencies: ["Lanes", "Messaging", "SampleCity", "Storage", "TestSupport"],
      path: "Tests/HubSupport", swiftSettings: strict),
    tests("Adapters", ["Configuration", "Events", "Lanes", "Messaging", "Records", "TestSupport"]),
    tests(
      "BaseLibrary",
      [
        "Catalogue", "Configuration", "Cryptography", "Events", "Mapping", "Records", "Storage",
        "TestSupport",
      ]),
    tests("Catalogue", ["Configuration", "Events", "Records"]),
    tests("Configuration"),
    tests("Cryptography"),
    tests(
      "Drafting",
      ["Adapters", "Configuration", "Mapping", "Records", "Routing", "Standards", "TestSupport"]),
    tests("Events"),
    .testTarget(
      name: "FaultTests",
      dependencies: [
        "Cryptography", "Events", "HubSupport", "Lanes", "Messaging", "SampleCity", "TestSupport",
        "tongban",
      ], swiftSettings: strict),
    tests("HTTP", ["TestSupport"]),
    tests(
      "Inspection", ["Cryptography", "Events", "Lanes", "Messaging", "Storage", "TestSupport"]),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "HubSupport", "Lanes", "Messaging", "SampleCity", "Storage", "TestSupport", "tongban",
      ], swiftSettings: strict),
    tests("Lanes", ["Cryptography", "Events", "Messaging", "Storage", "TestSupport"]),
    tests("Mapping", ["Configuration", "Records", "Schemas", "Standards"]),
    tests("Messaging", ["Servers", "TestSupport"]),
    tests(
      "Notices",
      [
        "Configuration", "Cryptography", "Events", "HTTP", "Lanes", "Messaging", "Storage",
        "TestSupport",
      ]),
    tests("Patterns", ["Records", "TestSupport"]),
    tests("Records"),
    tests(
      "Routing",
      [
        "Adapters", "BaseLibrary", "Catalogue", "Events", "Lanes", "Mapping", "Messaging",
        "Records", "SampleCity", "Standards",
      ]),
    tests("Schemas", ["Patterns", "Records", "TestSupport"]),
    tests("Servers", ["TestSupport"]),
    tests("Standards", ["TestSupport"]),
    tests("Storage", ["TestSupport"]),
    tests("Supervision", ["Configuration", "Events", "Standards", "TestSupport"]),
    tests(
      "Sync",
      [
        "Configuration", "Cryptography", "Events", "Lanes", "Messaging", "Records", "Standards",
        "Storage", "Supervision", "TestSupport",
      ]),
    tests("Topology", ["Configuration", "Messaging", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
