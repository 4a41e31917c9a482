/// What text is drawn on.
enum Ground: String, CaseIterable, Sendable {
  case dark, light

  /// The ground of that colour: light where black is read better on it than white.
  init(_ color: RGB) { self = color.contrast(to: RGB(0)) > color.contrast(to: RGB(0xFFFFFF)) ? .light : .dark }

  /// What a theme paints that was made for it and meets the other one.
  var paint: RGB { self == .dark ? RGB(0x121212) : RGB(0xFFFFFF) }

  /// rxvt's and Konsole's `COLORFGBG`, "15;0" or "0;default;15": the last is the ground's place among sixteen; `nil` where it says nothing.
  init?(colorFGBG text: String?) {
    guard let last = text?.split(separator: ";").last, let place = Int(last), (0...15).contains(place) else { return nil }
    self = place == 7 || place > 8 ? .light : .dark
  }

  /// A terminal's answer to OSC 11 (xterm, "Operating System Commands"): `11;rgb:ffff/ffff/ffff`, with one to four digits each, an alpha more,
  /// or `11;#ffffff`.
  init?(answer: [UInt8]) {
    let text = String(decoding: answer, as: UTF8.self)
    guard text.hasPrefix("11;") else { return nil }
    let value = text.dropFirst(3)
    if case .rgb(let color)? = Color(String(value)) {
      self.init(color)
      return
    }
    guard value.hasPrefix("rgb:") || value.hasPrefix("rgba:") else { return nil }
    let parts = value.drop { $0 != ":" }.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == (value.hasPrefix("rgba") ? 4 : 3) else { return nil }
    var shares: [UInt8] = []
    for part in parts {
      guard (1...4).contains(part.utf8.count), let number = Int(part, radix: 16), number >= 0 else { return nil }
      let full = (1 << (4 * part.utf8.count)) - 1
      shares.append(UInt8(clamping: number * 255 / full))
    }
    self.init(RGB(red: shares[0], green: shares[1], blue: shares[2]))
  }
}
