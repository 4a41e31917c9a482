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

  private static let palette: [(place: UInt8, lab: Lab)] = (16...255).map { (UInt8($0), RGB(place: UInt8($0)).lab) }

  /// The place of the palette that looks most like it. The first sixteen are the user's, and may look like anything.
  var nearestPlace: UInt8 {
    let lab = lab
    return Self.palette.min { $0.lab.distance(to: lab) < $1.lab.distance(to: lab) }?.place ?? 255
  }
}
