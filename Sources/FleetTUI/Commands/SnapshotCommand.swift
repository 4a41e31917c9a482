import ArgumentParser

struct SnapshotCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Load every configured source once, print the fleet, exit.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> SnapshotDocument {
    let (fleet, now) = try await global.wholeSession().judged()
    return SnapshotDocument(fleet: fleet, now: now)
  }
}
