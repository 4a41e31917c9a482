import FleetModel

/// What a fleet of 10,000 machines costs, put together as a whole: what the page Costs asks for at most every two seconds.
enum CostBench {
  static func run() {
    var fleet = FleetOfSize(machines: 10_000).fleet
    fleet.judge(at: FleetOfSize.now)
    Measurement("costs: a report of 10,000 machines") {
      CostReport(of: fleet, at: FleetOfSize.now).instances.count
    }.print(each: 1)
  }
}
