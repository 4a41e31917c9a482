// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "fleettui",
  products: [
    .executable(name: "fleettui", targets: ["FleetTUI"]),
    // For the package in Benchmarks/.
    .library(name: "FleetModel", targets: ["FleetModel"]),
    .library(name: "Feeds", targets: ["Feeds"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .target(
      name: "CNcurses",
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(name: "CGlibc"),
    .target(name: "CExpat", linkerSettings: [.linkedLibrary("expat")]),
    .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "CPostgres", linkerSettings: [.linkedLibrary("pq")]),

    .target(
      name: "FleetModel",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),
    .target(
      name: "Feeds",
      dependencies: [
        "FleetModel", "CCurl", "CExpat", "CCrypto", "CGlibc", "CPostgres",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "FleetSim",
      dependencies: [
        "FleetModel",
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ]),
    .executableTarget(
      name: "FleetTUI",
      dependencies: [
        "FleetModel", "Feeds", "FleetSim", "CGlibc", "CNcurses",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "TOMLKit", package: "TOMLKit"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "eventstream-contract-service",
      dependencies: [
        "Feeds",
        .product(name: "FlyingFox", package: "FlyingFox"),
      ],
      path: "Tests/Support/eventstream-contract-service"),

    // What the tests share: numbers that break readers, and the program under test.
    .target(name: "HostileNumbers", dependencies: ["FleetModel"], path: "Tests/Support/hostile-numbers"),
    .target(name: "TestSupport", path: "Tests/Support/TestSupport"),

    .testTarget(name: "FleetModelTests", dependencies: ["FleetModel", "HostileNumbers", "TestSupport"]),
    .testTarget(
      name: "FeedsTests",
      dependencies: [
        "Feeds", "FleetModel", "FleetSim", "HostileNumbers", "TestSupport",
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "FleetTUITests",
      dependencies: ["FleetTUI", "FleetSim", "Feeds", "FleetModel", "HostileNumbers", "TestSupport"],
      exclude: ["Screen/Golden"]),
    .testTarget(
      name: "EndToEndTests", dependencies: ["FleetModel", "FleetSim", "TestSupport"],
      exclude: ["terminal"]),
  ],
  swiftLanguageModes: [.v6]
)
