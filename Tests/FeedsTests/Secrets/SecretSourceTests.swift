import Foundation
import Testing

@testable import Feeds

@Suite struct SecretSourceTests {
  @Test(arguments: ["tok-1", "tok-1\n", "tok-1\r\n", "\u{FEFF}tok-1\r\nsecond", "  tok-1\rsecond"])
  func aTokenIsTheFirstLineWhateverEndsIt(_ text: String) throws {
    let files = try TemporaryFiles(["token": text])
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: files.path("token"))
    #expect(try SecretSource.file(files.path("token")).read(environment: [:]).reveal() == "tok-1")
    #expect(try SecretSource.environment("T").read(environment: ["T": text]).reveal() == "tok-1")
  }
}
