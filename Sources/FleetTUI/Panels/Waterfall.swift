import FleetModel

/// A boot, phase under phase along one time, over the median boot of its group: where it lost its time is where the two part.
struct Waterfall {
  let boot: Boot
  let plan: PhasePlan
  let progress: Progress
  /// Of the group's boots, the part that went through a phase faster; `nil` where too few are known.
  let fasterShare: (_ phase: String, _ seconds: Double) -> Double?

  private struct Row {
    var name: String
    /// When it began and how long it lasted, in seconds since the boot's beginning.
    var taken: (start: Double, seconds: Double)?
    var usual: (start: Double, phase: PhasePlan.Phase)?

    /// When both are over.
    var end: Double {
      let takenEnd: Double = taken.map { $0.start + $0.seconds } ?? 0
      let usualEnd: Double = usual.map { $0.start + $0.phase.median } ?? 0
      return max(takenEnd, usualEnd)
    }
  }

  private func rows(at now: Timestamp) -> [Row] {
    var times = boot.phaseTimes(until: now, in: plan)
    // Between two steps that tell of themselves, the next one is under way.
    if let name = progress.phase, let seconds = progress.phaseElapsed, !times.contains(where: { $0.name == name }) {
      times.append(PhaseTime(name, seconds))
    }
    var rows: [Row] = []
    var start = 0.0
    for phase in plan.phases {
      rows.append(Row(name: phase.name, usual: (start, phase)))
      start += phase.median
    }
    start = 0
    var last = 0
    for time in times {
      if let index = rows.firstIndex(where: { $0.name == time.name }) {
        // A phase that came again lasted from its first beginning to its last end.
        let began = rows[index].taken?.start ?? start
        rows[index].taken = (began, start + time.seconds - began)
        last = index + 1
      } else {
        rows.insert(Row(name: time.name, taken: (start, time.seconds)), at: min(last, rows.count))
        last += 1
      }
      start += time.seconds
    }
    return rows
  }

  /// How much is said of a phase: all of it, without how many boots were faster, without when it is late either, or how long it took alone.
  private enum Manner {
    case full, figures, median, taken

    /// Where columns are few, those of the bars come before more figures.
    init(width: Int) { self = width >= 110 ? .full : width >= 70 ? .figures : width >= 52 ? .median : .taken }

    var columns: Int {
      switch self {
      case .full: 61
      case .figures: 29
      case .median: 18
      case .taken: 7
      }
    }
  }

  func lines(width: Int, _ glyphs: Glyphs, at now: Timestamp) -> [Line] {
    let rows = rows(at: now)
    let manner = Manner(width: width)
    // Before the name are four columns, before the figures one, and the last one is free.
    let free = width - 6 - manner.columns
    let longest = rows.map { TextWidth.columns(of: $0.name) }.max() ?? 0
    let names = min(longest + 1, max(min(18, free - 4), min(28, free - (manner == .taken ? 4 : 8))))
    let room = max(1, min(72, free - names))
    let length = max(1, rows.map(\.end).max() ?? 0)
    let under = plan.samples > 0 ? "median of \(plan.samples) boots" : "a typical boot"
    var lines = [
      Line([
        Span("  "), Span(String(repeating: glyphs.heights[6], count: 2), .bar), Span(" this boot  ", .dim),
        Span(String(repeating: glyphs.waterfallTrack, count: 2), .barTrack), Span(" \(under)", .dim),
      ])
    ]
    for row in rows {
      let isCurrent = row.name == progress.phase
      let hasFailed = boot.marks.contains { $0.name == row.name && $0.failed }
      let isSlow = row.taken.map { $0.seconds > row.usual?.phase.lateAfter ?? .infinity } ?? false
      let role: Role = hasFailed ? .failed : isSlow ? .late : isCurrent ? .running : row.taken == nil ? .dim : .text
      lines.append(
        Line(
          [Span(isCurrent ? "  \(glyphs.into) " : "    ", role)] + [Span(row.name, role)].fitted(to: names)
            + cells(row, room, length, role, glyphs) + [Span(" ")] + self.figures(row, role, manner)))
    }
    return lines
  }

  private func cells(_ row: Row, _ room: Int, _ length: Double, _ role: Role, _ glyphs: Glyphs) -> [Span] {
    func extent(_ start: Double, _ seconds: Double) -> Range<Int> {
      let from = min(room - 1, Int(clamping: (start / length).asShare * Double(room)))
      return from..<max(from + 1, Int(clamping: (((start + seconds) / length).asShare * Double(room)).rounded()))
    }
    let taken = row.taken.map { extent($0.start, $0.seconds) }
    let usual = row.usual.map { extent($0.start, $0.phase.median) }
    var spans: [Span] = []
    for cell in 0..<room {
      let span =
        taken?.contains(cell) == true
        ? Span(glyphs.heights[6], role == .text ? .bar : role)
        : usual?.contains(cell) == true ? Span(glyphs.waterfallTrack, .barTrack) : Span(" ")
      if spans.last?.role == span.role { spans[spans.count - 1].text += span.text } else { spans.append(span) }
    }
    return spans
  }

  private func figures(_ row: Row, _ role: Role, _ manner: Manner) -> [Span] {
    let taken = [Span(row.taken.map { Moment.elapsed($0.seconds) } ?? "", role)]
    guard manner != .taken else { return taken }
    var spans = taken.fitted(to: 8)
    if let phase = row.usual?.phase {
      let median = [Span("p50 \(Moment.elapsed(phase.median))", .dim)]
      guard manner != .median else { return spans + median }
      spans += median.fitted(to: 11)
      spans += [Span(phase.samples >= BootHistory.enoughForLate ? "p95 \(Moment.elapsed(phase.lateAfter))" : "", .dim)].fitted(to: 11)
    }
    if manner == .full, let taken = row.taken, let faster = fasterShare(row.name, taken.seconds), faster > 0.5,
      let samples = row.usual?.phase.samples
    {
      spans.append(Span("slower than \(Int(clamping: faster.asShare * 100)) % of \(samples) boots", faster > 0.95 ? .late : .dim))
    }
    return spans
  }
}
