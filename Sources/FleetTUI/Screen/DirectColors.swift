/// 24-bit colours past ncurses, which has numbers for 256: each of a theme's is given a place of the palette that the theme doesn't use, and where
/// ncurses writes the place (`38;5;PLACE`) the colour is written instead (`38;2;R;G;B`, ISO 8613-6). The terminal's own palette is left as it is.
struct DirectColors: Equatable, Sendable {
  private var places: [RGB: UInt8] = [:]
  private var colors: [UInt8: RGB] = [:]

  init() {}

  init(of theme: Theme) {
    let used = theme.colors
    let taken = Set(used.compactMap { if case .palette(let place) = $0 { place } else { nil } })
    var free = (16...255).map { UInt8($0) }.filter { !taken.contains($0) }
    for case .rgb(let color) in used where places[color] == nil {
      guard let place = free.popLast() else { return }
      places[color] = place
      colors[place] = color
    }
  }

  /// As ncurses has it; −1 is the terminal's own.
  func place(of color: Color) -> Int32 {
    switch color {
    case .terminal: -1
    case .palette(let place): Int32(place)
    case .rgb(let rgb): Int32(places[rgb] ?? rgb.nearestPlace)
    }
  }

  /// The frame with the colours in it.
  func written(_ frame: [UInt8]) -> [UInt8] {
    guard !colors.isEmpty else { return frame }
    var out: [UInt8] = []
    out.reserveCapacity(frame.count + frame.count / 4)
    var index = 0
    while index < frame.count {
      if frame[index] == 0x1B, let (place, end) = Self.place(in: frame, at: index), let color = colors[place] {
        let kind = frame[index + 2] == UInt8(ascii: "3") ? "38" : "48"
        out += Array("\u{1B}[\(kind);2;\(color.red);\(color.green);\(color.blue)m".utf8)
        index = end
      } else {
        out.append(frame[index])
        index += 1
      }
    }
    return out
  }

  /// The place that `ESC [ 38;5;PLACE m` or `ESC [ 48;5;PLACE m` at `start` names, and what comes after it.
  private static func place(in frame: [UInt8], at start: Int) -> (place: UInt8, end: Int)? {
    let head = start + 7
    guard head < frame.count, frame[start + 1] == UInt8(ascii: "["),
      frame[start + 2] == UInt8(ascii: "3") || frame[start + 2] == UInt8(ascii: "4"),
      frame[start + 3..<head].elementsEqual("8;5;".utf8)
    else { return nil }
    var number = 0
    var end = head
    while end < frame.count, (0x30...0x39).contains(frame[end]), number < 1000 {
      number = number * 10 + Int(frame[end] - 0x30)
      end += 1
    }
    guard end < frame.count, frame[end] == UInt8(ascii: "m"), let place = UInt8(exactly: number) else { return nil }
    return (place, end + 1)
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
