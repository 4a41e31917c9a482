/// A colour, and where leads what is written in it.
struct Ink: Hashable, Sendable {
  var color: Color
  var link: Hyperlink?

  /// Chooses its colour: of text, or of what is under it.
  fileprivate func sequence(isGround: Bool) -> [UInt8] {
    let kind = isGround ? 4 : 3
    let style =
      switch color {
      case .terminal: "\(kind)9"
      case .palette(let place): "\(kind)8;5;\(place)"
      // ISO 8613-6.
      case .rgb(let rgb): "\(kind)8;2;\(rgb.red);\(rgb.green);\(rgb.blue)"
      }
    return Array("\u{1B}[\(style)m".utf8)
  }
}

/// 24-bit colours and links past ncurses, which has numbers for 256 colours and nothing for a link: each is given a place of the palette that the theme
/// doesn't use, and where ncurses writes the place (`38;5;PLACE`) what it stands for is written instead. The terminal's own palette is left as it is.
///
/// To ncurses a cell with another link is a cell in another colour: what it skips, moves and scrolls is right.
struct Inks: Equatable, Sendable {
  private var places: [Ink: UInt8] = [:]
  private var inks: [UInt8: Ink] = [:]
  /// The next one is the last.
  private var free: [UInt8] = []

  init(of theme: Theme) {
    let used = theme.colors
    let taken = Set(used.compactMap { if case .palette(let place) = $0 { place } else { nil } })
    free = (16...255).map { UInt8($0) }.filter { !taken.contains($0) }
    for case .rgb(let color) in used where places[Ink(color: .rgb(color))] == nil { place(Ink(color: .rgb(color))) }
  }

  private mutating func place(_ ink: Ink) {
    guard let place = free.popLast() else { return }
    places[ink] = place
    inks[place] = ink
  }

  private mutating func release(_ ink: Ink) {
    guard let place = places.removeValue(forKey: ink) else { return }
    inks[place] = nil
    free.insert(place, at: 0)
  }

  /// Gives the links of the next frame their places. One that is on the screen keeps its own; that of one which leaves it is free in the frame after:
  /// ncurses would take the cells of both for the same. Where places are too few the last links have none.
  ///
  /// - Returns: `false` where all had to be given anew: every cell is to be written again.
  mutating func place(links: [Ink]) -> Bool {
    let shown = places.keys.filter { $0.link != nil }
    guard !links.isEmpty || !shown.isEmpty else { return true }
    var seen: Set<Ink> = []
    let wanted = links.filter { seen.insert($0).inserted }.prefix(free.count + shown.count)
    let new = wanted.filter { places[$0] == nil }
    guard new.count <= free.count else {
      shown.forEach { release($0) }
      wanted.forEach { place($0) }
      return false
    }
    new.forEach { place($0) }
    let kept = Set(wanted)
    for ink in shown where !kept.contains(ink) { release(ink) }
    return true
  }

  /// As ncurses has it; −1 is the terminal's own.
  func place(of color: Color, link: Hyperlink? = nil) -> Int32 {
    if let link, let place = places[Ink(color: color, link: link)] { return Int32(place) }
    switch color {
    case .terminal: return -1
    case .palette(let place): return Int32(place)
    case .rgb(let rgb): return Int32(places[Ink(color: color)] ?? rgb.nearestPlace)
    }
  }

  /// The frame with the colours and links in it.
  ///
  /// A link is open only while characters are written: what moves the cursor, erases or scrolls does so outside of it, and none outlasts its frame.
  func written(_ frame: [UInt8]) -> [UInt8] {
    guard !inks.isEmpty else { return frame }
    var out: [UInt8] = []
    out.reserveCapacity(frame.count + frame.count / 4)
    // What opens the link that the next character is a part of.
    var opening: [UInt8]?
    var isOpen = false
    var index = 0
    while index < frame.count {
      guard let sequence = FrameSequence(in: frame, at: index) else {
        if !isOpen, let opening {
          out += opening
          isOpen = true
        }
        out.append(frame[index])
        index += 1
        continue
      }
      if isOpen, sequence.meaning != .repetition {
        out += Hyperlink.closing
        isOpen = false
      }
      let told = frame[index..<sequence.end]
      index = sequence.end
      switch sequence.meaning {
      case .foreground(let place):
        opening = inks[place]?.link?.opening(id: place)
        out += inks[place]?.sequence(isGround: false) ?? Array(told)
      case .ground(let place): out += inks[place]?.sequence(isGround: true) ?? Array(told)
      case .style:
        opening = nil
        out += told
      case .repetition, .other: out += told
      }
    }
    return isOpen ? out + Hyperlink.closing : out
  }
}

extension Theme {
  /// Every one that it draws with.
  fileprivate var colors: Set<Color> {
    var colors: Set<Color> = [background]
    for role in Role.allCases {
      for isSelected in [false, true] {
        let style = style(role, isSelected: isSelected)
        colors.formUnion([style.foreground, style.background])
      }
    }
    return colors
  }
}
