import ArgumentParser

struct CostsCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "costs", abstract: "What the fleet costs by org, role and machine, what is wasted, and how full the vCPU quota is.",
    discussion:
      "Estimates from on-demand prices; what has no known price is unknown. Ends with 4 when a source that the answer needs is missing.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> CostsDocument {
    let session = try global.session { options, _, _ in (options.readsResources, options.asksQuota) = (true, true) }
    let (fleet, now) = await session.judged()
    return CostsDocument(fleet: fleet, now: now)
  }
}
