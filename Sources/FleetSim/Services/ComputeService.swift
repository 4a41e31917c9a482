import FleetModel

/// EC2's Query API under `/ec2` (AWS EC2 API reference, version 2016-11-15). The region is the credential scope's; signatures are not
/// verified, only that the access key is the simulation's.
struct ComputeService: Sendable {
  let hub: Hub
  let accessKeyID: String

  /// An error as EC2 words it.
  struct Refusal: Error {
    var status: Int
    var code: String
    var message: String
  }

  static let account = "111122223333"

  func answer(_ question: Question) -> Answer {
    do throws(Refusal) {
      let form = Form(question)
      let region = try region(of: question)
      if hub.isStopped(.ec2, .region(region)) {
        throw Refusal(status: 503, code: "ServiceUnavailable", message: "The service is unavailable. Please try again shortly.")
      }
      if hub.has(.regionFails(region)) {
        throw Refusal(status: 500, code: "InternalError", message: "An internal error has occurred")
      }
      if hub.has(.regionThrottles(region)) {
        throw Refusal(status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded.")
      }
      let ask = try Ask(form, region: region)
      let answer = hub.withWorld { world, _ in ask.answer(from: world) }
      let bytes = try (answer ?? .failure(Refusal(status: 503, code: "Unavailable", message: "The server is overloaded"))).get()
      return Answer(status: 200, headers: [("Content-Type", "text/xml;charset=UTF-8")], body: .bytes(bytes))
    } catch {
      return Self.answer(for: error)
    }
  }

  private static func answer(for refusal: Refusal) -> Answer {
    var xml = XMLText(root: "Response")
    xml.element("Errors") { xml in
      xml.element("Error") { xml in
        xml.leaf("Code", refusal.code)
        xml.leaf("Message", refusal.message)
      }
    }
    xml.leaf("RequestID", "0f5c9e1a-4b7d-4c55-9d2e-51a7c0ffee00")
    xml.close("Response")
    return Answer(status: refusal.status, headers: [("Content-Type", "text/xml;charset=UTF-8")], body: .bytes(xml.bytes))
  }

  /// From `AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-2/ec2/aws4_request, …`.
  private func region(of question: Question) throws(Refusal) -> Region {
    guard let header = question.header("Authorization"), header.hasPrefix("AWS4-HMAC-SHA256 ") else {
      throw Refusal(
        status: 403, code: "MissingAuthenticationToken", message: "Request is missing Authentication Token")
    }
    let fields = header.dropFirst(17).split(separator: ",").map { $0.drop { $0 == " " } }
    guard let credential = fields.first(where: { $0.hasPrefix("Credential=") })?.dropFirst(11),
      fields.contains(where: { $0.hasPrefix("SignedHeaders=") && $0.contains("host") }),
      fields.contains(where: { $0.hasPrefix("Signature=") && $0.utf8.count == 74 })
    else {
      throw Refusal(
        status: 400, code: "IncompleteSignature", message: "Authorization header requires Credential, SignedHeaders, Signature.")
    }
    let scope = credential.split(separator: "/")
    guard scope.count == 5, scope[3] == "ec2", scope[4] == "aws4_request" else {
      throw Refusal(status: 400, code: "SignatureDoesNotMatch", message: "Credential should be scoped to service 'ec2'.")
    }
    guard scope[0] == accessKeyID else {
      throw Refusal(
        status: 401, code: "AuthFailure", message: "AWS was not able to validate the provided access credentials")
    }
    return Region(String(scope[2]))
  }
}

/// The parameters of a Query API request.
struct Form: Sendable {
  private var values: [String: String] = [:]

  init(_ question: Question) {
    values = question.query
    for pair in question.body.split(separator: UInt8(ascii: "&")) {
      let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      values[Self.decoded(halves[0])] = halves.count > 1 ? Self.decoded(halves[1]) : ""
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// `Name.1`, `Name.2`, … in order.
  func list(_ name: String) -> [String] {
    var found: [String] = []
    while let value = values["\(name).\(found.count + 1)"] { found.append(value) }
    return found
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
    var out: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): out.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        if let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
          out.append(value)
          rest = rest.dropFirst(2)
        } else {
          out.append(byte)
        }
      default: out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
