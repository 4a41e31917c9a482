import FleetModel

/// `fleettui explain`: why one org or workspace is in the state it is in.
struct ExplainDocument: FleetDocument {
  enum Target {
    case org(Org)
    case workspace(Workspace, Org)
  }

  let target: Target
  let fleet: Fleet
  let file: CaseFile
  let now: Timestamp
  let findings: [Finding]
  /// Where it is read in the dashboard, what its keys do.
  private let keys: KeyMap?

  init(target: Target, fleet: Fleet, file: CaseFile, now: Timestamp, keys: KeyMap? = nil) {
    self.keys = keys
    self.target = target
    self.fleet = fleet
    self.file = file
    self.now = now
    let direct: [Finding]
    let isComing: Bool
    switch target {
    case .org(let org):
      direct = fleet.findings(explainingWithin: org.id, with: file, at: now)
      isComing = [nil, .provisioning, .failed].contains(org.row.status) && fleet.tenantMachine(of: org.id) == nil
    case .workspace(let workspace, let org):
      // What keeps a whole tenant from working keeps its workspaces from it too.
      let tenant = fleet.findings(explaining: .org(org.id), with: file, at: now).filter { Self.ofEveryWorkspace.contains($0.code) }
      direct = (fleet.findings(explaining: .workspace(workspace.id), with: file, at: now) + tenant).ranked
      isComing = [.provisioning, .failed].contains(workspace.row.status) && fleet.machine(of: workspace.id) == nil
    }
    // What holds for the whole fleet comes after what is the matter with this one. Every age above is read off those clocks; a quota counts
    // for what has no machine, unless it was named already.
    let common = fleet.findings(explaining: .fleet, with: file, at: now).filter { finding in
      switch finding.code {
      case .clockSkew: true
      case .vcpuQuotaFull, .dnsQuotaFull: isComing && !direct.contains { $0.code == finding.code }
      default: false
      }
    }
    findings = direct + common
  }

  private static let ofEveryWorkspace: Set<Finding.Code> = [
    .tenantUnreachable, .tunnelOrDNSFailed, .platformDatabaseDown, .rateLimited, .subsystemSilent, .purgeFailed,
  ]

  private var org: Org {
    switch target {
    case .org(let org), .workspace(_, let org): org
    }
  }
  private var workspace: Workspace? { if case .workspace(let workspace, _) = target { workspace } else { nil } }

  var gaps: [String] { fleet.gaps(of: org, workspace: workspace, file: file, findings: findings, at: now) }
  var timeline: [Timeline.Moment] { Timeline.of(org, workspace: workspace, in: fleet, file: file) }

  /// Names the workspace in a summary that stands among its org's.
  private func summary(_ finding: Finding) -> String {
    guard workspace == nil else { return finding.summary }
    return finding.summary(in: fleet)
  }

  /// The same beside its code, which it doesn't say once more.
  private func words(_ finding: Finding) -> String {
    let code = finding.code.rawValue + ": "
    guard finding.summary.hasPrefix(code) else { return summary(finding) }
    var shorter = finding
    shorter.summary.removeFirst(code.count)
    return summary(shorter)
  }

  var body: [JSONValue.Member] {
    [
      .init("target", targetJSON),
      .init(
        "findings",
        .array(
          findings.map { finding in
            [
              "code": .string(finding.code.rawValue), "severity": .string(finding.severity.rawValue),
              "summary": .string(summary(finding)),
              "evidence": .array(finding.evidenceLines.map(JSONValue.string)), "next_step": .string(finding.nextStep),
              "disproof": JSONValue(finding.disproof?.text),
            ]
          })),
      .init("timeline", .array(timeline.map { ["at": JSONValue($0.at), "event": .string($0.event)] })),
    ]
  }

  private var targetJSON: JSONValue {
    if let workspace {
      return [
        "kind": "workspace", "id": JSONValue(workspace.id), "slug": JSONValue(org.slug), "status": .string(workspace.row.status.text),
      ]
    }
    return ["kind": "org", "id": JSONValue(org.id), "slug": JSONValue(org.slug), "status": JSONValue(org.row.status?.text)]
  }

  var table: TextTable {
    var table = TextTable(header: ["SEVERITY", "CODE", "SUMMARY", "NEXT STEP"])
    table.rows = findings.map { [$0.severity.rawValue, $0.code.rawValue, summary($0), $0.nextStep] }
    return table
  }

  /// For people: the findings with their proof, then what happened, in the pages' columns.
  var lines: [Line] {
    var lines: [Line] = []
    if let workspace {
      lines.append(Line("  workspace \(org.slug)/\(workspace.row.name) (\(workspace.id)): \(fleet.standing(of: workspace).word)", .title))
    } else {
      lines.append(Line("  org \(org.slug) (\(org.id)): \(org.standing)", .title))
    }
    if findings.isEmpty {
      lines.append(Line("  " + (gaps.isEmpty ? "nothing is wrong with it" : "nothing was found, but not everything could be read")))
    }
    for finding in findings {
      lines += [
        Line(),
        Line([
          Span("  \(finding.severity.rawValue)  ", finding.severity.role), Span("\(finding.code.rawValue): \(words(finding))", .heading),
        ]),
      ]
      for evidence in finding.evidence {
        lines.append(
          Line([Span("    \(evidence.by): \(evidence.says)")] + (evidence.at.map { [Span("  \(Moment.told($0, at: now))", .dim)] } ?? [])))
      }
      lines += finding.unchecked.map { Line("    could not check: \($0)", .unknown) }
      lines.append(Line([Span("    next: ", .key), Span(finding.step.text { keys?.way(to: $0) })]))
      if let disproof = finding.disproof { lines.append(Line([Span("    not it, if: ", .dim), Span(disproof.text)])) }
    }
    if !timeline.isEmpty {
      lines += [Line(), Line("  timeline", .heading)]
      let moments = timeline.suffix(40).map { (told: "    \(Moment.told($0.at, at: now))  ", event: $0.event) }
      let width = moments.map { TextWidth.columns(of: $0.told) }.max() ?? 0
      lines += moments.map { Line([Span($0.told, .dim)].fitted(to: width) + [Span($0.event)]) }
    }
    return lines
  }

  /// Wrapped at words to so many columns.
  func text(columns: Int) -> String { lines.flatMap { $0.folded(to: columns) }.map(\.plain).joined(separator: "\n") }

  var messages: [String] { gaps.map { "could not be read: \($0)" } }
  var exitCode: Int32 { !gaps.isEmpty ? 4 : findings.contains { $0.severity > .info } ? 3 : 0 }
}

extension Finding {
  /// Names the workspace that it is of, for where it stands among others.
  func summary(in fleet: Fleet) -> String {
    guard case .workspace(let id) = target, let workspace = fleet.workspaces[id] else { return summary }
    return "\(workspace.row.name): \(summary)"
  }
}
