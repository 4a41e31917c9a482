import Feeds
import FleetModel
import Synchronization

/// What the screen asks about deletions.
enum DeletionRequest: Hashable, Sendable {
  /// What an earlier start left is gone on with, and the receipts are read: once, at the start.
  case goOn
  /// What a plan needs beside the fleet.
  case prepare(OrgID, Slug)
  /// The plan was confirmed.
  case begin(DeletionPlan, DeletionEvidence)
  /// Somebody else's run removes this org: it is followed.
  case watch(DeletionPlan)
}

/// What a plan needs beside the fleet.
struct DeletionPreparation: Hashable, Sendable {
  /// Every name in the zone; `nil` when it could not be read.
  var names: [String]?
  var rule: OrgNames?
  var evidence: DeletionEvidence
  /// Why nothing can be deleted at all.
  var problem: String?
}

/// Everything about deletions that happens away from the screen: plans are completed, runs carried out, journals found and gone on with. How
/// they stand are events of the fleet, so that a recording has them.
final class DeletionDesk: Sendable {
  private let session: Session
  private let state: StateDirectory
  /// Tells what a plan needs beside the fleet.
  private let prepared: @Sendable (OrgID, DeletionPreparation) -> Void
  /// The deletions that are worked on here, by their receipts' ids.
  private let working = Mutex<Set<String>>([])

  init(_ session: Session, prepared: @escaping @Sendable (OrgID, DeletionPreparation) -> Void) {
    self.session = session
    self.prepared = prepared
    state = StateDirectory(variables: session.variables)
  }

  /// The orgs whose deletions were begun or gone on with here and have no receipt yet: whoever leaves now leaves them to the next start.
  var unfinished: [Slug] {
    let working = working.withLock { $0 }
    return leftovers.filter { working.contains($0.receiptID) }.map(\.slug).sorted()
  }

  private var environment: FleetEnvironment { session.environment }

  func perform(_ request: DeletionRequest) {
    Task.detached { [self] in
      switch request {
      case .goOn:
        tellReceipts()
        await withDiscardingTaskGroup { group in
          for order in leftovers { group.addTask { await self.goOn(order) } }
        }
      case .prepare(let org, let slug): await prepare(org, slug)
      case .begin(let plan, let evidence): await begin(plan, evidence)
      case .watch(let plan):
        // On this machine it has a journal, and ends with one receipt.
        if let other = leftovers.first(where: { $0.orgID == plan.orgID }) { return await goOn(other) }
        let order = order(of: plan)
        await follow(order, .watched) { await $0.watch(order) }
      }
    }
  }

  private func reader() async throws(FeedError) -> DeletionReader {
    let queue = session.queue
    return try await DeletionReader(
      session.access, names: ZoneNames(of: session.access), prices: session.settings.prices,
      onEvent: { event in
        // The feeds ask for the rest themselves.
        if case .purges = event.change { queue.post(event) }
      })
  }

  // MARK: - The plan

  private func prepare(_ org: OrgID, _ slug: Slug) async {
    session.tell(.deletionPlanned(org, slug))
    // What is under way already is followed, not planned.
    if let other = leftovers.first(where: { $0.orgID == org }) { return await goOn(other) }
    do throws(FeedError) {
      let reader = try await reader()
      async let evidence = reader.evidence(of: slug)
      let names = await reader.zoneNames()
      prepared(org, DeletionPreparation(names: names, rule: reader.rule(for: slug), evidence: await evidence))
    } catch {
      prepared(org, DeletionPreparation(evidence: DeletionEvidence(), problem: error.description))
    }
  }

  private func order(of plan: DeletionPlan) -> DeletionRun.Order {
    let now = wallClock()
    return DeletionRun.Order(
      receiptID: ReceiptStore.newID(at: now), plan: plan, planHash: contentHash(of: plan.body),
      operator: OperatorName.current(session.variables),
      startedAt: now, verifyWithin: environment.verifyWithin)
  }

  // MARK: - Runs

  private func begin(_ plan: DeletionPlan, _ evidence: DeletionEvidence) async {
    let order = order(of: plan)
    guard environment.allowsWrites else { return refuse(order, "environment \(environment.name) is read-only") }
    do throws(StateDirectory.Failure) {
      switch try DeletionJournal.open(in: state, for: order) {
      case .busy:
        guard let other = leftovers.first(where: { $0.orgID == plan.orgID }) else {
          return refuse(order, "another fleettui here begins to delete it: try again to follow it")
        }
        await goOn(other)
      case .held(let journal):
        if case .unfinished(let run) = journal.standing { return await goOn(run, journal) }
        await follow(order, .begun) {
          await $0.start(order, resumes: 0, journal: journal, plan: plan.json(hash: order.planHash), evidence: evidence)
        }
      }
    } catch { refuse(order, "the journal can't be written: \(error)") }
  }

  private func refuse(_ order: DeletionRun.Order, _ why: String) {
    session.tell(.deletion(DeletionReport(run: DeletionRun(order), origin: .begun, end: .refused(why))))
  }

  private var leftovers: [DeletionRun.Order] { DeletionJournal.leftovers(in: state).filter { $0.environment == environment.name } }

  /// Goes on with what an earlier start left, or follows the process that has it under way.
  private func goOn(_ left: DeletionRun.Order) async {
    guard !working.withLock({ $0.contains(left.receiptID) }),
      let opening = try? DeletionJournal.reopen(in: state, for: left)
    else { return }
    switch opening {
    case .busy: await follow(left, .followed) { await $0.follow(left) }
    case .held(let journal):
      // Where nothing had been sent there is nothing to follow.
      guard case .unfinished(let run) = journal.standing else { return journal.remove() }
      await goOn(run, journal)
    }
  }

  private func goOn(_ run: DeletionRun, _ journal: DeletionJournal) async {
    await follow(run.order, .resumed(run.standing)) { await $0.resume(run, journal: journal) }
  }

  private func follow(
    _ order: DeletionRun.Order, _ origin: DeletionReport.Origin, _ carryOut: (DeletionRunner) async -> DeletionRunner.End
  ) async {
    guard working.withLock({ $0.insert(order.receiptID).inserted }) else { return }
    defer { _ = working.withLock { $0.remove(order.receiptID) } }
    let newest = Mutex(DeletionReport(run: DeletionRun(order), origin: origin))
    let reader: DeletionReader
    do throws(FeedError) { reader = try await self.reader() } catch { return refuse(order, error.description) }
    let runner = DeletionRunner(reader: reader, state: state) { [session] run in
      let report = newest.withLock { report in
        report.run = run
        return report
      }
      session.tell(.deletion(report))
    }
    let end = await carryOut(runner)
    var report = newest.withLock { $0 }
    guard let end = DeletionReport.End(end) else { return }
    report.end = end
    session.tell(.deletion(report))
    tellReceipts()
  }

  private func tellReceipts() {
    let stored = (try? ReceiptStore(state: state).all()) ?? []
    session.tell(.receipts(stored.map(\.document).filter { $0["environment"]?.string == environment.name }))
  }
}

extension DeletionReport.End {
  /// `nil` where the program ends before the deletion does.
  init?(_ end: DeletionRunner.End) {
    switch end {
    case .interrupted: return nil
    case .watched: self = .watched
    case .refused(let why): self = .refused(why)
    case .receipt(let receipt, let outcome, let problem): self = .receipt(receipt, outcome, problem: problem)
    }
  }
}
