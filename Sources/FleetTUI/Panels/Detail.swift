import FleetModel

/// Everything that is known of one org, workspace, machine or event, in lines.
struct Detail {
  private static let nameWidth = 15
  private var list: FieldLines
  private var width: Int { list.width }

  private init(width: Int) { list = FieldLines(width: width, nameWidth: Self.nameWidth) }

  static func title(of subject: Subject, _ fleet: Fleet) -> String {
    switch subject {
    case .org(let id): "org \(fleet.name(of: id))"
    case .workspace(let id): "workspace \(ProvisioningContent.name(of: .workspace(id), fleet))"
    case .instance(let id): "machine \(id)"
    case .event(let sequence): fleet.logEntry(sequence).map { "event \($0.type)" } ?? "event"
    case .deletion(let id): "deletion of \(fleet.deletions.entry(id, fleet)?.slug ?? id)"
    case .leftover(let id): "\(id.kind.word) \(id.id)"
    case .record(let id): "record \(fleet.zone?.records.first { $0.id == id }?.name ?? id)"
    case .finding(let id): "\(id.code.rawValue) of \(TriageContent.name(of: id.target, fleet))"
    case .own(let subject): subject.kind.title(fleet)
    }
  }

  /// As it is called where it is told what is wrong with it.
  static func name(of subject: Subject, _ fleet: Fleet) -> String {
    switch subject {
    case .org(let id): fleet.name(of: id)
    case .workspace(let id): ProvisioningContent.name(of: .workspace(id), fleet)
    case .instance(let id): id.rawValue
    case .leftover(let id): id.id
    case .finding(let id): TriageContent.name(of: id.target, fleet)
    case .deletion(let id): fleet.deletions.entry(id, fleet)?.slug ?? id
    case .record(let id): fleet.zone?.records.first { $0.id == id }?.name ?? id
    case .event(let sequence): fleet.logEntry(sequence)?.type.rawValue ?? "event"
    case .own(let subject): subject.kind.title(fleet)
    }
  }

  static func lines(of subject: Subject, _ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    Detail(of: subject, fleet, width: width, &context).list.lines
  }

  /// The same without its drawings and lists: each name with the whole of what is said of it.
  static func facts(of subject: Subject, _ fleet: Fleet, _ context: inout DrawingContext) -> [FieldLines.Fact] {
    Detail(of: subject, fleet, width: 10_000, &context).list.facts
  }

  private init(of subject: Subject, _ fleet: Fleet, width: Int, _ context: inout DrawingContext) {
    self.init(width: width)
    switch subject {
    case .org(let id): describe(org: id, fleet, &context)
    case .workspace(let id): describe(workspace: id, fleet, &context)
    case .instance(let id): describe(instance: id, fleet, &context)
    case .event(let sequence): describe(event: sequence, fleet)
    case .deletion(let row):
      if let entry = fleet.deletions.entry(fleet.deletions.current(row), fleet) {
        list.add(DeletionView.lines(of: entry, fleet, width: width, &context))
      } else {
        gone("deletion \(row)")
      }
    case .leftover(let id):
      if let found = fleet.leftoverCase(of: id, at: context.moment.now) {
        describe(case: found, fleet, &context)
      } else {
        gone("\(id.kind.word) \(id.id)")
      }
    case .record(let id): describe(record: id, fleet, &context)
    case .finding(let id): describe(finding: id, fleet, &context)
    case .own(let subject): subject.kind.describe(in: &list, fleet, &context)
    }
  }

  // MARK: - Pieces

  private mutating func gone(_ what: String) { list.add(Line("  \(what) is gone", .dim)) }

  private mutating func moment(_ name: String, _ at: Timestamp?, _ context: inout DrawingContext) {
    guard let at else { return }
    list.field(name, [Span(at.description), Span("  \(context.moment.age(since: at)) ago", .dim)])
  }

  /// What is wrong, the worst first, each with what to do.
  private mutating func findings(_ findings: [Notice], _ fleet: Fleet, _ context: DrawingContext) {
    func add(_ text: String, _ opening: Span, _ role: Role, link: Hyperlink? = nil) {
      let indent = TextWidth.columns(of: opening.text)
      for (index, line) in Line.wrapped(text, role: role, width: max(8, width - indent - 1)).enumerated() {
        list.add(Line([index == 0 ? opening : Span(String(repeating: " ", count: indent), opening.role)] + line.linked(to: link).spans))
      }
    }
    for (index, finding) in findings.enumerated() {
      let runbook = finding.finding.flatMap { context.links.runbook(for: $0, in: fleet) }?.hyperlink
      add(finding.summary, Span("  \(context.glyphs.sign(of: finding.role)) ", finding.role), finding.role, link: runbook)
      if let next = finding.next { add(context.words(next), Span("    next: ", .dim), index == 0 ? .title : .text) }
      if index == 0, let disproof = finding.disproof { add(disproof, Span("    not it, if: ", .dim), .dim) }
    }
    if !findings.isEmpty { list.space() }
  }

  // MARK: - Subjects

  /// What is wrong with it, what moves, its workspaces, its money, then what it is called and since when.
  private mutating func describe(org id: OrgID, _ fleet: Fleet, _ context: inout DrawingContext) {
    guard let org = fleet.orgs[id] else { return gone("org \(id)") }
    let glyphs = context.glyphs
    findings(Notice.of(org, fleet, at: context.moment.now), fleet, context)
    let (word, role) = fleet.standing(of: org)
    let said = org.isBeingDeleted ? org.row.status.map { [Span(", the control plane says \($0.text)", .dim)] } : nil
    list.field("tenant", Wording.state(word, role, glyphs) + (said ?? []))
    list.field("last error", org.row.lastError, .failed)
    if let deletion = org.deletion {
      let isFailed = deletion.status == .failed
      let step = fleet.turn(of: deletion).map { isFailed ? " at \($0.rawValue)" : ", step \($0.rawValue)" }
      list.field("deletion", deletion.status.text + (step ?? ""), isFailed ? .failed : .running)
      list.field("purge", deletion.purgeID?.rawValue)
      list.field("its error", deletion.lastError, .failed)
    }
    boot(org.boot, .tenant(id), fleet.plan(of: .tenant(id)), fleet, &context)
    workspaces(of: org, fleet, &context)
    list.heading("Money")
    list.field("cost an hour", [fleet.hourly(of: id).dollars(glyphs)] + (fleet.regions.isEmpty ? [Span("  " + Self.withoutEC2, .dim)] : []))
    let spend = LLMSpend(of: org, in: fleet)
    list.field("LLM this month", spend.spend.map { "$" + Wording.dollars($0, digits: 2) }, spend.isOverspent ? .warning : .text)
    list.field("its budget", spend.budget.map { "$" + Wording.dollars($0, digits: 2) })
    machines(fleet.machines(of: id), fleet, &context)
    list.heading("About it")
    list.field("id", id.rawValue)
    list.field("name", org.row.name)
    list.field("plan", org.row.plan)
    list.field("members", org.row.memberCount.map(String.init))
    moment("created", org.row.createdAt, &context)
    moment("updated", org.row.updatedAt, &context)
    source(.tenant(org.slug), fleet, &context)
    if !org.subsystems.isEmpty {
      list.heading("Subsystems")
      for subsystem in org.subsystems { list.field(subsystem.name, subsystem.secondsAgo.map { "\(Moment.coarse($0)) ago" } ?? "unknown") }
    }
  }

  private mutating func workspaces(of org: Org, _ fleet: Fleet, _ context: inout DrawingContext) {
    let workspaces = fleet.workspaces(of: org.id)
    let isKnown = fleet.sources[.tenant(org.slug)]?.lastComplete != nil || !workspaces.isEmpty
    let tree = WorkspaceTree(workspaces)
    list.heading(
      "Workspaces \(isKnown ? "\(workspaces.count)" : "?")" + (tree.watch(fleet).map { " \(context.glyphs.separator) \($0)" } ?? ""))
    list.add(tree.lines(fleet, width: width, &context))
  }

  private mutating func describe(workspace id: WorkspaceID, _ fleet: Fleet, _ context: inout DrawingContext) {
    guard let workspace = fleet.workspaces[id] else { return gone("workspace \(id)") }
    let row = workspace.row
    findings(Notice.of(workspace, fleet, at: context.moment.now), fleet, context)
    let (word, role) = fleet.standing(of: workspace)
    list.field("status", Wording.state(word, role, context.glyphs))
    list.field("agent says", workspace.runtimeState, .failed)
    list.field("failed by", workspace.failureSource)
    list.field("last error", row.lastError, .failed)
    boot(workspace.boot, .workspace(id), fleet.plan(of: .workspace(id)), fleet, &context)
    if workspace.boot != nil { list.space() }
    list.field("current task", row.currentTask)
    list.field("active tasks", row.activeTasks.map(String.init))
    list.field("error rate", row.errorRate.map { "\(Int(clamping: $0.asShare * 100)) %" })
    moment("heartbeat", workspace.lastHeartbeat, &context)
    moment("activity", workspace.lastActivity, &context)
    list.field("parent", row.parentID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue })
    list.field(
      "parent of", fleet.workspaces(of: workspace.orgID).filter { $0.row.parentID == id }.map(\.row.name).sorted().joined(separator: " "))
    if row.monthlySpendCents != nil || row.budgetLimitCents != nil { list.heading("Money") }
    list.field("spent", row.monthlySpendCents.map { "$" + Wording.dollars(Double($0) / 100, digits: 2) + " this month" })
    list.field("budget", row.budgetLimitCents.map { "$" + Wording.dollars(Double($0) / 100, digits: 2) })
    machines(fleet.machines(of: id), fleet, &context)
    list.heading("About it")
    list.field("id", id.rawValue)
    list.field("org", fleet.name(of: workspace.orgID))
    list.field("runtime", row.runtime)
    list.field("role", row.role)
    list.field("tier", row.tier.map(String.init))
    list.field("url", row.url, .link)
    list.field("agent uptime", row.uptime.map(Moment.coarse))
    list.field("allowed boot", Moment.estimate(Fleet.provisionLimit(of: row)))
    moment("first seen", workspace.firstSeen, &context)
    list.field("stream", fleet.openStreams.contains(id) ? "open" : "not open", .dim)
  }

  private mutating func describe(instance id: InstanceID, _ fleet: Fleet, _ context: inout DrawingContext) {
    guard let instance = fleet.instances[id] else { return gone("machine \(id)") }
    let row = instance.row
    let verdict = fleet.judgement.verdict(of: id)
    if let found = fleet.orphanCase(of: id, at: context.moment.now) {
      judged(found, &context)
      list.space()
    } else {
      list.field("verdict", InstancesContent.words(for: verdict, row))
    }
    list.field("state", Wording.state(row.state.text, row.state.role, context.glyphs))
    if let health = fleet.resources[row.region]?.statuses.rows?.first(where: { $0.id == id }) {
      let isWell = health.system != "impaired" && health.instance != "impaired"
      list.field("health checks", "system \(health.system), instance \(health.instance)", isWell ? .text : .failed)
    }
    list.field("reason", row.stateReason)
    list.field("role", row.role?.rawValue)
    list.field("org", fleet.orgName(of: row))
    list.field("workspace", row.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue })
    list.field("type", row.type.map { $0 + (row.isSpot ? " (spot)" : "") })
    list.field(
      "cost an hour",
      [fleet.settings.prices.hourly(of: row).map { Span("$" + Wording.dollars($0, digits: 4), .text) } ?? Span("unknown", .unknown)])
    list.field("prices", "\(fleet.settings.prices.source), \(fleet.settings.prices.date(in: [row.region]))", .dim)
    list.field("region", row.region.rawValue)
    list.field("zone", row.availabilityZone)
    moment("launched", row.launchedAt, &context)
    list.field("private address", row.privateIP)
    list.field("public address", row.publicIP)
    list.field("IPv6 address", (row.ipv6Addresses ?? []).joined(separator: " "))
    list.field("image", row.imageID)
    list.field("vpc", row.vpcID)
    list.field("security groups", row.securityGroups.map(\.rawValue).joined(separator: " "))
    list.field("volumes", row.volumes.map(\.rawValue).joined(separator: " "))
    if !row.tags.isEmpty {
      list.heading("Tags")
      for (name, value) in row.tags { list.field(name, value.isEmpty ? "(empty)" : value) }
    }
  }

  /// The verdict with what speaks for it, and what to do.
  private mutating func judged(_ found: OrphanCase, _ context: inout DrawingContext) {
    let role = found.verdict.role
    list.field("verdict", "\(context.glyphs.sign(of: role)) \(found.verdict.word): \(found.verdict.why)", role)
    for (index, statement) in found.evidence.enumerated() {
      let told = statement.at.map { " answered \(context.moment.age(since: $0)) ago" } ?? ""
      list.field(index == 0 ? "evidence" : "", (statement.witness.map { "\($0)\(told): " } ?? "") + statement.says)
    }
    list.field("next step", found.nextStep, .title)
    if let soFar = found.soFar { list.field("so far", "$" + Wording.dollars(soFar, digits: 2), .text) }
    // Its evidence tells other ages, and what it has cost.
    context.moment.changes(at: context.moment.now + 60)
  }

  private mutating func describe(case found: OrphanCase, _ fleet: Fleet, _ context: inout DrawingContext) {
    judged(found, &context)
    list.space()
    list.field("type", found.type)
    list.field("region", found.region?.rawValue)
    list.field("org", [found.slug?.rawValue, found.orgID?.rawValue].compactMap { $0 }.joined(separator: "  "))
    list.field("workspace", found.workspaceID?.rawValue)
    list.field("cost a month", [found.monthly.map { Span("$" + Wording.dollars($0, digits: 2), .text) } ?? Span("unknown", .unknown)])
    list.field("prices", "\(fleet.settings.prices.source), \(fleet.settings.prices.date(in: [found.region].compactMap { $0 }))", .dim)
  }

  private mutating func describe(record id: String, _ fleet: Fleet, _ context: inout DrawingContext) {
    guard let report = context.zone ?? fleet.zoneReport(at: context.moment.now),
      let (row, decision) = report.records.first(where: { $0.row.id == id })
    else {
      return gone("record \(id)")
    }
    let role = decision.outcome.role
    list.field("decision", "\(context.glyphs.sign(of: role)) \(decision.outcome.word): \(decision.reason)", role == .dim ? .text : role)
    for finding in report.findings where finding.recordID == id { list.field("finding", finding.summary, finding.severity.role) }
    if let refused = report.refused { list.field("refused", refused, .warning) }
    list.field("name", row.name)
    list.field("type", row.type)
    list.field("content", row.content)
    list.field("id", row.id, .dim)
    moment("created", row.createdAt, &context)
    list.field(
      "org",
      fleet.zone?.rules.slug(of: row.name).map { slug in fleet.org(named: slug).map { "\(slug)  \($0.id)" } ?? "\(slug), not in the roster"
      })
    source(.dns, fleet, &context)
    list.field("removal", "the deletion of its org removes it; nothing here writes to the zone", .dim)
  }

  private mutating func describe(event sequence: UInt64, _ fleet: Fleet) {
    guard let entry = fleet.logEntry(sequence) else { return gone("this line of the log") }
    list.field("event", entry.type.rawValue, EventsContent.role(of: entry.type))
    list.field("at", entry.at.description)
    list.field("source", entry.source.description)
    list.field("org", [entry.slug?.rawValue, entry.orgID?.rawValue].compactMap { $0 }.joined(separator: "  "))
    list.field(
      "workspace", entry.workspaceID.map { [fleet.workspaces[$0]?.row.name, $0.rawValue].compactMap { $0 }.joined(separator: "  ") })
    list.field("line", String(entry.sequence), .dim)
    list.heading("Data")
    for line in Line.wrapped(EventsContent.text(of: entry), role: .text, width: max(8, width - 4)) {
      list.add(Line([Span("  ")] + line.spans))
    }
  }

  private mutating func describe(finding id: FindingID, _ fleet: Fleet, _ context: inout DrawingContext) {
    guard let finding = id.finding(in: fleet, at: context.moment.now) else { return gone("this finding") }
    list.field(
      "finding",
      Line(Wording.state(finding.code.rawValue, finding.severity.role, context.glyphs)).linked(
        to: context.links.runbook(for: id, in: fleet)?.hyperlink
      ).spans + [Span("  \(finding.severity.rawValue)", .dim)])
    list.field("what", finding.summary)
    if let asOf = finding.asOf { list.field("judged", [Span("\(context.moment.asOf(asOf)): what it is judged from isn't heard", .stale)]) }
    list.field("next step", context.words(finding.step), .title)
    list.field("not it, if", finding.disproof?.text)
    list.heading("Evidence")
    for evidence in finding.evidence {
      let told = evidence.at.map { "  (\(context.moment.heard($0)))" } ?? ""
      list.field(evidence.by, evidence.says + told)
    }
    for gap in finding.unchecked { list.field("not checked", gap, .unknown) }
    if let key = context.keys?.name(of: .explain), !key.isEmpty {
      list.add([Line(), Line("  \(key) asks everything that may tell more", .dim)])
    }
  }

  // MARK: - Parts of several

  private mutating func source(_ source: Source, _ fleet: Fleet, _ context: inout DrawingContext) {
    let standing = SourcesContent.standing(of: .source(source), fleet, at: context.moment.now)
    let age = standing.role == .ok ? "" : standing.at.map { " \(context.moment.age(since: $0))" } ?? ""
    list.field("read", [Span(standing.word + age, standing.role)] + (standing.why.map { [Span("  " + $0, .dim)] } ?? []))
  }

  private static let withoutEC2 = "not known: no EC2 region is configured"

  /// Those that EC2 has of it; without EC2 that there are none says nothing.
  private mutating func machines(_ machines: [Instance], _ fleet: Fleet, _ context: inout DrawingContext) {
    if fleet.regions.isEmpty, machines.isEmpty { return list.heading("Machines " + Self.withoutEC2) }
    let isKnown = fleet.figures.totals.machines.whole != nil
    list.heading("Machines \(machines.isEmpty && !isKnown ? "?" : "\(machines.count)")")
    let cells = machines.map { machine in
      let row = machine.row
      let link = context.links.place(of: .instance(row.id), in: fleet, at: context.moment.now)?.hyperlink
      return [
        [Span(row.id.rawValue, link: link)], Wording.state(row.state.text, row.state.role, context.glyphs), [Span(row.type ?? "?", .dim)],
        [Span(row.role?.rawValue ?? "no role", .dim)], [Span(row.region.rawValue, .dim)],
        [Span(row.launchedAt.map { context.moment.age(since: $0) } ?? "?", .dim)],
      ]
    }
    list.rows(cells, dropping: [4, 2])
  }

  /// Each phase: how long it took, against how long it usually does.
  private mutating func boot(_ boot: Boot?, _ target: BootTarget, _ plan: PhasePlan, _ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    guard let boot, let progress = fleet.progress(of: target, at: now) else { return }
    let glyphs = context.glyphs
    let bar =
      progress.standstill == nil ? ProgressBar(progress).spans(width: min(40, max(8, width - Self.nameWidth - 24)), glyphs: glyphs) : []
    list.field("coming up", bar + (bar.isEmpty ? [] : [Span(" ")]) + Wording.remaining(progress, glyphs))
    if let asOf = progress.asOf {
      list.field("told", [Span(context.moment.asOf(asOf), .stale)])
    } else {
      context.moment.changesEverySecond()
    }
    moment("began", boot.startedAt, &context)
    list.space()
    let group = boot.group
    let waterfall = Waterfall(boot: boot, plan: plan, progress: progress) { phase, seconds in
      fleet.history.share(of: group, fasterIn: phase, than: seconds)
    }
    list.add(waterfall.lines(width: width, glyphs, at: progress.at))
    if let eta = progress.eta { list.field("eta", ProvisioningContent.eta(eta, glyphs)) }
    for mark in boot.marks { if let detail = mark.detail { list.field(mark.name, detail, mark.failed ? .failed : .dim) } }
  }
}
