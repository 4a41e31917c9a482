import ArgumentParser
import Feeds
import FleetModel

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read-only smoke checks of one tenant, layer by layer: DNS, TLS, HTTP, routes.")

  @Argument(help: "The org's slug or id.")
  var org: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (_, environment) = try global.environment()
    let format = global.outputFormat
    let session = try Session(environment: environment, global: global)
    let (name, variables) = (org, global.variables)
    let code = Interruption.run { await Self.check(name, session, variables, format) }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private static func check(_ name: String, _ session: Session, _ variables: [String: String], _ format: GlobalOptions.Format) async
    -> Int32
  {
    let environment = session.environment
    let shown = UntrustedText.clean(name, limit: 128)
    let client: ControlPlaneClient
    do throws(FeedError) {
      client = try CaseReader(environment: environment, http: session.http, variables: variables).controlPlane
    } catch {
      Output.message(error.description)
      return 4
    }
    // One tenant is asked, so that only the roster is read, not the fleet.
    var fleet = Fleet()
    var gaps = false
    let asked = wallClock()
    func apply(_ change: FleetEvent.Change) {
      fleet.apply(FleetEvent(source: .controlPlane, at: wallClock(), asked: asked, epoch: 1, change: change))
    }
    do throws(FeedError) {
      let roster = try await client.roster(within: 20)
      apply(.roster(roster.rows, limit: ControlPlaneClient.rosterLimit, unreadable: roster.unreadable))
    } catch {
      apply(.failed(error.description))
      Output.message(error.description)
      gaps = true
    }
    let org = fleet.org(named: Slug(name)) ?? fleet.orgs[OrgID(name)]
    let isWhole = fleet.freshness(of: .controlPlane, at: wallClock()).state == .complete
    if org == nil, isWhole {
      Output.message("\(shown) is no org of \(environment.name); `fleettui snapshot` lists them")
      return 1
    }
    let slug = org?.slug ?? Slug(name)
    guard let base = TenantClient.base(of: slug, template: environment.tenantURL, controlPlane: client.base) else {
      Output.message(
        "tenant \(shown): its address can't be derived from \(client.base); set tenant_url in [environment.\(environment.name)]")
      return org == nil ? 4 : 1
    }
    if org == nil { gaps = true }
    var token: Secret?
    var tokenProblem: String?
    if org != nil {
      do throws(FeedError) { token = try await client.tenantToken(of: slug, within: 20) } catch { tokenProblem = error.description }
    } else {
      tokenProblem = "the roster does not tell the org's id"
    }
    let probe = TenantProbe(http: session.http, slug: slug, base: base, org: org?.id, token: token, tokenProblem: tokenProblem)
    let document = ChecksDocument(checks: await probe.checks(), fleet: fleet, now: wallClock())
    document.print(format, environment: environment.name)
    if let tokenProblem { Output.message("tenant \(shown): \(tokenProblem)") }
    return document.exitCode(gaps: gaps)
  }
}
