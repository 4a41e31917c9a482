// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "fleettui", path: "..")],
  targets: [
    .executableTarget(
      name: "fleettui-bench",
      dependencies: [
        .product(name: "FleetModel", package: "fleettui"),
        .product(name: "Feeds", package: "fleettui"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
