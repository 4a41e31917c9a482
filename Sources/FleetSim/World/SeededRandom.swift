/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014): the same seed gives the same fleet everywhere.
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }

  /// A duration around `seconds`, as boots scatter: mostly near it, now and then much longer.
  mutating func duration(_ seconds: Double) -> Double {
    let spread = Double.random(in: 0.8...1.25, using: &self)
    return seconds * (chance(0.06) ? spread * 1.7 : spread)
  }

  mutating func hex(_ digits: Int) -> String {
    var text = ""
    while text.utf8.count < digits {
      let part = String(next(), radix: 16)
      text += String(repeating: "0", count: 16 - part.utf8.count) + part
    }
    return String(text.prefix(digits))
  }

  /// A version 4 UUID (RFC 9562 §5.4).
  mutating func uuid() -> String {
    let digits = Array(hex(32).utf8)
    var out: [UInt8] = []
    out.reserveCapacity(36)
    for (index, digit) in digits.enumerated() {
      if index == 8 || index == 12 || index == 16 || index == 20 { out.append(UInt8(ascii: "-")) }
      switch index {
      case 12: out.append(UInt8(ascii: "4"))
      case 16: out.append(Array("89ab".utf8)[Int(digit) & 3])
      default: out.append(digit)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  mutating func pick<Element>(_ choices: [Element], else fallback: Element) -> Element { choices.randomElement(using: &self) ?? fallback }
}
