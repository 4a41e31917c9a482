import ArgumentParser
import Feeds
import FleetModel

struct OrphansCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orphans", abstract: "What nobody owns any more: machines, volumes, addresses, security groups, with evidence and cost.",
    discussion: "Ends with 3 when there are orphans, with 4 when a source that the answer needs is missing. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (_, environment) = try global.environment()
    let format = global.outputFormat
    var options = FleetFeeds.Options()
    options.readsResources = true
    let session = try Session(environment: environment, global: global, options: options)
    let code = Interruption.run {
      let fleet = await session.loaded()
      let document = OrphansDocument(
        fleet: fleet, settings: OrphanSettings(environment.aws), prices: session.settings.prices,
        now: wallClock())
      Output.document(format, json: document.json(environment: environment.name), table: document.table, text: document.text)
      Self.tell(document)
      return document.exitCode
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private static func tell(_ document: OrphansDocument) {
    if let refused = document.report.refused { Output.message(refused) }
    Output.problems(of: document.fleet, at: document.now)
    for gap in document.report.gaps { Output.message(gap) }
  }
}
