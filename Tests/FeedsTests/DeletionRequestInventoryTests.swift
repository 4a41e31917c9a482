import Foundation
import Testing

/// Every request that the sources can make. There is one that changes anything: a change to this list is a decision, not an accident.
@Suite struct DeletionRequestInventoryTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The product's own sources, comments taken out; the simulated fleet only serves.
  static let sources: [(name: String, text: String, target: String)] = {
    var found: [(name: String, text: String, target: String)] = []
    for target in ["Feeds", "FleetModel", "FleetTUI"] {
      let base = root.appendingPathComponent("Sources/\(target)")
      for case let file as URL in FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) ?? .init()
      where file.pathExtension == "swift" {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let code = text.split(separator: "\n", omittingEmptySubsequences: false)
          .filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
        found.append((file.lastPathComponent, code, target))
      }
    }
    return found.sorted { $0.name < $1.name }
  }()

  static func matches(_ pattern: String, in target: String? = nil) throws -> [String] {
    let expression = try NSRegularExpression(pattern: pattern)
    return sources.filter { target == nil || $0.target == target }.flatMap { source -> [String] in
      expression.matches(in: source.text, range: NSRange(source.text.startIndex..., in: source.text)).compactMap { match in
        let group = match.numberOfRanges > 1 ? 1 : 0
        return Range(match.range(at: group), in: source.text).map { "\(source.name): \(source.text[$0])" }
      }
    }
  }

  @Test func thereAreSourcesToLookAt() { #expect(Self.sources.count > 50) }

  @Test func theOneRequestThatChangesAnythingIsTheDeletion() throws {
    // Methods as they are written where a request is made; `.get` is the default and changes nothing.
    let changing = try Self.matches(#"HTTPRequest\(\s*\.(post|put|delete|report|patch)\b"#)
    let allowed: Set = ["DeletionRunner.swift: delete"]
    let asking = changing.filter { !allowed.contains($0) }
    // A POST that only asks says so where it is made.
    for entry in asking {
      #expect(entry.hasSuffix(": post"), "\(entry) can change something")
      let name = entry.split(separator: ":")[0]
      let text = Self.sources.first { $0.name == name }?.text ?? ""
      #expect(text.contains("isQuery = true") || Self.isLinkLocal(text), "\(entry) is no question")
    }
    #expect(changing.filter { allowed.contains($0) } == ["DeletionRunner.swift: delete"])
  }

  /// The metadata service's token is asked for with PUT (EC2 IMDSv2); it is at a link-local address and changes nothing.
  private static func isLinkLocal(_ text: String) -> Bool { text.contains("169.254.169.254") || text.contains("allowsPlainHTTP = true") }

  @Test func noMethodIsSetOtherwise() throws {
    #expect(try Self.matches(#"\.method\s*=\s*[^=\n]+"#) == ["HTTPMessage.swift: .method = method", "Transfer.swift: .method = .get"])
    #expect(try Self.matches(#"method:\s*\.(?:post|put|delete|report)"#).isEmpty)
    // libcurl is spoken to in one place.
    #expect(Set(try Self.matches(#"CURLOPT_CUSTOMREQUEST"#).map { $0.prefix { $0 != ":" } }) == ["Transfer.swift"])
  }

  @Test func everyPathOfTheControlPlaneIsKnown() throws {
    let paths = Set(try Self.matches(#""([^"\n]*/cp/[^"\n?]*)"#, in: "Feeds").map { $0.drop { $0 != "/" } }.map(String.init))
    let known: Set = [
      "/cp/admin/events/stream", "/cp/admin/orgs", "/cp/admin/orgs/\\(JSONService.segment(slug.rawValue))/admin-token", "/cp/admin/purges",
      "/cp/admin/stats", "/cp/admin/tenants/\\(JSONService.segment(slug.rawValue))",
      "/cp/admin/tenants/\\(JSONService.segment(slug.rawValue))/boot-events",
      "/cp/admin/tenants/\\(JSONService.segment(slug.rawValue))/diagnostics",
      "/cp/admin/workspaces/\\(JSONService.segment(workspace.rawValue))/console",
      "/cp/status",
    ]
    #expect(paths.subtracting(known).isEmpty, "new: \(paths.subtracting(known))")
  }

  @Test func everyActionOfAWSOnlyLooks() throws {
    let actions = try Self.matches(
      #""((?:Describe|Get|List|Assume|Terminate|Stop|Start|Run|Create|Delete|Modify|Put|Release|Detach|Revoke|Reboot|Authorize|Associate|Disassociate|Attach|Cancel|Update|Tag|Untag|Send)[A-Z][A-Za-z]+)""#
    )
    .map { String($0.drop { $0 != " " }.dropFirst()) }
    let changing = Set(actions).filter { name in !["Describe", "Get", "List", "Assume"].contains { name.hasPrefix($0) } }
    #expect(changing.isEmpty, "\(changing)")
    #expect(actions.contains("DescribeInstances"))
  }

  @Test func noStatementOfSQLWrites() throws {
    let words = try Self.matches(
      #"(?i)"[^"\n]*\b((?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE\s+\w|DROP\s+(?:TABLE|INDEX|SCHEMA)|ALTER\s+TABLE|GRANT\s+\w+\s+ON))"#
    )
    // The local history's own file is the program's to write.
    #expect(words.filter { !$0.hasPrefix("History") && !$0.hasPrefix("BootHistory") }.isEmpty, "\(words)")
  }
}
