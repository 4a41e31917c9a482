import FleetModel

// How the fleet's states, sums and progress are said, the same on every page.

extension OrgStatus {
  var role: Role {
    switch self {
    case .running: .ok
    case .provisioning: .running
    case .failed, .abandoned: .failed
    case .stopped, .suspended, .purged: .dim
    case .unknown: .unknown
    }
  }
}

extension WorkspaceStatus {
  var role: Role {
    switch self {
    case .online: .ok
    case .provisioning, .awaitingAgent: .running
    case .degraded, .offline: .warning
    case .failed: .failed
    case .removed, .paused, .hibernating, .hibernated: .dim
    case .unknown: .unknown
    }
  }
}

extension Fleet {
  /// How an org stands: its deletion before what the control plane goes on saying.
  func standing(of org: Org) -> (word: String, role: Role) {
    let role = org.deletion.map { $0.status == .failed ? .failed : .running } ?? org.row.status?.role ?? .unknown
    return (org.standing, role)
  }

  /// How a workspace stands: one that was called failed and may recover is said to do that.
  func standing(of workspace: Workspace) -> (word: String, role: Role) {
    mayRecover(workspace) ? ("may recover", .warning) : (workspace.row.status.text, workspace.row.status.role)
  }
}

extension InstanceState {
  var role: Role {
    switch self {
    case .running: .ok
    case .pending: .running
    case .stopping, .stopped, .shuttingDown, .terminated: .dim
    case .unknown: .unknown
    }
  }
}

extension Freshness.State {
  var role: Role {
    switch self {
    case .never: .dim
    case .complete: .ok
    case .partial, .stale: .stale
    case .failed: .failed
    }
  }
}

extension Glyphs {
  /// The sign of a state, calm ones included.
  func sign(of role: Role) -> String { role == .dim ? off : role.glyph(self) }
}

enum Wording {
  /// `● running`
  static func state(_ word: String, _ role: Role, _ glyphs: Glyphs) -> [Span] {
    [Span(glyphs.sign(of: role) + " ", role), Span(word, role == .ok ? .dim : role)]
  }

  static func dollars(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "?" }
    var scale: Int64 = 1
    for _ in 0..<digits { scale *= 10 }
    let units = Int64(clamping: (abs(value) * Double(scale)).rounded())
    let fraction = String(units % scale)
    let sign = value < 0 && units > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(units)" }
    return "\(sign)\(units / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// Percent, and what remains or by how much it is late: `41% ≈4m10s`, `88% late 2m`; why there is neither where nothing moves.
  /// - Parameter isShort: in at most 15 columns: that it may come back says that it failed.
  static func remaining(_ progress: Progress, _ glyphs: Glyphs, isShort: Bool = false) -> [Span] {
    if let standstill = progress.standstill {
      return [Span(standstill.words, progress.isStuck ? .failed : progress.isLate ? .late : .running)]
    }
    let percent = progress.fraction.map { "\(padded(Int(clamping: $0.asShare * 100), 2))% " } ?? ""
    if progress.mayRecover { return [Span(percent + (isShort ? "may recover" : "failed, may recover"), .warning)] }
    if progress.hasFailed { return [Span("\(percent)failed", .failed)] }
    if progress.isLate, let lateAt = progress.lateAt { return [Span("\(percent)late \(Moment.estimate(progress.at - lateAt))", .late)] }
    let eta = progress.eta.map { "\(glyphs.approximately)\(Moment.estimate($0.p50))" } ?? ""
    return [Span(percent + eta)]
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: " ", count: max(0, width - digits.count)) + digits
  }

  /// The first and last of a long id, `i-0abc…e41f`.
  static func shortened(_ id: String, to limit: Int) -> String {
    guard id.count > limit, limit > 8 else { return id }
    return "\(id.prefix(limit - 5))…\(id.suffix(4))"
  }
}
