/// What the control plane's answer to `DELETE /cp/admin/tenants/:slug` means (contract §1.6, §8.2).
public enum DeletionAnswer: Hashable, Sendable {
  /// 200 or 204: all of it done, says the control plane. `org` where the receipt names one.
  case done(PurgeID?, org: OrgID?)
  /// 202: queued, not gone.
  case queued(PurgeID?)
  /// The exact 404: no such org.
  case absent
  /// 409: the org's own provision or deprovision holds the lease.
  case busy(retryAfter: Double?)
  /// 500 with a purge id: failed half-way; the same request resumes it.
  case failedHalfway(PurgeID, why: String)
  /// Refused before anything began.
  case refused(why: String)
  /// An answer from something in between, or one that nobody can read: the cascade may be running.
  case unclear(why: String)

  /// - Parameter isHTML: an edge's page, whatever the status says.
  public init(status: Int, body: [UInt8], isHTML: Bool, retryAfter: Double?, slug: Slug) {
    let json = try? JSONValue(parsing: body)
    func id<ID: Identity>(_ name: String) -> ID? { json?[name]?.text.map { ID(rawValue: UntrustedText.clean($0, limit: 128)) } }
    let said = json.flatMap { $0["error"]?.text ?? $0["message"]?.text }.map { ": " + UntrustedText.clean($0, limit: 200) } ?? ""
    let page = isHTML || body.first { $0 > 0x20 } == UInt8(ascii: "<")
    switch status {
    case 200, 204:
      if page {
        self = .unclear(why: "answered \(status) with an HTML page")
      } else if json?["deleted"]?.bool == false {
        self = .unclear(why: "answered \(status), but that nothing was deleted")
      } else if let named: Slug = id("slug"), named != slug {
        self = .unclear(why: "answered \(status) for another org, \(named)")
      } else {
        self = .done(id("purge_id"), org: id("org_id"))
      }
    case 202: self = page ? .unclear(why: "answered 202 with an HTML page") : .queued(id("purge_id"))
    case 404 where json?.members?.count == 2 && json?["error"] == "org not found" && json?["slug"] == .string(slug.rawValue): self = .absent
    case 404: self = .refused(why: "answered 404, but not that there is no such org: is this the control plane's address?")
    case 409: self = .busy(retryAfter: retryAfter)
    case 400: self = .refused(why: "answered 400\(said): a fault of this program's, please report it")
    case 401, 403: self = .refused(why: "answered \(status)\(said): check the token that the configuration names")
    case 500 where !page:
      if let purge: PurgeID = id("purge_id") {
        self = .failedHalfway(purge, why: "answered 500\(said)")
      } else {
        self = .unclear(why: "answered 500\(said)")
      }
    // "See other" is what somebody answers who has done it.
    case 303: self = .unclear(why: "answered 303")
    case 300..<400: self = .refused(why: "answered \(status): redirects are never followed with credentials; configure the final address")
    case 408, 500...: self = .unclear(why: "answered \(status)\(page ? " with an HTML page" : said)")
    case 400..<500: self = .refused(why: "answered \(status)\(said)")
    default: self = .unclear(why: "answered \(status)")
    }
  }
}
