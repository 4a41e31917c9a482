import ArgumentParser

struct OrphansCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "orphans", abstract: "What nobody owns any more: machines, volumes, addresses, security groups, with evidence and cost.",
    discussion: "Ends with 3 when there are orphans, with 4 when a source that the answer needs is missing. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> OrphansDocument {
    let (fleet, now) = try await global.session { options, _, _ in options.readsResources = true }.judged()
    return OrphansDocument(fleet: fleet, now: now)
  }
}
