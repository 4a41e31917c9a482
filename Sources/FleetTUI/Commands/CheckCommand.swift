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
    let name = org
    let code = Interruption.run { await Self.check(name, session, format) }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private static func check(_ name: String, _ session: Session, _ format: GlobalOptions.Format) async -> Int32 {
    let environment = session.environment
    let shown = UntrustedText.clean(name, limit: 128)
    let reader: CaseReader
    do throws(FeedError) {
      reader = try await CaseReader(session.access)
    } catch {
      Output.message(error.description)
      return 4
    }
    // One tenant is asked, so that only the roster is read, not the fleet.
    var fleet = Fleet()
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
    let org = fleet.org(named: Slug(name)) ?? fleet.orgs[OrgID(name)]
    let isWhole = fleet.freshness(of: .controlPlane, at: wallClock()).state == .complete
    if org == nil, isWhole {
      Output.message("\(shown) is no org of \(environment.name); `fleettui snapshot` lists them")
      return 1
    }
    if org == nil { gaps = true }
    let probe: TenantProbe
    do throws(FeedError) { probe = try await reader.tenantProbe(of: org?.slug ?? Slug(name), org?.id) } catch {
      Output.message(error.description)
      return org == nil ? 4 : 1
    }
    let document = ChecksDocument(checks: await probe.checks(), fleet: fleet, now: wallClock())
    document.print(format, environment: environment.name)
    if let problem = probe.tokenProblem { Output.message("tenant \(shown): \(problem)") }
    return document.exitCode(gaps: gaps)
  }
}
