import Glibc

/// A colour as a theme names it.
enum Color: Hashable, Sendable {
  /// The terminal's own, for text or for what is under it.
  case terminal
  /// A place of the 256-colour palette. The first sixteen look as the terminal's user likes, the others everywhere the same.
  case palette(UInt8)
  case rgb(RGB)

  /// What it looks like; `nil` where that is the terminal's to say.
  var rgb: RGB? {
    switch self {
    case .terminal: nil
    case .palette(let place): place < 16 ? nil : RGB(place: place)
    case .rgb(let rgb): rgb
    }
  }

  /// The same hue, lighter or darker as far as it takes to be read there; `nil`: a grey that isn't. What is the terminal's to say stays.
  func read(on ground: RGB, contrast: Double) -> Color? {
    guard let rgb, rgb.contrast(to: ground) < contrast else { return self }
    guard rgb.lab.chroma >= RGB.Lab.grey else { return nil }
    let read = rgb.read(on: ground, contrast: contrast)
    if case .palette = self { return .palette(read.nearestPlace(readOn: [ground], contrast: contrast)) }
    return .rgb(read)
  }

  /// The first sixteen places as files call them.
  static let names: [String] = {
    let plain = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return plain + plain.map { "bright-" + $0 }
  }()

  /// `#rrggbb`, `default`, or one of ``names``.
  init?(_ text: String) {
    if text == "default" {
      self = .terminal
    } else if let place = Self.names.firstIndex(of: text) {
      self = .palette(UInt8(place))
    } else if text.utf8.count == 7, text.hasPrefix("#"), let value = UInt32(text.dropFirst(), radix: 16) {
      self = .rgb(RGB(value))
    } else {
      return nil
    }
  }
}

/// A colour of sRGB.
struct RGB: Hashable, Sendable {
  var red, green, blue: UInt8

  init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

  /// `0xRRGGBB`.
  init(_ value: UInt32) {
    self.init(red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }

  /// A place of the 256-colour palette from 16 on: the cube of six levels, then the greys.
  init(place: UInt8) {
    guard place < 232 else {
      let grey = 8 + 10 * (place - 232)
      self.init(red: grey, green: grey, blue: grey)
      return
    }
    let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    let cube = Int(max(place, 16)) - 16
    self.init(red: levels[cube / 36], green: levels[cube / 6 % 6], blue: levels[cube % 6])
  }

  // MARK: - How it is seen

  /// 0…1 (WCAG 2.2, "relative luminance").
  var luminance: Double {
    let (red, green, blue) = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  /// 1…21 (WCAG 2.2, "contrast ratio").
  func contrast(to other: RGB) -> Double {
    let (one, two) = (luminance + 0.05, other.luminance + 0.05)
    return max(one, two) / min(one, two)
  }

  private var linear: (Double, Double, Double) {
    func linear(_ value: UInt8) -> Double {
      let share = Double(value) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return (linear(red), linear(green), linear(blue))
  }

  /// Ottosson's Oklab, in which colours that are seen alike lie near one another.
  var lab: Lab {
    let (r, g, b) = linear
    let l = pow(0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b, 1 / 3)
    let m = pow(0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b, 1 / 3)
    let s = pow(0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b, 1 / 3)
    return Lab(
      lightness: 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
      a: 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s, b: 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s
    )
  }

  struct Lab: Hashable, Sendable {
    /// What has less chroma has no hue that is seen.
    static let grey = 0.04

    var lightness, a, b: Double

    /// How far from grey.
    var chroma: Double { (a * a + b * b).squareRoot() }

    /// Its square: for comparing.
    func distance(to other: Lab) -> Double {
      let (l, a, b) = (lightness - other.lightness, a - other.a, b - other.b)
      return l * l + a * a + b * b
    }

    /// The cosine of the angle between two hues.
    func likeness(to other: Lab) -> Double { (a * other.a + b * other.b) / max(1e-9, chroma * other.chroma) }
  }

  /// Of its hue, as near to it as has that contrast: with as much chroma as a screen shows of it.
  fileprivate func read(on ground: RGB, contrast: Double) -> RGB {
    var lab = lab
    let end = ground.contrast(to: RGB(0)) > ground.contrast(to: RGB(0xFFFFFF)) ? 0.0 : 1.0
    while abs(end - lab.lightness) > 0.01 {
      lab.lightness += end > 0 ? 0.01 : -0.01
      let color = RGB(lab)
      if color.contrast(to: ground) >= contrast { return color }
    }
    return end > 0 ? RGB(0xFFFFFF) : RGB(0)
  }

  /// What of it a screen shows: with less chroma where it shows no such colour.
  private init(_ lab: Lab) {
    var lab = lab
    while true {
      let (a, b) = (lab.a, lab.b)
      let l = pow(lab.lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b, 3)
      let m = pow(lab.lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b, 3)
      let s = pow(lab.lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b, 3)
      let shares = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s, -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
      ]
      if lab.chroma < 0.001 || shares.allSatisfy({ (-0.0005...1.0005).contains($0) }) {
        let bytes = shares.map { share -> UInt8 in
          let share = min(1, max(0, share))
          return UInt8((255 * (share <= 0.003_130_8 ? share * 12.92 : 1.055 * pow(share, 1 / 2.4) - 0.055)).rounded())
        }
        self.init(red: bytes[0], green: bytes[1], blue: bytes[2])
        return
      }
      (lab.a, lab.b) = (a * 0.97, b * 0.97)
    }
  }

  private struct Place {
    let place: UInt8
    let color: RGB
    let lab: Lab
  }

  private static let palette = (16...255).map { (place: Int) -> Place in
    let color = RGB(place: UInt8(place))
    return Place(place: UInt8(place), color: color, lab: color.lab)
  }

  /// The place of the palette that looks most like it. The first sixteen are the user's, and may look like anything.
  var nearestPlace: UInt8 { nearestPlace(readOn: [], contrast: 1) }

  /// The place for a text: that looks most like it among those with that contrast and of its hue, as far as there are such.
  func nearestPlace(readOn grounds: [RGB], contrast: Double) -> UInt8 {
    let lab = lab
    var places = Self.palette
    func keep(_ isKept: (Place) -> Bool) {
      let kept = places.filter(isKept)
      if !kept.isEmpty { places = kept }
    }
    keep { place in grounds.allSatisfy { place.color.contrast(to: $0) >= contrast } }
    if !grounds.isEmpty, lab.chroma >= Lab.grey { keep { $0.lab.chroma >= Lab.grey && $0.lab.likeness(to: lab) > 0.8 } }
    return places.min { $0.lab.distance(to: lab) < $1.lab.distance(to: lab) }?.place ?? 255
  }
}
