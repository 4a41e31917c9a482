import FleetModel
import Foundation
import TestSupport
import Testing

@Suite("Documentation")
struct DocumentationTests {
  private static let docs = PackageRoot.url.appending(path: "docs")

  @Test("every schema is a JSON document of its own name, and docs/json.md links to each")
  func schemas() throws {
    let index = try String(contentsOf: Self.docs.appending(path: "json.md"), encoding: .utf8)
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.docs.appending(path: "schema").path()).filter {
      $0.hasSuffix(".json")
    }
    #expect(files.count >= 17)
    for file in files {
      let schema = try JSONValue(parsing: Data(contentsOf: Self.docs.appending(path: "schema/\(file)")))
      #expect(schema["$id"]?.string == "urn:fleettui:schema:1:\(file.dropLast(5))")
      #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
      #expect(index.contains("(schema/\(file))"), "docs/json.md does not link to \(file)")
      // Lines of a stream have no frame, or one of their own.
      guard !["watch.json", "feed-decode.json", "eta-prediction.json"].contains(file) else { continue }
      let required = schema["required"]?.array?.compactMap(\.string) ?? []
      #expect(required.starts(with: ["schema", "environment", "at", "sources"]), "\(file) lacks the frame that every document has")
    }
  }

  @Test("every link between the documents leads to a file")
  func links() throws {
    let root = Self.docs.deletingLastPathComponent()
    let folders = [root, Self.docs, Self.docs.appending(path: "decisions")]
    for folder in folders {
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path()) where file.hasSuffix(".md") {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        for link in text.matches(of: /\]\(([^)#:]+)\)/) {
          let target = folder.appending(path: String(link.1)).standardizedFileURL
          #expect(FileManager.default.fileExists(atPath: target.path()), "\(file) links to \(link.1)")
        }
      }
    }
  }
}
