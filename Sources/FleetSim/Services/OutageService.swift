import FleetModel

/// The simulation's own door under `/sim` (`docs/simulation.md`): it stops and resumes services and rotates tokens.
struct OutageService: Sendable {
  let hub: Hub
  /// The control plane's admin token: a page in a browser on this machine must not open this door.
  let token: String

  static let routes = [
    "GET /sim", "POST /sim/stop/SERVICE", "POST /sim/resume/SERVICE", "POST /sim/rotate/SLUG",
  ]

  func answer(_ question: Question) -> Answer {
    guard question.bearer == token else { return .error(401, "unauthorized: the admin token opens this door") }
    let rest = question.path.dropFirst(2)
    switch (question.method, question.path.dropFirst().first) {
    case ("GET", nil): return overview
    case ("POST", "stop"?), ("POST", "resume"?):
      guard let service = SimulatedService(rest), exists(service) else { return unknown("service", rest.joined(separator: "/")) }
      hub.set(.stopped(service), on: question.path[1] == "stop")
      return overview
    case ("POST", "rotate"?):
      guard rest.count == 1, let slug = rest.first.map(Slug.init), hub.rotateToken(of: slug) else {
        return unknown("tenant", rest.joined(separator: "/"))
      }
      return overview
    default: return unknown("route", question.path.joined(separator: "/"))
    }
  }

  private var overview: Answer {
    let stopped = hub.stopped
    let services = Set(SimulatedService.all).union(stopped).sorted { $0.description < $1.description }
    return .json([
      "services": .array(
        services.map { ["name": .string($0.description), "state": .string(stopped.contains($0) ? "stopped" : "running")] }),
      "routes": .array(Self.routes.map(JSONValue.string)),
    ])
  }

  private func exists(_ service: SimulatedService) -> Bool {
    switch service {
    case .tenant(let slug), .database(let slug): hub.withWorld { world, _ in world.orgIDs[slug] != nil } ?? false
    case .region(let region): World.regions.contains(region)
    default: true
    }
  }

  private func unknown(_ what: String, _ name: String) -> Answer {
    .json(
      404,
      [
        "error": .string("there is no \(what) \"\(UntrustedText.clean(name, limit: 100))\""),
        "services": .array(SimulatedService.all.map { .string($0.description) }), "routes": .array(Self.routes.map(JSONValue.string)),
      ])
  }
}
