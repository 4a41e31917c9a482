import Feeds
import FleetModel

// What is read on demand, because somebody looks: each is one answer, kept by whoever shows it and by nobody else.

extension Answer {
  /// Why there is nothing to show.
  struct Problem: Error, Hashable, Sendable {
    let text: String

    static let gone = Problem(text: "it is gone")
    static let recorded = Problem(text: "this is a recording: there is nobody to ask")
  }

  /// What a question comes to where there is nobody to ask: an explanation rests on what was recorded.
  static func ofNobody(to effect: Effect) -> Answer? {
    switch effect {
    // A recording allows no deletion, and nothing in it is news.
    case .deletion, .notify, .save: nil
    case .explain(let question): .explained(question.org.id, question.workspaceID, .success(CaseFile()))
    case .console(let workspace, _): .console(workspace, .failure(.recorded))
    case .check(let org, _): .checked(org, .failure(.recorded))
    case .plugin(let plugin, let subject, _): .plugin(plugin.name, subject, .failure(.recorded))
    case .posture:
      .posture(PostureRules.ID.allCases.map { Check($0.rawValue, .unknown, target: "recording", Problem.recorded.text) }, at: wallClock())
    }
  }
}

extension EffectRunner {
  /// A disk may take its time.
  func save(_ file: SavedFile) { Task.detached { self.answer(.saved(file.save())) } }

  func explain(_ question: CaseQuestion, _ session: Session) {
    let part = question.workspaceID
    Task.detached {
      do throws(FeedError) {
        let reader = try await CaseReader(session.access)
        self.answer(.explained(question.org.id, part, .success(await reader.file(on: question))))
      } catch { self.answer(.explained(question.org.id, part, .failure(.init(text: error.description)))) }
    }
  }

  func readConsole(of workspace: WorkspaceID, after seconds: Double, _ session: Session) {
    Task.detached {
      if seconds > 0 { try? await Task.sleep(seconds: seconds) }
      do throws(FeedError) {
        let reader = try await CaseReader(session.access)
        self.answer(.console(workspace, .success(try await reader.controlPlane.console(of: workspace))))
      } catch { self.answer(.console(workspace, .failure(.init(text: error.description)))) }
    }
  }

  func check(_ org: OrgID, _ slug: Slug, _ session: Session) {
    Task.detached {
      do throws(FeedError) {
        let reader = try await CaseReader(session.access)
        self.answer(.checked(org, .success(await (try await reader.tenantProbe(of: slug, org)).checks())))
      } catch { self.answer(.checked(org, .failure(.init(text: error.description)))) }
    }
  }

  func lookAtPosture(_ question: PostureQuestion, _ session: Session) {
    Task.detached {
      let reader = await PostureReader(session.access)
      self.answer(.posture(await reader.checks(on: question), at: wallClock()))
    }
  }
}
