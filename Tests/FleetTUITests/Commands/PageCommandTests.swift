import Feeds
import FleetModel
import FleetSim
import Foundation
import Testing

@testable import FleetTUI

/// The pages' commands on the simulated fleet.
@Suite(.serialized) struct PageCommandTests {
  private func withFleet(_ scenario: String, _ body: (FleetSimulation, SimulatedEndpoints) async throws -> Void) async throws {
    var options = SimulationOptions()
    options.scenario = scenario
    let simulation = try FleetSimulation(options)
    let endpoints = try await simulation.start()
    do { try await body(simulation, endpoints) } catch {
      await simulation.stop()
      throw error
    }
    await simulation.stop()
  }

  @Test func theExitCodeSaysWhetherSomethingWasFoundAndWhetherItCouldBeTold() async throws {
    let commands = ["triage", "provisioning", "deletions"]
    try await withFleet("healthy") { simulation, endpoints in
      /// All at once: each asks a source that fails for 20 s.
      func runs() async throws -> [String: CommandRun] {
        try await withThrowingTaskGroup(of: NamedRun.self) { group in
          for command in commands {
            group.addTask {
              NamedRun(name: command, run: try await CommandRun.run(command, "--config", endpoints.configPath, "--format", "json"))
            }
          }
          return try await group.reduce(into: [:]) { $0[$1.name] = $1.run }
        }
      }
      let well = try await runs()
      for command in commands { #expect(well[command]?.status == 0, "\(command): \(String(describing: well[command]))") }
      simulation.set(.regionFails("us-east-2"), on: true)
      #expect(try await runs().mapValues(\.status) == ["triage": 4, "provisioning": 0, "deletions": 4])
      simulation.set(.regionFails("us-east-2"), on: false)
      simulation.set(.rosterUnavailable, on: true)
      for (command, run) in try await runs() {
        #expect(run.status == 4 && run.errors.contains("control-plane is failed"), "\(command): \(run)")
        #expect((try? JSONValue(parsing: run.output)) != nil, "what is known is printed all the same")
      }
    }
  }

  private struct NamedRun: Sendable {
    let name: String
    let run: CommandRun
  }

  @Test func everyTableFitsEveryTerminal() async throws {
    try await withFleet("default") { _, endpoints in
      let environment = try ConfigurationFile.read(path: endpoints.configPath).environment(named: nil)
      let session = try Session(environment: environment, global: GlobalOptions.parse([]), options: .ofEverything(neighbours: []))
      let (fleet, now) = await session.judged()
      #expect(fleet.settings.limits.vcpuQuota == 96)
      let snapshot = SnapshotDocument(fleet: fleet, now: now)
      let orphans = OrphansDocument(fleet: fleet, now: now)
      let costs = CostsDocument(fleet: fleet, now: now)
      #expect(orphans.text(columns: 200).contains(/orphans: \$[0-9.]+\/h, \$[0-9.]+\/month, \$[0-9.]+(\+\?)? so far/))
      #expect(snapshot.text(columns: 200).contains(/orgs, [0-9]+ workspaces, [0-9]+ machines, [0-9]+ orphans; \$[0-9.]+\/h, \$/))
      #expect(snapshot.text(columns: 200).contains("vcpu-quota-full") && snapshot.table.header.contains("NEXT STEP"))
      let pages: [any PageDocument] = [
        TriageDocument(fleet: fleet, now: now), ProvisioningDocument(fleet: fleet, now: now),
        DeletionsDocument(fleet: fleet, receipts: .success([]), now: now),
      ]
      for columns in [40, 60, 80, 100, 120, 200, 300] {
        let texts = [snapshot.text(columns: columns), orphans.text(columns: columns), costs.text(columns: columns)]
        for text in texts + pages.map({ $0.table.table(columns: columns) }) {
          let widest = text.lines.map { TextWidth.columns(of: String($0)) }.max() ?? 0
          #expect(widest <= columns, "\(columns):\n\(text)")
        }
      }
      // At 80 columns the table still says what and what to do about it.
      let narrow = pages[0].table.table(columns: 80)
      #expect(narrow.contains("SEVERITY") && narrow.contains("WHAT"))
    }
  }
}
