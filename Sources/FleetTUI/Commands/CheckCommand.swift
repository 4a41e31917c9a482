import ArgumentParser
import Feeds
import FleetModel

struct CheckCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read-only smoke checks of one tenant, layer by layer: DNS, TLS, HTTP, routes.")

  @Argument(help: "The org's slug or id.")
  var org: String
  @OptionGroup var global: GlobalOptions

  func document() async throws -> ChecksDocument {
    let session = try global.session()
    let shown = UntrustedText.clean(org, limit: 128)
    let reader = try await session.caseReader()
    // One tenant is asked, so that only the roster is read, not the fleet.
    var fleet = session.emptyFleet
    var gaps = false
    let question = Question()
    func apply(_ change: FleetEvent.Change) { fleet.apply(FleetEvent(from: .controlPlane, answering: question, change)) }
    do throws(FeedError) {
      let roster = try await reader.controlPlane.roster(within: 20)
      apply(.roster(roster.rows, limit: ControlPlaneClient.rosterLimit, unreadable: roster.unreadable))
    } catch {
      apply(.failed(error.description))
      Output.message(error.description)
      gaps = true
    }
    let found = fleet.org(named: Slug(org)) ?? fleet.orgs[OrgID(org)]
    let isWhole = fleet.freshness(of: .controlPlane, at: wallClock()).state == .complete
    if found == nil, isWhole {
      throw CommandFailure(code: 1, message: "\(shown) is no org of \(session.environment.name); `fleettui snapshot` lists them")
    }
    if found == nil { gaps = true }
    let probe: TenantProbe
    do throws(FeedError) { probe = try await reader.tenantProbe(of: found?.slug ?? Slug(org), found?.id) } catch {
      throw CommandFailure(code: found == nil ? 4 : 1, message: error.description)
    }
    let checks = await probe.checks()
    return ChecksDocument(
      checks: checks, fleet: fleet, now: wallClock(), messages: probe.tokenProblem.map { ["tenant \(shown): \($0)"] } ?? [], hasGaps: gaps)
  }
}
