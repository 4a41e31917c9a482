import FleetModel
import FleetSim
import Foundation
import Testing

extension CommandRun {
  fileprivate var json: JSONValue { get throws { try JSONValue(parsing: output) } }
}

private func withFleet(_ body: (FleetSimulation, SimulatedEndpoints) async throws -> Void) async throws {
  var options = SimulationOptions()
  options.scenario = "idle"
  let simulation = try FleetSimulation(options)
  let endpoints = try await simulation.start()
  do { try await body(simulation, endpoints) } catch {
    await simulation.stop()
    throw error
  }
  await simulation.stop()
}

@Suite struct CostsCommandTests {
  @Test func theFleetsCostsAddUpAndAgreeWithTheSnapshot() async throws {
    try await withFleet { _, endpoints in
      let run = try await CommandRun.run("costs", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 0, "\(run.errors)")
      let json = try run.json
      #expect(
        json.members?.map(\.name) == [
          "schema", "environment", "at", "sources", "orgs", "instances", "by_role", "totals", "unpriced", "state_unknown", "quota",
          "prices",
        ])
      let orgs = try #require(json["orgs"]?.array)
      #expect(!orgs.isEmpty)
      for org in orgs {
        #expect(
          org.members?.map(\.name) == [
            "id", "slug", "hourly", "monthly", "storage_monthly", "address_monthly", "since_launch", "llm_spend", "llm_budget",
          ])
        let (hourly, monthly) = (try #require(org["hourly"]?.double), try #require(org["monthly"]?.double))
        #expect(abs(monthly - hourly * 730) < 0.006)
        #expect(org["storage_monthly"]?.double != nil && org["address_monthly"]?.double != nil)
      }
      let acme = try #require(orgs.first { $0["slug"] == "acme" })
      #expect(acme["llm_spend"]?.double != nil)
      let total = try #require(json["totals"]?["hourly"]?.double)
      let byRole = ["tenant", "workspace"].reduce(0) { $0 + (json["by_role"]?[$1]?["hourly"]?.double ?? 0) }
      #expect(abs(total - byRole) < 1e-6)
      let byMachine = try #require(json["instances"]?.array).reduce(0) { $0 + ($1["hourly"]?.double ?? 0) }
      #expect(abs(total - byMachine) < 1e-6)
      #expect(json["unpriced"] == [] && json["state_unknown"] == [])
      #expect(json["prices"]?["date"] == "2026-01-19")
      let (used, limit) = (try #require(json["quota"]?["vcpus"]?.integer), try #require(json["quota"]?["limit"]?.integer))
      #expect(json["quota"]?["fits"]?["t3.large"]?.integer == (limit - used) / 2)

      let snapshot = try await CommandRun.run("snapshot", "--config", endpoints.configPath, "--format", "json").json
      #expect(snapshot["totals"]?["hourly"] == json["totals"]?["hourly"])
      #expect(snapshot["totals"]?["wasted_hourly"] == json["totals"]?["wasted_hourly"])
      #expect(snapshot["totals"]?["vcpus"]?.integer == used && snapshot["totals"]?["vcpu_quota"]?.integer == limit)
      let same = try #require(snapshot["orgs"]?.array?.first { $0["slug"] == "acme" })
      for name in ["hourly", "monthly", "storage_monthly", "address_monthly"] { #expect(same["cost"]?[name] == acme[name]) }

      let table = try await CommandRun.run("costs", "--config", endpoints.configPath, "--format", "table")
      #expect(table.output.hasPrefix("ORG") && table.output.contains("prices: AWS price list, on-demand Linux, 2026-01-19"))
      let csv = try await CommandRun.run("costs", "--config", endpoints.configPath, "--format", "csv")
      #expect(csv.status == 0 && csv.output.hasPrefix("KIND,NAME,ORG"))
      let rows = csv.output.split(separator: "\r\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      func sum(_ kind: String, _ column: Int) -> Double { rows.filter { $0[0] == kind }.reduce(0) { $0 + (Double($1[column]) ?? 0) } }
      // Machines, dollars an hour, a month: each kind of row adds up to the total.
      for (column, digits) in [(6, 0.1), (7, 0.001), (8, 0.2)] {
        for kind in ["org", "instance", "role"] { #expect(abs(sum(kind, column) - sum("total", column)) < digits, "\(kind) \(column)") }
      }
      #expect(rows.count { $0[0] == "instance" } == json["instances"]?.array?.count && rows.count { $0[0] == "role" } >= 2)
    }
  }

  @Test func withoutARosterTheWasteIsUnknownAndTheEndIs4() async throws {
    try await withFleet { simulation, endpoints in
      simulation.set(.rosterUnavailable, on: true)
      let run = try await CommandRun.run("costs", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 4)
      let json = try run.json
      #expect(json["totals"]?["wasted_hourly"] == .null)
      #expect(json["totals"]?["hourly"]?.double ?? 0 > 0)
      #expect(run.errors.contains("control-plane"))
    }
  }

  @Test func withoutItsMachinesNothingOfAFleetHasAPrice() async throws {
    let directory = try TemporaryDirectory()
    let config = try directory.file(
      "config.toml",
      """
      [environment.staging.aws]
      regions = ["us-east-2"]
      endpoint = "http://127.0.0.1:1"
      """)
    let run = try await CommandRun.run(
      "costs", "--config", config, variables: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "topsecret"])
    #expect(run.status == 4, "\(run.errors)")
    let json = try run.json
    #expect(json["totals"] == ["hourly": .null, "monthly": .null, "wasted_hourly": .null])
    #expect(json["by_role"]?["tenant"] == ["count": .null, "hourly": .null])
    #expect(json["quota"] == ["vcpus": .null, "limit": .null, "fits": ["t3.large": .null]])
    #expect(!run.errors.contains("topsecret"))
  }
}

@Suite struct PricesCommandTests {
  @Test func theBookNeedsNoConfiguration() async throws {
    let run = try await CommandRun.run("prices", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json
    #expect(json["date"] == "2026-01-19" && json["environment"] == .null)
    #expect(json["region"]?["us-east-2"]?["t3.small"]?.double == 0.0208)
    #expect(json["storage_gb_month"]?.members?.map(\.name) == ["gp2", "gp3"])
    #expect(json["public_ipv4_hourly"]?.double == 0.005)
    #expect(try await CommandRun.run("prices", "--refresh").status == 2)
    #expect(try await CommandRun.run("prices", "--env", "nowhere").status == 2)
  }

  @Test func refreshedPricesAreUsedAndAFailureLeavesTheOldOnes() async throws {
    try await withFleet { _, endpoints in
      let cache = try TemporaryDirectory()
      let variables = ["XDG_CACHE_HOME": cache.url.path]
      // The simulated cloud has no price list.
      let refused = try await CommandRun.run("prices", "--refresh", "--config", endpoints.configPath, variables: variables)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("the old prices stay"))
      #expect(try refused.json["date"] == "2026-01-19")
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache.url.path).isEmpty)

      try FileManager.default.createDirectory(at: cache.url.appendingPathComponent("fleettui"), withIntermediateDirectories: true)
      func book(_ date: String) -> String {
        #"{"schema":1,"source":"list","date":"\#(date)","region":{"us-east-2":{"t3.large":0.5}},"storage_gb_month":{},"public_ipv4_hourly":0.005}"#
      }
      for (text, price) in [(book("2026-11-01"), 0.5), (book("2025-01-01"), 0.0832), ("{", 0.0832)] {
        _ = try cache.file("fleettui/prices.json", text)
        let run = try await CommandRun.run("prices", "--config", endpoints.configPath, "--format", "json", variables: variables)
        #expect(run.status == 0)
        #expect(try run.json["region"]?["us-east-2"]?["t3.large"]?.double == price)
        #expect(run.errors.contains("prices.json") == (text == "{"))
      }
    }
  }

  @Test func theConfigurationsPricesWinAndMustBeAmounts() async throws {
    let directory = try TemporaryDirectory()
    func config(_ price: String) throws -> String {
      try directory.file(
        "config.toml",
        """
        [environment.staging.aws]
        regions = ["us-east-2"]
        prices = { "t3.large" = \(price), gp3 = 0.07 }
        """)
    }
    let run = try await CommandRun.run("prices", "--config", config("0.05"), "--format", "json")
    #expect(try run.json["region"]?["us-east-2"]?["t3.large"]?.double == 0.05)
    #expect(try run.json["storage_gb_month"]?["gp3"]?.double == 0.07)
    for wrong in ["\"cheap\"", "-1", "inf"] {
      let run = try await CommandRun.run("prices", "--config", config(wrong))
      #expect(run.status == 2 && run.errors.contains("prices.t3.large") && run.errors.contains("US dollars"), "\(run.errors)")
    }
  }
}
