import FleetModel

/// Reads what the posture rules look at, apart from what the fleet's feeds read anyway. Everything is read only; no secret's value is kept.
public struct PostureReader: Sendable {
  /// Consoles read at most, the newest machines' first: each is 64 KiB.
  static let consoleLimit = 20
  /// Orgs asked about at once: the public endpoint is rate-limited (contract §1.13).
  private static let width = 4

  private let access: FleetAccess
  private var environment: FleetEnvironment { access.environment }
  private var http: HTTPClient { access.http }
  /// `nil` where no control plane can be asked.
  let controlPlane: ControlPlaneClient?
  let problem: String?

  public init(_ access: FleetAccess) async {
    self.access = access
    do throws(FeedError) {
      controlPlane = try await access.controlPlaneClient()
      problem = nil
    } catch {
      controlPlane = nil
      problem = error.description
    }
  }

  /// Every check, in the order of their ids' list.
  public func checks(on question: PostureQuestion) async -> [Check] {
    let machines = question.machines.filter(isOfEnvironment)
    async let publicAnswers = publicInstances(of: question.orgs.map(\.slug), problem: problem ?? question.rosterProblem)
    async let consoles = consoles(of: machines, question)
    async let keys = partnerKeys()
    async let columns = plaintextTokens()
    var checks = await publicAnswers
    checks += securityGroups(question, machines)
    checks += PostureRules.origins(origins(of: question))
    let unread = question.unreadRegions
    checks += machineChecks(.publicAddress, unread) { PostureRules.publicAddresses(machines) }
    checks += await consoles
    checks += await columns
    checks += await keys
    checks += machineChecks(.imageOld, unread) { PostureRules.images(machines) }
    checks += machineChecks(.tagsMissing, unread) { PostureRules.tags(machines) }
    return checks
  }

  // MARK: - EC2

  private func isOfEnvironment(_ row: InstanceRow) -> Bool {
    guard let tag = environment.aws?.environmentTag else { return true }
    return row.tags[tag.key] == tag.value
  }

  private func machineChecks(_ id: PostureRules.ID, _ unread: [PostureQuestion.UnreadRegion], _ look: () -> [Check]) -> [Check] {
    guard environment.aws != nil else { return [Check(id.rawValue, .unknown, target: "ec2", "no AWS is configured", counts: false)] }
    let gaps = unread.map { Check(id.rawValue, .unknown, target: "ec2:\($0.region)", $0.why) }
    let found = look()
    return gaps.isEmpty ? found : gaps + found.filter { $0.result == .fail }
  }

  private func securityGroups(_ question: PostureQuestion, _ machines: [InstanceRow]) -> [Check] {
    let ids: [PostureRules.ID] = [.openAll, .debugPort, .sshOpen]
    guard environment.aws != nil else {
      return ids.map { Check($0.rawValue, .unknown, target: "ec2", "no AWS is configured", counts: false) }
    }
    var rows: [SecurityGroupRow] = []
    var gaps: [Check] = []
    for region in question.regions {
      func gap(_ why: String, counts: Bool) {
        gaps += ids.map { Check($0.rawValue, .unknown, target: "ec2:\(region)", why, counts: counts) }
      }
      switch question.securityGroups[region] {
      case .complete(let groups): rows += groups
      case .notAllowed(let why): gap("its security groups may not be read: \(why)", counts: false)
      case .failed(let why): gap(why, counts: true)
      case nil: gap(question.unreadRegions.first { $0.region == region }?.why ?? "its security groups were not read", counts: true)
      }
    }
    // Another environment's groups in the same account are not ours to judge.
    if let tag = environment.aws?.environmentTag { rows.removeAll { $0.tags[tag.key].map { $0 != tag.value } ?? false } }
    let found = PostureRules.securityGroups(rows, machines: machines)
    return ids.flatMap { id in
      let gap = gaps.filter { $0.id == id.rawValue }
      return gap + found.filter { $0.id == id.rawValue && (gap.isEmpty || $0.result == .fail) }
    }
  }

  // MARK: - Addresses

  private func origins(of question: PostureQuestion) -> [(owner: String, url: String)] {
    var found: [(owner: String, url: String)] = []
    for org in question.orgs {
      if let base = controlPlane.flatMap({ TenantClient.base(of: org.slug, template: environment.tenantURL, controlPlane: $0.base) }) {
        found.append((org.slug.rawValue, base))
      }
    }
    for workspace in question.workspaces { if let url = workspace.url, !url.isEmpty { found.append((workspace.name, url)) } }
    return found
  }

  // MARK: - The control plane

  /// Asks as a stranger what the public endpoint tells of each org. The values of what it should not hold are dropped unread.
  private func publicInstances(of slugs: [Slug], problem: String?) async -> [Check] {
    let id = PostureRules.ID.publicInstanceToken.rawValue
    guard let controlPlane else {
      return [
        Check(id, .unknown, target: "control-plane", problem ?? "no control plane is configured", counts: environment.controlPlane != nil)
      ]
    }
    if let problem { return [Check(id, .unknown, target: "control-plane", problem)] }
    let base = controlPlane.base
    let checks = await slugs.concurrentMap(width: Self.width) { await publicInstance(of: $0, base) }.sorted { $0.target < $1.target }
    let telling = checks.filter { $0.result != .pass }
    if !telling.isEmpty { return telling }
    let slowest = checks.compactMap(\.millis).max()
    return [
      Check(
        id, .pass, target: "\(checks.count) orgs", "the public answers hold no credential",
        evidence: ["asked GET /cp/orgs/:slug/instance without a token"], millis: slowest)
    ]
  }

  private func publicInstance(of slug: Slug, _ base: String) async -> Check {
    let id = PostureRules.ID.publicInstanceToken.rawValue
    let path = "/cp/orgs/\(JSONService.segment(slug.rawValue))/instance"
    do throws(HTTPFailure) {
      let response = try await http.ask(HTTPRequest(.get, base + path, headers: [("Accept", "application/json")], timeout: 10), within: 20)
      let millis = (response.elapsed * 10_000).rounded() / 10
      switch response.status {
      case 200:
        guard let members = (try? JSONValue(parsing: response.body))?.members else {
          return Check(id, .unknown, target: slug.rawValue, "\(path) answered something else than a JSON object", millis: millis)
        }
        return PostureRules.publicInstance(members: Self.names(of: members), of: slug, millis: millis)
      case 401, 403, 404, 405, 410, 501:
        return Check(id, .pass, target: slug.rawValue, "\(path) tells a stranger nothing (\(response.status))", millis: millis)
      default: return Check(id, .unknown, target: slug.rawValue, "\(path) answered \(response.status)", millis: millis)
      }
    } catch { return Check(id, .unknown, target: slug.rawValue, "\(path): \(error)") }
  }

  /// The names of an object's members and of those inside them, `instance.admin_token`; empty and null values give nothing away.
  private static func names(of members: [JSONValue.Member], under prefix: String = "", depth: Int = 0) -> [String] {
    members.flatMap { member -> [String] in
      let name = prefix + UntrustedText.clean(member.name, limit: 60)
      if let inner = member.value.members, depth < 4 { return names(of: inner, under: name + ".", depth: depth + 1) }
      return member.value.isNull || member.value.string == "" ? [] : [name]
    }
  }

  /// Partner keys without an end (`GET /cp/admin/partner-keys`, planned: contract §1.12).
  private func partnerKeys() async -> [Check] {
    let id = PostureRules.ID.partnerKeyExpiry.rawValue
    guard let controlPlane else {
      return [Check(id, .unknown, target: "control-plane", problem ?? "no control plane is configured", counts: false)]
    }
    do throws(FeedError) {
      let json = try await controlPlane.service.get("/cp/admin/partner-keys", timeout: 20, within: 20)
      guard let list = json.array ?? (json["partner_keys"] ?? json["keys"] ?? json["items"])?.array else {
        return [Check(id, .unknown, target: "control-plane", "/cp/admin/partner-keys has no list of keys", counts: false)]
      }
      let failing = list.enumerated().compactMap { index, key -> Check? in
        guard key["revoked_at"]?.text == nil, key["expires_at"]?.text == nil, key["expires_at"]?.double == nil else { return nil }
        let name = (key.clean("name", limit: 80) ?? key.clean("id", limit: 80)) ?? "key \(index + 1)"
        return Check(id, .fail, target: name, "the partner key \(name) never expires", evidence: ["expires_at is absent"])
      }
      return failing.isEmpty ? [Check(id, .pass, target: "\(list.count) keys", "every key has an end")] : failing
    } catch {
      if case .notOffered = error { return [Check(id, .unknown, target: "control-plane", error.description, counts: false)] }
      return [Check(id, .unknown, target: "control-plane", error.description)]
    }
  }

  /// Where tokens lie in plain text, by the names of the database's columns alone.
  private func plaintextTokens() async -> [Check] {
    let id = PostureRules.ID.plaintextToken.rawValue
    guard let database = access.database else {
      return [Check(id, .unknown, target: "database", "no database is configured", counts: false)]
    }
    do throws(DatabaseError) {
      return PostureRules.plaintextTokens(columns: try await DatabaseHealth.textColumns(database, within: 20))
    } catch { return [Check(id, .unknown, target: "database", error.description)] }
  }

  // MARK: - Consoles

  private func consoles(of machines: [InstanceRow], _ question: PostureQuestion) async -> [Check] {
    let id = PostureRules.ID.consoleSecrets.rawValue
    guard let controlPlane else {
      return [
        Check(id, .unknown, target: "control-plane", problem ?? "no control plane is configured", counts: environment.controlPlane != nil)
      ]
    }
    // The newest first: what a boot prints scrolls away.
    var owners = machines.filter { $0.state == .running }.sorted {
      ($0.launchedAt ?? .init(milliseconds: 0), $0.id) > ($1.launchedAt ?? .init(milliseconds: 0), $1.id)
    }
    .compactMap(\.workspaceID)
    let known = Dictionary(uniqueKeysWithValues: question.workspaces.map { ($0.id, $0) })
    owners.removeAll { known[$0] == nil }
    // Where no machine is told of, the tenants' own lists name the workspaces.
    owners += question.workspaces.filter(\.mayHaveConsole).map(\.id)
    var unique: Set<WorkspaceID> = []
    owners = owners.filter { unique.insert($0).inserted }
    guard !owners.isEmpty else {
      return [Check(id, .unknown, target: "0 consoles", "there is no workspace whose console could be read", counts: false)]
    }
    let chosen = owners.prefix(Self.consoleLimit).sorted()
    let answers = await chosen.concurrentMap { owner async -> Result<[String], FeedError> in
      do throws(FeedError) { return .success(try await controlPlane.console(of: owner, within: 20)) } catch { return .failure(error) }
    }
    var checks: [Check] = []
    var read = 0
    var unoffered = 0
    for (owner, answer) in zip(chosen, answers) {
      let name = known[owner]?.name ?? owner.rawValue
      switch answer {
      case .success(let lines):
        read += 1
        if let check = PostureRules.console(lines, of: name) { checks.append(check) }
      case .failure(.notOffered): unoffered += 1
      case .failure(let error): checks.append(Check(id, .unknown, target: name, error.description))
      }
    }
    if !checks.isEmpty { return checks }
    let looked = "\(read) of \(owners.count) consoles"
    if read == 0 { return [Check(id, .unknown, target: looked, "no console is offered", counts: false)] }
    if read + unoffered < owners.count {
      return [
        Check(id, .unknown, target: looked, "nothing in the \(read) newest machines' consoles; the others were not read", counts: false)
      ]
    }
    return [Check(id, .pass, target: looked, "no credential and no traced command", evidence: ["looked at \(looked)"])]
  }
}
