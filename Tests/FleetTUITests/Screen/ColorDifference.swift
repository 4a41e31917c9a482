import Foundation

@testable import FleetTUI

/// CIE L*a*b* under daylight (D65), in which differences are told by CIEDE2000.
struct CIELab {
  var lightness, a, b: Double

  init(lightness: Double, a: Double, b: Double) { (self.lightness, self.a, self.b) = (lightness, a, b) }

  /// - Parameter vision: what is seen of each primary, as linear light.
  init(_ color: RGB, seenBy vision: [Double]? = nil) {
    func linear(_ value: UInt8) -> Double {
      let share = Double(value) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    func mixed(_ matrix: [Double], _ color: [Double]) -> [Double] {
      (0..<3).map { row in (0..<3).reduce(0) { $0 + matrix[row * 3 + $1] * color[$1] } }
    }
    var light = [color.red, color.green, color.blue].map(linear)
    if let vision { light = mixed(vision, light).map { min(1, max(0, $0)) } }
    let matrix = [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.0721750, 0.0193339, 0.1191920, 0.9503041]
    let (white, xyz) = ([0.95047, 1, 1.08883], mixed(matrix, light))
    let f = zip(xyz, white).map { value, white -> Double in
      let share = value / white
      return share > 216.0 / 24389 ? pow(share, 1.0 / 3) : (24389.0 / 27 * share + 16) / 116
    }
    (lightness, a, b) = (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
  }

  /// How far from grey.
  var chroma: Double { hypot(a, b) }

  /// CIEDE2000 (Sharma, Wu and Dalal, 2005): 1 is hardly seen, from about 10 on two colours are told apart at a glance.
  func difference(to other: Self) -> Double {
    func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
    func hue(_ a: Double, _ b: Double) -> Double {
      guard a != 0 || b != 0 else { return 0 }
      let degrees = atan2(b, a) * 180 / .pi
      return degrees < 0 ? degrees + 360 : degrees
    }
    let mean = pow((hypot(a, b) + hypot(other.a, other.b)) / 2, 7)
    let stretch = 1 + 0.5 * (1 - (mean / (mean + 6_103_515_625)).squareRoot())
    let (a1, a2) = (a * stretch, other.a * stretch)
    let (c1, c2) = (hypot(a1, b), hypot(a2, other.b))
    let (h1, h2) = (hue(a1, b), hue(a2, other.b))
    var turn = c1 * c2 == 0 ? 0 : h2 - h1
    if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
    var middle = c1 * c2 == 0 ? h1 + h2 : (h1 + h2) / 2
    if c1 * c2 != 0, abs(h1 - h2) > 180 { middle += h1 + h2 < 360 ? 180 : -180 }
    let (light, chroma) = ((lightness + other.lightness) / 2, (c1 + c2) / 2)
    let t =
      1 - 0.17 * cos(radians(middle - 30)) + 0.24 * cos(radians(2 * middle)) + 0.32 * cos(radians(3 * middle + 6))
      - 0.2 * cos(radians(4 * middle - 63))
    let squared = (light - 50) * (light - 50)
    let l = (other.lightness - lightness) / (1 + 0.015 * squared / (20 + squared).squareRoot())
    let c = (c2 - c1) / (1 + 0.045 * chroma)
    let h = 2 * (c1 * c2).squareRoot() * sin(radians(turn / 2)) / (1 + 0.015 * chroma * t)
    let power = pow(chroma, 7)
    let rotation =
      -2 * (power / (power + 6_103_515_625)).squareRoot() * sin(radians(60 * exp(-pow((middle - 275) / 25, 2))))
    return (l * l + c * c + h * h + rotation * c * h).squareRoot()
  }
}
