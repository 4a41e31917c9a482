import ArgumentParser
import Feeds
import FleetModel

struct CostsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "costs", abstract: "What the fleet costs by org, role and machine, what is wasted, and how full the vCPU quota is.",
    discussion:
      "Estimates from on-demand prices; what has no known price is unknown. Ends with 4 when a source that the answer needs is missing.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (_, environment) = try global.environment()
    let format = global.outputFormat
    var options = FleetFeeds.Options()
    options.readsResources = true
    options.asksQuota = true
    let session = try Session(environment: environment, global: global, options: options)
    let code = Interruption.run {
      let fleet = await session.loaded()
      let document = CostsDocument(
        fleet: fleet, prices: session.settings.prices, vcpuQuota: environment.aws?.vcpuQuota, orphans: OrphanSettings(environment.aws),
        now: wallClock())
      Output.document(format, json: document.json(environment: environment.name), table: document.table, text: document.text)
      if let gate = document.judgement.safetyGate { Output.message(gate) }
      Output.problems(of: fleet, at: document.now)
      for gap in document.gaps { Output.message(gap) }
      return document.exitCode
    }
    if code != 0 { throw CommandFailure(code: code) }
  }
}
