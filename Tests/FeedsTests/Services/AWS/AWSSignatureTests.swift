import FleetModel
import Foundation
import Testing

@testable import Feeds

@Suite struct AWSSignatureTests {
  struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var method: String
    var url: String
    var headers: [[String]]
    var body: String
    var token: String
    var date: String
    var authorization: String
    var testDescription: String { name }
  }

  /// Signed by botocore: `Tests/Support/python/sigv4_vectors.py`.
  static let vectors: [Vector] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/aws/sigv4", withExtension: "json"), let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([Vector].self, from: data)) ?? []
  }()

  @Test func theVectorsAreThere() { #expect(Self.vectors.count == 18) }

  @Test(arguments: vectors) func aSignatureIsTheOneThatBotocoreGives(_ vector: Vector) throws {
    let request = HTTPRequest(
      try #require(HTTPRequest.Method(rawValue: vector.method)), vector.url, headers: vector.headers.map { ($0[0], $0[1]) },
      body: Array(vector.body.utf8))
    let credentials = try AWSCredentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: vector.token, source: "a test")
    let now = try #require(Timestamp(rfc3339: "2026-11-23T13:42:07Z"))
    let headers = try Signature(region: "us-east-2", service: "ec2").headers(for: request, credentials: credentials, at: now)
    #expect(headers.first { $0.name == "X-Amz-Date" }?.value == vector.date)
    #expect(headers.first { $0.name == "Authorization" }?.value == vector.authorization)
    #expect(headers.first { $0.name == "X-Amz-Security-Token" }?.value ?? "" == vector.token)
  }

  /// AWS General Reference, "Examples of how to derive a signing key" and the IAM `ListUsers` example.
  @Test func awssPublishedExampleComesOut() throws {
    let request = HTTPRequest(
      .get, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
      headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
    let credentials = try AWSCredentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", source: "a test")
    let now = try #require(Timestamp(rfc3339: "2015-08-30T12:36:00Z"))
    let headers = try Signature(region: "us-east-1", service: "iam").headers(for: request, credentials: credentials, at: now)
    #expect(
      headers.last?.value
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
        + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
  }

  @Test func credentialsShowNothingOfThemselves() throws {
    let credentials = try AWSCredentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "verysecret", sessionToken: "alsosecret", source: "a test")
    var dumped = ""
    dump(credentials, to: &dumped)
    #expect("\(credentials)" == "credentials from a test")
    #expect(!dumped.contains("verysecret") && !dumped.contains("alsosecret"))
  }

  @Test(arguments: ["", "two words", "line\nbreak", "snow☃"]) func aKeyThatCanNotBeOneIsRefused(_ key: String) {
    #expect(throws: AWSError.self) { try AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: key, source: "a test") }
    #expect(throws: AWSError.self) { try AWSCredentials(accessKeyID: key, secretAccessKey: "x", source: "a test") }
  }
}
