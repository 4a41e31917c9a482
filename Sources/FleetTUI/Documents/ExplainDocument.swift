import FleetModel

/// `fleettui explain`: why one org or workspace is in the state it is in.
struct ExplainDocument {
  enum Target {
    case org(Org)
    case workspace(Workspace, Org)
  }

  let target: Target
  let fleet: Fleet
  let file: CaseFile
  let now: Timestamp
  let findings: [Finding]

  init(target: Target, fleet: Fleet, file: CaseFile, now: Timestamp) {
    self.target = target
    self.fleet = fleet
    self.file = file
    self.now = now
    // Every age below is read off these clocks.
    let clocks = [fleet.clockFinding(at: now)].compactMap { $0 }
    switch target {
    case .org(let org): findings = (fleet.findings(within: org.id, at: now, file: file) + clocks).ranked
    case .workspace(let workspace, let org):
      // What keeps a whole tenant from working keeps its workspaces from it too.
      let tenant = fleet.findings(of: org.id, at: now, file: file).filter {
        [.tenantUnreachable, .tunnelOrDNSFailed, .subsystemSilent, .purgeFailed].contains($0.code)
      }
      findings = (fleet.findings(of: workspace.id, at: now, file: file) + tenant + clocks).ranked
    }
  }

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

  func json(environment: String) -> JSONValue {
    Document.make(
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
                "disproof": JSONValue(finding.disproof),
              ]
            })),
        .init("timeline", .array(timeline.map { ["at": JSONValue($0.at), "event": .string($0.event)] })),
      ], environment: environment, fleet: fleet, at: now)
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

  /// For people: the findings with their proof, then what happened.
  var lines: [Line] {
    var lines: [Line] = []
    if let workspace {
      lines.append(Line("workspace \(org.slug)/\(workspace.row.name) (\(workspace.id)): \(workspace.row.status.text)", .title))
    } else {
      lines.append(Line("org \(org.slug) (\(org.id)): \(org.row.status?.text ?? "no instance yet")", .title))
    }
    if findings.isEmpty {
      lines.append(Line(gaps.isEmpty ? "nothing is wrong with it" : "nothing was found, but not everything could be read"))
    }
    for finding in findings {
      lines += [
        Line(),
        Line([
          Span("\(finding.severity.rawValue)  ", finding.severity.role), Span("\(finding.code.rawValue): \(summary(finding))", .heading),
        ]),
      ]
      lines += finding.evidence.map { Line("  \($0.line)") } + finding.unchecked.map { Line("  could not check: \($0)", .unknown) }
      lines.append(Line([Span("  next: ", .key), Span(finding.nextStep)]))
      if let disproof = finding.disproof { lines.append(Line([Span("  not it, if: ", .dim), Span(disproof)])) }
    }
    if !timeline.isEmpty {
      lines += [Line(), Line("timeline", .heading)]
      lines += timeline.suffix(40).map { Line([Span("  \($0.at)  ", .dim), Span($0.event)]) }
    }
    return lines
  }

  var text: String { lines.map(\.plain).joined(separator: "\n") }
}

extension Finding {
  /// Names the workspace that it is of, for where it stands among others.
  func summary(in fleet: Fleet) -> String {
    guard case .workspace(let id) = target, let workspace = fleet.workspaces[id] else { return summary }
    return "\(workspace.row.name): \(summary)"
  }
}
