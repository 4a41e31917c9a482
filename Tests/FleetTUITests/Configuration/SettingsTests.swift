import FleetModel
import Foundation
import TestSupport
import Testing

@testable import FleetTUI

/// Documented settings and variables against the sources that read them: none is a promise only, none is a secret.
@Suite struct SettingsTests {
  private static let document = text("docs/configuration.md")

  private static func text(_ path: String) -> String {
    (try? String(contentsOf: PackageRoot.url.appending(path: path), encoding: .utf8)) ?? ""
  }

  /// The product's Swift sources by their path.
  private static let sources: [String: String] = {
    var sources: [String: String] = [:]
    for folder in ["Sources/FleetTUI", "Sources/Feeds", "Sources/FleetModel"] {
      let files = FileManager.default.enumerator(atPath: PackageRoot.url.appending(path: folder).path)?.compactMap { $0 as? String } ?? []
      for file in files where file.hasSuffix(".swift") { sources["\(folder)/\(file)"] = text("\(folder)/\(file)") }
    }
    return sources
  }()

  // MARK: - Settings

  /// The part of the document under a heading.
  private static func section(_ heading: String) -> Substring {
    let start = document.range(of: "\n\(heading)\n")?.upperBound ?? document.endIndex
    let end = document[start...].range(of: "\n#")?.lowerBound ?? document.endIndex
    return document[start..<end]
  }

  /// The first cells of the tables under a heading.
  private static func keys(under heading: String) -> Set<String> {
    Set(section(heading).matches(of: /\n\| `([^`]+)` \|/).map { String($0.1) })
  }

  /// The keys that a function of the configuration's reader asks its table for.
  private static func read(by function: String) throws -> Set<String> {
    let file = try #require(sources["Sources/FleetTUI/Configuration/ConfigurationFile.swift"])
    let start = try #require(file.range(of: "static func \(function)(")).lowerBound
    let end = file[start...].range(of: "\n  }\n")?.lowerBound ?? file.endIndex
    let asked = file[start..<end].matches(of: /(?:reader\.\w+|address|secret)\("(\w+)"/).map { String($0.1) }
    return Set(asked)
  }

  @Test func eachDocumentedKeyIsReadAndEachKeyThatIsReadIsDocumented() throws {
    let tables: Set = ["aws", "dns", "database"]
    #expect(try Self.keys(under: "## Environments") == Self.read(by: "environment").subtracting(tables))
    #expect(try Self.keys(under: "### `aws`") == Self.read(by: "aws"))
    #expect(try Self.keys(under: "### `dns`") == Self.read(by: "dns"))
    #expect(try Self.read(by: "database").allSatisfy { Self.section("### `database`").contains("`\($0)`") })
    let rest = Self.keys(under: "## History, screen, keys")
    #expect(
      try rest
        == Set(
          Self.read(by: "interface").map { "ui.\($0)" } + [
            "history.path", "links.console", "links.terminal", "links.runbook.CODE", "keys.ACTION",
          ]))
  }

  /// A key that the configuration holds and nobody asks for does nothing.
  @Test func whatIsReadIsUsed() throws {
    let names = [
      "first_page": "first",
      "tenant_url": "tenantURL", "protected": "isProtected", "writes": "allowsWrites", "vcpu_quota": "vcpuQuota", "zone_id": "zoneID",
      "user_agent": "userAgent", "url": "address", "service": "address", "notify": "notification", "path": "historyPath",
    ]
    // There is one provider.
    let unused: Set = ["provider"]
    let users = Self.sources.filter { !$0.key.contains("/Configuration/") && !$0.key.hasSuffix("ConfigCommand.swift") }.values.joined()
    for function in ["environment", "aws", "dns", "database", "interface"] {
      for key in try Self.read(by: function).subtracting(unused) {
        let words = key.split(separator: "_")
        let name = names[key] ?? String(words[0]) + words.dropFirst().map { $0.capitalized }.joined()
        // Within its own type a setting is named without a dot.
        let isUsed = users.contains(".\(name)") || users.contains("let \(name) {")
        #expect(isUsed, "\(function): \(key) is read, and nothing looks at \(name)")
      }
    }
    let areUsed = users.contains(".historyPath") && users.contains("configuration?.keys")
    #expect(areUsed)
  }

  @Test func everyActionThatMayHaveAnotherKeyIsNamed() {
    let documented = Self.section("## History, screen, keys")
    for action in Action.table {
      let isDocumented = documented.contains("`\(action.name)`")
      // By its name, or by that and what may be typed behind it.
      let name = action.name.replacing("-", with: "\\-")
      let isInManual = ManualPage.text.contains("(\(name))") || ManualPage.text.contains("(\(name) ")
      #expect(isDocumented && isInManual, "\(action.name)")
    }
    for theme in ThemeLibrary.builtIn {
      let isDocumented = documented.contains("`\(theme)`")
      #expect(isDocumented, "\(theme)")
    }
  }

  // MARK: - Variables

  /// Read where no source of ours names them.
  private static let readElsewhere: Set = [
    // setlocale(3) in CNcurses.
    "LANG", "LC_ALL", "LC_CTYPE",
    // ncurses.
    "TERMINFO",
    // libcurl, libpq.
    "HTTPS_PROXY", "NO_PROXY", "PGPASSFILE", "PGPASSWORD", "PGSERVICEFILE",
    // The simulated fleet and recordings from a pipe.
    "TMPDIR",
  ]

  private static let variablesRead: Set<String> = {
    var names: Set<String> = []
    for text in sources.values {
      for match in text.matches(of: /(?:getenv\(|variables\[|environment\[|variable\(|setting\()"([A-Z][A-Z0-9_]+)"/) {
        names.insert(String(match.1))
      }
    }
    return names
  }()

  @Test func eachVariableThatIsReadIsInTheManualAndInTheDocument() {
    #expect(Self.variablesRead.count > 30)
    let manual = Set(ManualPage.variables.flatMap(\.names))
    for name in Self.variablesRead {
      #expect(manual.contains(name), "\(name) is read and the manual page doesn't have it")
      let isDocumented = Self.document.contains("`\(name)`")
      #expect(isDocumented, "\(name) is read and docs/configuration.md doesn't have it")
    }
  }

  @Test func eachDocumentedVariableIsRead() {
    let documented = Set(Self.section("## Environment variables").matches(of: /`([A-Z][A-Z0-9_]+)`/).map { String($0.1) })
    #expect(documented.count > 30)
    let manual = Set(ManualPage.variables.flatMap(\.names))
    #expect(manual == documented)
    for name in documented.union(manual) {
      #expect(Self.variablesRead.contains(name) || Self.readElsewhere.contains(name), "\(name) is documented and nobody reads it")
    }
  }
}
