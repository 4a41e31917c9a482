import FleetModel

/// A service of the simulated fleet that can be stopped and resumed, so that an outage can be seen.
public enum SimulatedService: Hashable, Sendable, CustomStringConvertible {
  /// Its gateway answers 503; the feed's connections are cut.
  case controlPlane
  /// The fleet feed alone.
  case feed
  /// Every tenant's gateway answers 503, and their streams are cut.
  case tenants
  case tenant(Slug)
  case ec2
  case region(Region)
  case dns
  /// The databases of the tenants' platforms: `/health` goes on answering 200, lists answer 503, a good token gets 401, open streams fall silent
  /// (contract §3.3, captured).
  case databases
  case database(Slug)

  /// From the words of its description; `nil` for any other.
  init?(_ words: some Collection<String>) {
    let name = words.count == 2 ? words.dropFirst().first : nil
    guard let kind = words.first, words.count == 1 || name != nil else { return nil }
    switch (kind, name) {
    case ("control-plane", nil): self = .controlPlane
    case ("feed", nil): self = .feed
    case ("tenants", let name): self = name.map { .tenant(Slug($0)) } ?? .tenants
    case ("ec2", let name): self = name.map { .region(Region($0)) } ?? .ec2
    case ("dns", nil): self = .dns
    case ("database", let name): self = name.map { .database(Slug($0)) } ?? .databases
    default: return nil
    }
  }

  public var description: String {
    switch self {
    case .controlPlane: "control-plane"
    case .feed: "feed"
    case .tenants: "tenants"
    case .tenant(let slug): "tenants/\(slug)"
    case .ec2: "ec2"
    case .region(let region): "ec2/\(region)"
    case .dns: "dns"
    case .databases: "database"
    case .database(let slug): "database/\(slug)"
    }
  }

  /// Those that are of no single tenant or region.
  static let all: [Self] = [.controlPlane, .feed, .tenants, .ec2, .dns, .databases]
}
