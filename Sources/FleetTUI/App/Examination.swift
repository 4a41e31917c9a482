import Feeds
import FleetModel

/// Asks every configured service one harmless question.
struct Examination: Sendable {
  let environment: FleetEnvironment
  let variables: [String: String]
  let http: HTTPClient

  init(environment: FleetEnvironment, variables: [String: String]) {
    self.environment = environment
    self.variables = variables
    http = HTTPClient(of: environment)
  }

  func checks() async -> [DoctorCheck] {
    async let controlPlane = controlPlane()
    async let aws = aws()
    async let dns = dns()
    async let database = database()
    let (control, compute) = await (controlPlane, aws)
    return await control.checks + [clock(control.clock, compute.clock)] + compute.checks + [dns, database]
  }

  /// Whether the ages that are shown can be true.
  private func clock(_ controlPlane: ClockOffset?, _ ec2: ClockOffset?) -> DoctorCheck {
    if let (summary, suspects) = ClockComparison(controlPlane: controlPlane, ec2: ec2).disagreement {
      return DoctorCheck(
        "clock", .warn, summary, nextStep: "check the time synchronisation of \(suspects.joined(separator: " and "))")
    }
    let known = [("the control plane's", controlPlane), ("EC2's", ec2)].compactMap { whose, offset in
      offset.map { "within \(Int(clamping: abs($0.ahead).rounded(.up))) s of \(whose)" }
    }
    guard !known.isEmpty else { return DoctorCheck("clock", .skipped, "nothing answered that tells the time") }
    return DoctorCheck("clock", .pass, known.joined(separator: ", "))
  }

  private func controlPlane() async -> (checks: [DoctorCheck], clock: ClockOffset?) {
    guard let address = environment.controlPlane, let source = environment.adminToken else {
      let checks = [
        DoctorCheck("token", .skipped, "no control plane is configured"),
        DoctorCheck("control-plane", .skipped, "no control plane is configured"),
        DoctorCheck("tenants", .skipped, "no control plane is configured"),
      ]
      return (checks, nil)
    }
    let token: Secret
    do throws(SecretSource.Unavailable) { token = try await HeldSecret(source, variables: variables).value() } catch {
      let checks = [
        DoctorCheck("token", .fail, error.description, nextStep: "make \(source) give the control plane's admin token"),
        DoctorCheck("control-plane", .skipped, "there is no token to ask it with"),
        DoctorCheck("tenants", .skipped, "there is no token to ask for theirs with"),
      ]
      return (checks, nil)
    }
    let client = ControlPlaneClient(http: http, base: address, token: token)
    var checks = [DoctorCheck("token", .pass, "\(source) gives a token")]
    var clock: ClockOffset?
    let deadline = monotonicSeconds() + 20
    do throws(FeedError) {
      clock = try await client.health(within: 5)
    } catch {
      // The roster below says what is wrong; an old control plane may lack /health.
    }
    do throws(FeedError) {
      let roster = try await client.roster(within: deadline - monotonicSeconds())
      clock = clock ?? roster.clock
      let suffix = roster.rows.count >= ControlPlaneClient.rosterLimit ? ", exactly as many as were asked for: there may be more" : ""
      checks.append(DoctorCheck("control-plane", suffix.isEmpty ? .pass : .warn, "\(address) lists \(roster.rows.count) orgs\(suffix)"))
      let tenants = TenantsExamination(environment: environment, http: http, controlPlane: client)
      checks.append(await tenants.check(roster.rows, until: deadline))
    } catch {
      checks.append(
        DoctorCheck(
          "control-plane", .fail, error.description, nextStep: "check control_plane and admin_token of [environment.\(environment.name)]"))
      checks.append(DoctorCheck("tenants", .skipped, "without the roster nobody knows which there are"))
    }
    return (checks, clock)
  }

  private func aws() async -> (checks: [DoctorCheck], clock: ClockOffset?) {
    guard let settings = environment.aws else { return ([DoctorCheck("aws", .skipped, "no AWS is configured")], nil) }
    return await AWSExamination(settings: settings, http: http, variables: variables).checks()
  }

  private func dns() async -> DoctorCheck {
    guard let settings = environment.dns else { return DoctorCheck("dns", .skipped, "no DNS zone is configured") }
    let table = "[environment.\(environment.name).dns]"
    guard let source = settings.token else { return DoctorCheck("dns", .fail, "token is missing", nextStep: "set it in \(table)") }
    do throws(SecretSource.Unavailable) {
      let client = CloudflareClient(http: http, api: settings.api, token: try await HeldSecret(source, variables: variables).value())
      return await zone(settings, client, table)
    } catch { return DoctorCheck("dns", .fail, error.description, nextStep: "make \(source) give a token with Zone.DNS:Read") }
  }

  private func zone(_ settings: DNSSettings, _ client: CloudflareClient, _ table: String) async -> DoctorCheck {
    do throws(FeedError) {
      let count = try await client.records(of: settings).count
      return DoctorCheck("dns", .pass, "zone \(settings.zone): \(count) records of \(settings.recordQuota)")
    } catch {
      return DoctorCheck("dns", .fail, error.description, nextStep: "check \(table): zone_id, api and a token with Zone.DNS:Read")
    }
  }

  private func database() async -> DoctorCheck {
    guard let settings = environment.database else { return DoctorCheck("database", .skipped, "no database is configured") }
    let table = "[environment.\(environment.name).database]"
    let health: DatabaseHealth
    do throws(DatabaseError) { health = try await DatabaseHealth.examine(settings, within: 15) } catch {
      return DoctorCheck("database", .fail, error.description, nextStep: "check \(table), and with psql whether this machine can reach it")
    }
    var words = [
      "PostgreSQL \(health.version) as \(health.user)",
      health.isReadOnly ? "read-only session" : "read-only transactions (a pooler drops the session's settings)",
      health.readable.isEmpty ? "none of the known tables" : "reads \(health.readable.joined(separator: ", "))",
    ]
    var advice: [String] = []
    if !health.missing.isEmpty { words.append("not there: \(health.missing.joined(separator: ", "))") }
    if !health.unreadable.isEmpty {
      words.append("may not read \(health.unreadable.joined(separator: ", "))")
      advice.append("grant the role SELECT on the columns it needs")
    }
    if health.readable.isEmpty, health.unreadable.isEmpty { advice.append("check that \(table) names the control plane's database") }
    if !health.powers.isEmpty {
      words.append("the role could write: \(health.powers.joined(separator: ", "))")
      advice.append("use a role with SELECT only: a read-only session is a seat belt, not a lock")
    }
    if !health.isEncrypted, !health.isLocal {
      words.append("the connection is not encrypted")
      advice.append("add sslmode=verify-full")
    }
    return DoctorCheck(
      "database", advice.isEmpty ? .pass : .warn, words.joined(separator: "; "),
      nextStep: advice.isEmpty ? nil : advice.joined(separator: "; "))
  }
}
