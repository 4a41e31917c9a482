import ArgumentParser
import Feeds
import FleetModel

// The pages that no other command gives as a document: every source that the dashboard reads is asked, judged, and printed as the page has it.

struct TriageCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "triage", abstract: "Everything that needs a human: each finding of the fleet, the worst first, with proof and next step.",
    discussion: "Ends with 3 when there is a critical finding or a warning, with 4 when a source could not be read. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> TriageDocument {
    let (fleet, now) = try await global.wholeSession().judged()
    return TriageDocument(fleet: fleet, now: now)
  }
}

struct ProvisioningCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "provisioning",
    abstract: "Everything that is coming up: phase, progress and ETA of each boot, late and failed ones first.",
    discussion: "Ends with 3 when a boot is late, stuck or failed, with 4 when the roster or a tenant could not be read.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> ProvisioningDocument {
    let (fleet, now) = try await global.wholeSession().judged()
    return ProvisioningDocument(fleet: fleet, now: now)
  }
}

struct DeletionsCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "deletions", abstract: "Deletions under way, failed and past, other operators' too, with this machine's receipts.",
    discussion: "Ends with 3 when one failed or left machines, with 4 when the list or a region could not be read. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> DeletionsDocument {
    let session = try global.wholeSession()
    let (fleet, now) = await session.judged()
    let state = StateDirectory(variables: global.variables)
    let environment = session.environment.name
    let receipts = Result { () throws(StateDirectory.Failure) in
      try ReceiptStore(state: state).all().map(\.document).filter { $0["environment"]?.string == environment }
    }
    let leftovers = DeletionJournal.leftovers(in: state).filter { $0.environment == environment }
    return DeletionsDocument(fleet: fleet, receipts: receipts, leftovers: leftovers, now: now)
  }
}

struct EventsCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "What happens while it listens, as one document, the newest first; watch prints the same as it comes.",
    discussion: "Ends with 4 when the roster or a tenant could not be read.")

  @Option(name: .customLong("for"), help: "Listen for that long: 90s, 20m, 2h or plain seconds.", transform: DurationText.argument)
  var duration = 10.0
  @OptionGroup var global: GlobalOptions

  func document() async throws -> EventsDocument {
    let since = wallClock()
    let (fleet, now) = try await global.wholeSession().heard(for: duration)
    return EventsDocument(fleet: fleet, since: since, now: now)
  }
}
