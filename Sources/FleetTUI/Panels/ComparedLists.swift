import FleetModel

/// What one of two things that are compared has many of: its findings and, of an org, its workspaces.
struct ComparedLists {
  /// `nil`: nothing of its kind has any.
  let findings: ComparedList?
  let workspaces: ComparedList?

  init(of subject: Subject, _ fleet: Fleet, _ context: inout DrawingContext) {
    let org = subject.org(in: fleet).flatMap { fleet.orgs[$0] }
    switch subject {
    case .org, .workspace:
      let gaps = org.map { Self.gaps(of: $0, fleet, &context.moment) } ?? []
      findings = ComparedList(findings: Notice.of(subject, fleet, at: context.moment.now), gaps: gaps, context.glyphs)
      // Findings tell ages.
      context.moment.changes(at: context.moment.now + 60)
    default: findings = nil
    }
    guard case .org = subject, let org else {
      workspaces = nil
      return
    }
    let gap = fleet.gap(of: .tenant(org.slug), &context.moment)
    workspaces = ComparedList(workspaces: fleet.workspaces(of: org.id), gap: gap, fleet, context.glyphs)
  }

  /// Why what is known to be wrong with an org may not be all of it.
  private static func gaps(of org: Org, _ fleet: Fleet, _ moment: inout Moment) -> [String] {
    let asked = ([.controlPlane] + fleet.regions.sorted().map(Source.ec2)).filter { fleet.sources[$0] != nil }
    return (asked + [.tenant(org.slug)]).filter { fleet.excused($0) == nil }.compactMap { fleet.gap(of: $0, &moment) }
  }
}

/// A list of named things of which one may lack what another has.
struct ComparedList {
  struct Item {
    var name: String
    var cell: Comparison.Cell
    /// What tells it from another one's of the same name.
    var state: String
    /// The least comes first.
    var rank = 0
  }

  /// How many there are, as far as it is known.
  let sum: Comparison.Cell
  /// Whether what isn't among them isn't there.
  let isWhole: Bool
  private let items: [Item]

  /// What stands where it has none of a name.
  var nothing: Comparison.Cell? { isWhole ? nil : .unseen }

  func items(named name: String) -> [Item] { items.filter { $0.name == name } }

  /// Every name of both, once.
  func names(with other: ComparedList) -> [String] {
    var seen: Set<String> = []
    return (items + other.items).sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }.map(\.name).filter { seen.insert($0).inserted }
  }

  /// The worst first, by their codes.
  fileprivate init(findings: [Notice], gaps: [String], _ glyphs: Glyphs) {
    items = findings.map {
      Item(
        name: $0.finding?.code.rawValue ?? "status",
        cell: Comparison.Cell(text: "\(glyphs.sign(of: $0.role)) \($0.summary)", role: $0.role),
        state: $0.role.rawValue, rank: $0.role.rank)
    }
    isWhole = gaps.isEmpty
    let worst = findings.map(\.role).min { $0.rank < $1.rank }
    let count = worst.map { "\(glyphs.sign(of: $0)) \(findings.count)" } ?? "none"
    sum = Comparison.Cell(
      text: isWhole ? count : "\(count) seen; \(gaps.joined(separator: "; "))", role: worst ?? (isWhole ? nil : .unknown))
  }

  /// By their names; how many, by how they stand.
  fileprivate init(workspaces: [Workspace], gap: String?, _ fleet: Fleet, _ glyphs: Glyphs) {
    let standings = workspaces.map { (workspace: $0, standing: fleet.standing(of: $0)) }
    items = standings.map { workspace, standing in
      let state = Wording.state(standing.word, standing.role, glyphs)
      let cell =
        gap == nil
        ? Comparison.Cell(text: Line(state).plain, role: standing.role)
        : Comparison.Cell(text: Line(state.aged(glyphs)).plain, role: .stale)
      return Item(name: workspace.row.name, cell: cell, state: standing.word)
    }
    isWhole = gap == nil
    let states = Dictionary(grouping: standings) { $0.standing.word }.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    let count = states.isEmpty ? "none" : "\(workspaces.count): " + states.map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
    sum =
      gap.map { Comparison.Cell(text: states.isEmpty ? "not known: \($0)" : "\(count); \($0)", role: states.isEmpty ? .unknown : .stale) }
      ?? Comparison.Cell(text: count)
  }
}

extension Role {
  /// Of what is wrong the worst first.
  fileprivate var rank: Int {
    switch self {
    case .failed: 0
    case .late: 1
    case .warning: 2
    case .stale: 3
    case .unknown: 4
    default: 5
    }
  }
}
