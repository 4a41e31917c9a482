import Feeds
import FleetModel
import Glibc
import Synchronization

/// One `delete` from the command line to the receipt.
final class DeletionFromCommandLine: Sendable {
  private let org: String
  private let isPlanOnly: Bool
  private let confirm: String?
  private let confirmProtected: String?
  private let planHash: String?
  private let resumes: Int
  private let environment: FleetEnvironment
  private let prompt: DeletePrompt?
  private let state: StateDirectory
  private let variables: [String: String]
  private let session: Session
  private let isRunning = Mutex(false)
  private let newest = Mutex<DeletionRun?>(nil)

  init(command: DeleteCommand, environment: FleetEnvironment, prompt: DeletePrompt?) throws {
    org = command.org
    isPlanOnly = command.plan
    confirm = command.confirm
    confirmProtected = command.confirmProtected
    planHash = command.planHash
    resumes = command.resume
    self.environment = environment
    self.prompt = prompt
    variables = command.global.variables
    state = StateDirectory(variables: variables)
    var options = FleetFeeds.Options()
    // Of the tenants only this org's matters, and that one may be dead.
    options.asksTenants = false
    session = try Session(environment: environment, global: command.global, options: options)
  }

  func interrupted() {
    prompt?.leave()
    if isRunning.withLock({ $0 }) {
      Output.message(
        "delete: interrupted; what was sent is in the journal, and `fleettui delete \(UntrustedText.clean(org, limit: 64))` goes on from there"
      )
    }
  }

  private var prices: PriceBook { session.settings.prices }

  private func refused(_ why: String) -> CommandFailure { CommandFailure(code: 6, message: "delete: \(why); nothing was sent") }

  /// What was planned, and what it was made from.
  private struct Planned {
    var plan: DeletionPlan
    var hash: String
    var fleet: Fleet
    var evidence: DeletionEvidence
  }

  /// - Throws: ``CommandFailure``: nothing was sent, or it goes on without this process.
  func document() async throws -> DeletionDocument {
    if !isPlanOnly, let document = try await goOn() { return document }
    let planned = try await planned()
    if isPlanOnly { return document(of: planned) }
    if let reason = reasonAgainst(planned.fleet) { throw refused(reason) }
    return try await carryOut(try await confirmed(planned))
  }

  private func reasonAgainst(_ fleet: Fleet) -> String? {
    fleet.reasonAgainstDeletion(regions: environment.aws?.regions ?? [], at: wallClock())
  }

  // MARK: - The plan

  /// - Throws: ``CommandFailure`` when there is no such org, or it can't be told.
  private func planned() async throws -> Planned {
    let seen = SeenFleet(await session.loaded())
    let found = try wanted(in: seen.fleet)
    let reader = try await reader(seen)
    async let evidence = reader.evidence(of: found.slug)
    let names = await reader.readForPlan(found.row)
    // Read again: its workspaces are known now.
    guard let org = seen.fleet.orgs[found.id] else { throw refused("org \(found.slug) went while the plan was made") }
    let plan = DeletionPlan(
      of: org, in: seen.fleet, environment: environment.name, isProtected: environment.isProtected, names: names,
      rule: DeletionReader.rule(for: org.slug, in: environment))
    return Planned(plan: plan, hash: contentHash(of: plan.body), fleet: seen.fleet, evidence: await evidence)
  }

  private func wanted(in fleet: Fleet) throws -> Org {
    let now = wallClock()
    let named = fleet.orgs.values.filter { ($0.slug.rawValue == org || $0.id.rawValue == org) && $0.row.status != .purged }
    guard let found = named.first else {
      let name = UntrustedText.clean(org, limit: 128)
      let roster = fleet.freshness(of: .controlPlane, at: now)
      guard roster.state == .complete else {
        let why =
          "whether there is an org \(name) can't be told: control-plane is \(roster.state.rawValue)"
          + (roster.problem.map { ": \($0)" } ?? "")
        throw isPlanOnly ? CommandFailure(code: 4, message: "delete: \(why)") : refused(why)
      }
      let near = NearestName.of(org, among: fleet.orgs.values.map(\.slug.rawValue)).map { "; did you mean \($0)?" } ?? ""
      throw CommandFailure(code: 1, message: "delete: environment \(environment.name) has no org \(name)\(near)")
    }
    guard named.count == 1 else { throw refused("\(named.count) orgs have the name \(found.slug): give the id") }
    return found
  }

  private func lines(_ planned: Planned) -> [String] {
    var notes: [String] = []
    if let problem = planned.fleet.freshness(of: .tenant(planned.plan.slug), at: wallClock()).problem {
      notes.append("workspaces are those that the machines' tags name: \(problem)")
    }
    return DeletionDocument.planLines(planned.plan, hash: planned.hash, evidence: planned.evidence, notes: notes)
  }

  private func document(of planned: Planned) -> DeletionDocument {
    DeletionDocument(
      plan: planned.plan, hash: planned.hash, lines: lines(planned), reason: reasonAgainst(planned.fleet),
      knowsMachines: environment.aws?.regions.isEmpty == false, fleet: planned.fleet, at: wallClock())
  }

  // MARK: - The confirmation

  private func confirmed(_ planned: Planned) async throws -> Planned {
    let plan = planned.plan
    if let planHash, planHash != planned.hash {
      Output.message((["This is the plan now:"] + lines(planned)).joined(separator: "\n"))
      throw refused("the plan is not the one that was read: it is \(planned.hash) now")
    }
    if let confirm {
      guard confirm.utf8.elementsEqual(plan.phrase.utf8) else {
        throw refused("the phrase given with --confirm is not this environment, a slash and this org's name")
      }
      guard !plan.isProtected || confirmProtected.map({ $0.utf8.elementsEqual(plan.protectedWord.utf8) }) == true else {
        throw refused("environment \(environment.name) is protected: --confirm-protected must be the last 8 characters of the org's id")
      }
      return planned
    }
    var asked = planned
    var notice: [String] = []
    while let prompt {
      // Blocks this task's thread: nothing else is under way.
      guard prompt.ask(asked.plan, lines: notice + lines(asked)), !Task.isCancelled else {
        throw CommandFailure(code: 6, message: "delete: not confirmed; nothing was sent")
      }
      // The world went on while the phrase was typed.
      let newer = try await self.planned()
      if let reason = reasonAgainst(newer.fleet) { throw refused(reason) }
      if newer.hash == asked.hash { return newer }
      if planHash != nil { throw refused("the plan changed: it is \(newer.hash) now") }
      notice =
        ["", "The plan changed while it was confirmed, and is void:"] + asked.plan.differences(from: newer.plan).map { "  \($0)" } + [""]
      asked = newer
    }
    throw refused("there is no terminal to type the phrase on")
  }

  // MARK: - Carrying it out

  private func reader(_ seen: SeenFleet) async throws -> DeletionReader {
    do throws(FeedError) {
      return try await DeletionReader(session.access, names: ZoneNames(of: session.access), prices: prices, onEvent: seen.note)
    } catch { throw refused(error.description) }
  }

  private func runner(_ seen: SeenFleet) async throws -> DeletionRunner {
    let lines = DeletionProgressLines()
    return DeletionRunner(reader: try await reader(seen), state: state) { [self] run in
      lines.show(run)
      record(run, end: nil)
    }
  }

  private func carryOut(_ planned: Planned) async throws -> DeletionDocument {
    let seen = SeenFleet(planned.fleet)
    let runner = try await runner(seen)
    let order = DeletionRun.Order(
      receiptID: ReceiptStore.newID(at: wallClock()), plan: planned.plan, planHash: planned.hash, operator: OperatorName.current(variables),
      startedAt: wallClock(), verifyWithin: environment.verifyWithin)
    let opening: DeletionJournal.Opening
    do throws(StateDirectory.Failure) {
      opening = try DeletionJournal.open(in: state, for: order)
    } catch { throw refused("the journal can't be written: \(error)") }
    switch opening {
    case .busy:
      // Another one began while this one was confirmed.
      guard let other = leftover(), let document = try await goOn(with: other) else {
        throw refused("another fleettui here begins to delete \(planned.plan.slug): try again to follow it")
      }
      return document
    case .held(let journal):
      isRunning.withLock { $0 = true }
      if case .unfinished(let run) = journal.standing { tell(run) }
      return try report(
        await runner.start(
          order, resumes: resumes, journal: journal, plan: planned.plan.json(hash: planned.hash), evidence: planned.evidence), seen)
    }
  }

  // MARK: - What an earlier start left

  private func leftover() -> DeletionRun.Order? {
    DeletionJournal.leftovers(in: state).first {
      $0.environment == environment.name && ($0.slug.rawValue == org || $0.orgID.rawValue == org)
    }
  }

  /// Goes on with this org's deletion where an earlier process left it or another one has it under way. It only looks: nothing is sent.
  /// - Returns: `nil` when there is nothing of the kind.
  private func goOn() async throws -> DeletionDocument? {
    for other in DeletionJournal.leftovers(in: state) where other.environment == environment.name && other.orgID != leftover()?.orgID {
      Output.message(
        "delete: an unfinished deletion of \(other.slug) has a journal here: `fleettui delete \(other.slug)` says what stands and follows it"
      )
    }
    guard let left = leftover() else { return nil }
    if let confirm, !confirm.utf8.elementsEqual("\(left.environment)/\(left.slug)".utf8) {
      throw refused("the phrase given with --confirm is not this environment, a slash and this org's name")
    }
    return try await goOn(with: left)
  }

  private func goOn(with left: DeletionRun.Order) async throws -> DeletionDocument? {
    let opening: DeletionJournal.Opening?
    do throws(StateDirectory.Failure) {
      opening = try DeletionJournal.reopen(in: state, for: left)
    } catch { throw refused("the journal can't be opened: \(error)") }
    let seen = SeenFleet(session.emptyFleet)
    let runner = try await runner(seen)
    switch opening {
    case nil: return nil
    case .busy?:
      Output.message("delete: another fleettui here is deleting \(left.slug), begun \(left.startedAt): following it; nothing is sent")
      return try report(await runner.follow(left), seen)
    case .held(let journal)?:
      switch journal.standing {
      case .over(let kept):
        journal.remove()
        let outcome = kept["outcome"]?.string.flatMap(DeletionOutcome.init) ?? .partial
        Output.message("delete: an earlier deletion of \(left.slug) had ended; this is its receipt, and nothing is sent now")
        return try report(.receipt(kept, outcome, problem: nil), seen)
      case .unsent:
        journal.remove()
        Output.message("delete: an earlier deletion of \(left.slug) ended before anything was sent")
        return nil
      case .unfinished(let run):
        tell(run)
        isRunning.withLock { $0 = true }
        return try report(await runner.resume(run, journal: journal), seen)
      }
    }
  }

  private func tell(_ run: DeletionRun) {
    Output.message(
      "delete: an earlier deletion of \(run.order.slug), begun \(run.order.startedAt), was cut off: \(run.standing). Following it; nothing is sent."
    )
  }

  // MARK: - The end

  /// For the recording: nobody shows the events here.
  private func record(_ run: DeletionRun, end: DeletionReport.End?) {
    newest.withLock { $0 = run }
    session.tell(.deletion(DeletionReport(run: run, origin: .begun, end: end)))
    _ = session.queue.drain()
  }

  private func report(_ end: DeletionRunner.End, _ seen: SeenFleet) throws -> DeletionDocument {
    isRunning.withLock { $0 = false }
    if let run = newest.withLock({ $0 }), let end = DeletionReport.End(end) { record(run, end: end) }
    func document(_ receipt: JSONValue, _ outcome: DeletionOutcome, kept: String?) -> DeletionDocument {
      DeletionDocument(receipt: receipt, outcome, kept: kept, org: org, fleet: seen.fleet, at: wallClock())
    }
    switch end {
    case .interrupted: throw CommandFailure(code: 1)
    case .refused(let why): throw refused(why)
    case .watched(let run): return document(run.watched, run.outcome, kept: nil)
    case .receipt(let receipt, let outcome, let problem):
      if let problem { Output.message("delete: \(problem)") }
      return document(receipt, outcome, kept: receipt["id"]?.string ?? "?")
    }
  }
}

/// The fleet as the deletion's own questions answered, for the document's `sources`.
private final class SeenFleet: Sendable {
  private let state: Mutex<Fleet>
  init(_ fleet: Fleet) { state = Mutex(fleet) }

  var fleet: Fleet { state.withLock { $0 } }

  func note(_ event: FleetEvent) {
    state.withLock { $0.apply(event) }
  }
}

/// Progress on standard error, a line a change.
private final class DeletionProgressLines: Sendable {
  private let last = Mutex("")

  func show(_ run: DeletionRun) {
    let line: String =
      switch run.state {
      case .checking: "looking at the roster and the list of runs"
      case .sending: "the control plane deletes \(run.order.slug)" + (run.step.map { ": \($0) done" } ?? "")
      case .waiting: "the org is being provisioned or deprovisioned (409): asking again"
      case .following where run.looks == 0: "reading back what is left"
      case .following, .ended:
        (run.legs?.all ?? []).map { "\($0.name) \($0.leg.state.rawValue)" }.joined(separator: ", ")
          + (run.step.map { "; last step \($0)" } ?? "")
      }
    let isNew = last.withLock { last in
      defer { last = line }
      return last != line && !line.isEmpty
    }
    if isNew { Output.message(line) }
  }
}

/// Who is at work, `user@host`.
enum OperatorName {
  static func current(_ variables: [String: String]) -> String {
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let name = String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let user = getpwuid(getuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? variables["USER"] ?? "\(getuid())"
    return UntrustedText.clean("\(user)@\(name)", limit: 200)
  }
}
