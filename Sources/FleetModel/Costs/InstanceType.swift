/// An instance type's name, read: `m7i-flex.2xlarge` (EC2 User Guide, "Instance type naming conventions").
public struct InstanceType: Hashable, Sendable {
  public let name: String
  /// `m7i-flex`.
  public let family: Substring
  /// `2xlarge`.
  public let size: Substring

  public init?(_ name: String) {
    guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
    self.name = name
    family = name[..<dot]
    size = name[name.index(after: dot)...]
    guard !size.isEmpty else { return nil }
  }

  /// Whether it counts against the quota "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" (L-1216C47A).
  public var isStandard: Bool {
    guard let first = family.first, "acdhimrtz".contains(first) else { return false }
    // Families of those letters that have quotas of their own: high memory bandwidth, Inferentia, DL1, Trainium, Mac.
    return !["hpc", "inf", "dl", "trn", "mac"].contains { family.hasPrefix($0) }
  }

  /// Virtual processors at the type's default, which is what the quota counts; `nil` where the name doesn't tell.
  public var vcpus: Int? {
    if let exception = Self.exceptions[name] { return exception }
    let isBurstable = family.first == "t"
    switch size {
    case "nano", "micro": return isBurstable ? (family == "t2" || family == "t1" ? 1 : 2) : nil
    case "small": return isBurstable ? (family == "t2" ? 1 : 2) : nil
    case "medium": return isBurstable ? 2 : 1
    case "large": return 2
    case "xlarge": return 4
    case "metal": return Self.metal[String(family)]
    default:
      let unit =
        size.hasPrefix("metal-") && size.hasSuffix("xl")
        ? size.dropFirst("metal-".count).dropLast("xl".count) : size.dropLast("xlarge".count)
      guard size.hasSuffix("xlarge") || size.hasPrefix("metal-"), let count = Int(unit), (1...1000).contains(count) else { return nil }
      return 4 * count
    }
  }

  /// Of the generations before the rule, and the few that leave it.
  private static let exceptions: [String: Int] = [
    "m1.small": 1, "m1.medium": 1, "m2.xlarge": 2, "m2.2xlarge": 4, "m2.4xlarge": 8, "c1.medium": 2, "c1.xlarge": 8, "c4.8xlarge": 36,
    "d2.8xlarge": 36,
  ]
  private static let metal: [String: Int] = [
    "a1": 16, "c5": 96, "c5d": 96, "c5n": 72, "c6a": 192, "c6g": 64, "c6gd": 64, "c6i": 128, "c6id": 128, "c6in": 128, "c7g": 64,
    "c7gd": 64,
    "c7gn": 64, "i3": 72, "i3en": 96, "i4i": 128, "m5": 96, "m5d": 96, "m5dn": 96, "m5n": 96, "m5zn": 48, "m6a": 192, "m6g": 64, "m6gd": 64,
    "m6i": 128, "m6id": 128, "m6idn": 128, "m6in": 128, "m7g": 64, "m7gd": 64, "r5": 96, "r5b": 96, "r5d": 96, "r5dn": 96, "r5n": 96,
    "r6a": 192, "r6g": 64, "r6gd": 64, "r6i": 128, "r6id": 128, "r6idn": 128, "r6in": 128, "r7g": 64, "r7gd": 64, "z1d": 48,
  ]
}
