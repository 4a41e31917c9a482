/// ncurses names both colours of a cell's style anew with each style, also the one that stays: on the lit row that is the ground of every cell. What a
/// terminal was told already is left out.
enum RepeatedColors {
  /// The frame without `ESC [ 38;5;N m` and `ESC [ 48;5;N m` that change nothing.
  static func removed(from frame: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(frame.count)
    // What the last of them said; unknown again with every other style.
    var foreground: UInt8?
    var ground: UInt8?
    var index = 0
    while index < frame.count {
      guard let sequence = FrameSequence(in: frame, at: index) else {
        out.append(frame[index])
        index += 1
        continue
      }
      let told = frame[index..<sequence.end]
      index = sequence.end
      switch sequence.meaning {
      case .foreground(let place):
        guard foreground != place else { continue }
        foreground = place
      case .ground(let place):
        guard ground != place else { continue }
        ground = place
      case .style: (foreground, ground) = (nil, nil)
      case .repetition, .other: break
      }
      out += told
    }
    return out
  }
}
