import FleetModel

/// Everything that somebody else needs to know of one row, as Markdown for a ticket or a chat.
///
/// Whatever a service said stands in code spans: there nothing is a link, a mention, a picture or a heading. Secrets are masked once more.
struct IncidentCapsule {
  private let subject: Subject
  private let fleet: Fleet
  private let links: Links
  private var prices: PriceBook { fleet.settings.prices }
  private let now: Timestamp

  init(of subject: Subject, in fleet: Fleet, _ links: Links, at now: Timestamp) {
    self.subject = subject
    self.fleet = fleet
    self.links = links
    self.now = now
  }

  private var org: Org? { subject.org(in: fleet).flatMap { fleet.orgs[$0] } }
  private var workspace: Workspace? { subject.workspace(in: fleet).flatMap { fleet.workspaces[$0] } }

  var markdown: String {
    var lines = ["# \(Self.code(Detail.title(of: subject, fleet)))", ""]
    lines += ["- environment \(Self.code(fleet.settings.environment)), as of \(now)"] + status
    for (title, section) in [
      ("Findings", findings), ("Verdict", verdict), ("Event", event), ("Timeline (UTC)", timeline), ("Cost", cost), ("Ids", ids),
      ("Links", addresses), ("Sources", sources),
    ] where !section.isEmpty {
      lines += ["", "## \(title)", ""] + section
    }
    return SecretMask.mask(lines.joined(separator: "\n")) + "\n"
  }

  // MARK: - Sections

  private var status: [String] {
    var lines: [String] = []
    if let org {
      lines.append(
        "- org \(Self.code(org.slug.rawValue)): \(Self.code(org.standing))" + (org.row.lastError.map { ": " + Self.code($0) } ?? ""))
    }
    if let workspace {
      lines.append(
        "- workspace \(Self.code(workspace.row.name)): \(Self.code(fleet.standing(of: workspace).word))"
          + (workspace.row.lastError.map { ": " + Self.code($0) } ?? ""))
    }
    let coming: BootTarget? = workspace.map { .workspace($0.row.id) } ?? org.map { .tenant($0.id) }
    if let progress = coming.flatMap({ fleet.progress(of: $0, at: now) }) {
      let text = Line(Wording.remaining(progress, .unicode)).plain + (progress.phase.map { " in \($0)" } ?? "")
      lines.append("- boot: \(Self.code(text))" + (progress.asOf.map { ", as of \($0)" } ?? ""))
    }
    return lines
  }

  private var found: [Finding] {
    if case .finding(let id) = subject, case .fleet = id.target { return id.finding(in: fleet, at: now).map { [$0] } ?? [] }
    if let workspace { return fleet.findings(believedOf: .workspace(workspace.row.id), at: now) }
    return org.map { fleet.findings(believedWithin: $0.id, at: now) } ?? []
  }

  private var findings: [String] {
    let found = found
    guard !found.isEmpty else { return org == nil ? [] : ["Nothing is wrong that can be seen from here."] }
    return found.enumerated().flatMap { index, finding -> [String] in
      let age = finding.asOf.map { " (as of \($0): what it is judged from isn't heard)" } ?? ""
      return [
        "\(index + 1). **\(finding.severity.rawValue)** \(Self.code(finding.code.rawValue)): \(Self.code(finding.summary(in: fleet)))\(age)"
      ]
        + finding.evidence.map { evidence in
          "   - \(Self.code(evidence.by))\(evidence.at.map { ", \($0)" } ?? ""): \(Self.code(evidence.says))"
        } + finding.unchecked.map { "   - could not check \(Self.code($0))" } + ["   - next: \(Self.code(finding.nextStep))"]
        + (finding.disproof.map { ["   - not it, if: \(Self.code($0.text))"] } ?? [])
    }
  }

  private var orphan: OrphanCase? {
    switch subject {
    case .instance(let id): fleet.orphanCase(of: id, at: now)
    case .leftover(let id): fleet.leftoverCase(of: id, at: now)
    default: nil
    }
  }

  private var verdict: [String] {
    guard let orphan else { return [] }
    return ["**\(orphan.verdict.word)**: \(Self.code(orphan.verdict.why))", ""] + orphan.evidence.map { "- \(Self.code($0.description))" }
      + ["- next: \(Self.code(orphan.nextStep))"] + (orphan.soFar.map { ["- so far $\(Wording.dollars($0, digits: 2))"] } ?? [])
  }

  private var event: [String] {
    guard case .event(let sequence) = subject, let entry = fleet.logEntry(sequence) else { return [] }
    return ["- \(entry.at) \(Self.code(entry.source.description)) \(Self.code(entry.type.rawValue)): \(Self.code(entry.data))"]
  }

  /// The newest.
  private static let moments = 60

  private var timeline: [String] {
    guard let org else { return [] }
    return Timeline.of(org, workspace: workspace, in: fleet, file: CaseFile()).suffix(Self.moments).map {
      "- \($0.at) \(Self.code($0.event))"
    }
  }

  private var machines: [Instance] {
    switch subject {
    case .instance(let id): [fleet.instances[id]].compactMap { $0 }
    default: workspace.map { fleet.machines(of: $0.row.id) } ?? org.map { fleet.machines(of: $0.id) } ?? []
    }
  }

  private var cost: [String] {
    guard !machines.isEmpty else { return [] }
    let hourly = machines.map { prices.hourly(of: $0.row) }
    let known = hourly.compactMap { $0 }.reduce(0, +)
    let mark = hourly.contains { $0 == nil } ? " and what has no known price" : ""
    return [
      "- $\(Wording.dollars(known, digits: 4))/h, $\(Wording.dollars(known * PriceBook.hoursPerMonth, digits: 2))/month\(mark) (\(machines.count) machine\(machines.count == 1 ? "" : "s"))",
      "- prices: \(Self.code(prices.source)), \(Self.code(prices.date(in: Set(machines.map(\.row.region)))))",
    ]
  }

  private var ids: [String] {
    var lines: [String] = []
    if let org { lines.append("- org \(Self.code(org.slug.rawValue)): \(Self.code(org.id.rawValue))") }
    if let workspace { lines.append("- workspace \(Self.code(workspace.row.name)): \(Self.code(workspace.row.id.rawValue))") }
    for machine in machines {
      let row = machine.row
      let facts = [row.role?.rawValue, row.type, row.region.rawValue, row.state.text].compactMap { $0 }.filter { !$0.isEmpty }
      lines.append("- machine \(Self.code(machine.id.rawValue)): \(Self.code(facts.joined(separator: " ")))")
    }
    return lines.isEmpty ? ["- \(Self.code(subject.identifier(in: fleet)))"] : lines
  }

  private var addresses: [String] {
    links.links(of: subject, in: fleet, at: now).map { "- \($0.name): <\($0.url)>" }
  }

  private var sources: [String] {
    let asked = fleet.sources.keys.sorted().filter { source in
      if case .tenant(let slug) = source { slug == org?.slug } else { source != .here }
    }
    return asked.map { source in
      let freshness = fleet.freshness(of: source, at: now)
      return "- \(Self.code(source.description)): \(freshness.state.rawValue)"
        + (freshness.at.map { ", \(Moment.coarse(max(0, now - $0))) old" } ?? "")
        + (freshness.trouble.map { ": " + Self.code($0) } ?? "")
    }
  }

  // MARK: - Markdown

  /// A code span on one line (CommonMark 0.31, section 6.1): with more backticks around it than are in it.
  static func code(_ text: String) -> String {
    let text = UntrustedText.clean(text)
    guard !text.allSatisfy({ $0 == " " }) else { return "–" }
    var (longest, run) = (0, 0)
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let space = longest > 0 ? " " : ""
    return fence + space + text + space + fence
  }
}
