extension PriceBook {
  /// On-demand Linux prices of us-east-1 on 2026-01-19, which are those of us-east-2 and us-west-2 too, and of other common regions on an
  /// earlier day.
  public static let builtin: PriceBook = {
    var prices = PublishedPrices.singles
    for family in PublishedPrices.families {
      for (type, share) in family.types { prices[type] = (family.xlarge * share * 1e6).rounded() / 1e6 }
    }
    let storage = ["gp2": 0.10, "gp3": 0.08]
    let regions: [Region] = ["us-east-1", "us-east-2", "us-west-2"]
    var book = PriceBook(
      source: "AWS price list, on-demand Linux", date: "2026-01-19", hourly: Dictionary(uniqueKeysWithValues: regions.map { ($0, prices) }),
      storage: Dictionary(uniqueKeysWithValues: regions.map { ($0, storage) }))
    for region in RegionalPrices.xlarge.keys {
      book.hourly[region] = RegionalPrices.hourly(region)
      book.dates[region] = RegionalPrices.date
    }
    book.storage.merge(RegionalPrices.storage) { $1 }
    return book
  }()
}

/// AWS's price list, written short. A family is here only if the price of each of its sizes is exactly its share of `xlarge`; where the
/// list rounds or leaves that rule, the size stands among the singles. Anything else is unknown.
enum PublishedPrices {
  struct Family {
    let name: String
    /// US dollars an hour.
    let xlarge: Double
    /// `medium`, `large`, `xlarge`, and how many times `xlarge` the others are.
    let sizes: String

    init(_ name: String, _ xlarge: Double, _ sizes: String) {
      self.name = name
      self.xlarge = xlarge
      self.sizes = sizes
    }

    /// Each of its types with how many times the price of `xlarge` it costs.
    var types: [(name: String, share: Double)] {
      sizes.split(separator: " ").map { size in
        let share: Double =
          switch size {
          case "medium": 0.25
          case "large": 0.5
          case "xlarge", "metal": 1
          default: Double(size) ?? 0
          }
        return ("\(name).\(Double(size) == nil ? String(size) : "\(size)xlarge")", share)
      }
    }
  }

  private static let to16 = "large xlarge 2 4 8 12 16"
  private static let to24 = "large xlarge 2 4 8 12 16 24"
  private static let to32 = "large xlarge 2 4 8 12 16 24 32"
  private static let to48 = "large xlarge 2 4 8 12 16 24 32 48"
  private static let intel7 = "large xlarge 2 4 8 12 16 24 48"
  private static let intelC5 = "large xlarge 2 4 9 12 18 24"

  static let families: [Family] = [
    Family("m5", 0.192, to24), Family("m5a", 0.172, to24), Family("m5ad", 0.206, to24), Family("m5d", 0.226, to24),
    Family("m5dn", 0.272, to24), Family("m5n", 0.238, to24),
    Family("m6a", 0.1728, to48), Family("m6g", 0.154, "medium " + to16), Family("m6gd", 0.1808, "medium " + to16),
    Family("m6i", 0.192, to32), Family("m6id", 0.2373, to32), Family("m6idn", 0.31824, to32), Family("m6in", 0.27846, to32),
    Family("m7a", 0.23184, "medium " + to48), Family("m7g", 0.1632, "medium " + to16), Family("m7i", 0.2016, intel7),
    Family("m7i-flex", 0.19152, to16),
    Family("c5", 0.17, intelC5), Family("c5a", 0.154, to24), Family("c5ad", 0.172, to24), Family("c5d", 0.192, intelC5),
    Family("c5n", 0.216, "large xlarge 2 4 9 18"),
    Family("c6a", 0.153, to48), Family("c6g", 0.136, "medium " + to16), Family("c6gd", 0.1536, "medium " + to16),
    Family("c6gn", 0.1728, "medium " + to16), Family("c6i", 0.17, to32), Family("c6id", 0.2016, to32), Family("c6in", 0.2268, to32),
    Family("c7a", 0.20528, "medium " + to48), Family("c7g", 0.145, to16), Family("c7gn", 0.2496, "medium " + to16),
    Family("c7i", 0.1785, intel7),
    Family("r5", 0.252, to24), Family("r5a", 0.226, to24), Family("r5ad", 0.262, to24), Family("r5b", 0.298, to24),
    Family("r5d", 0.288, to24), Family("r5dn", 0.334, to24), Family("r5n", 0.298, to24),
    Family("r6a", 0.2268, to48), Family("r6g", 0.2016, "medium " + to16), Family("r6gd", 0.2304, "medium " + to16),
    Family("r6i", 0.252, to32), Family("r6id", 0.3024, to32), Family("r6idn", 0.39078, to32), Family("r6in", 0.34866, to32),
    Family("r7a", 0.3043, to48), Family("r7g", 0.2142, to16), Family("r7i", 0.2646, intel7),
    Family("r7iz", 0.372, "large xlarge 2 4 8 12 16 32"),
  ]

  /// US dollars an hour.
  static let singles: [String: Double] = [
    "t2.nano": 0.0058, "t2.micro": 0.0116, "t2.small": 0.023, "t2.medium": 0.0464, "t2.large": 0.0928, "t2.xlarge": 0.1856,
    "t2.2xlarge": 0.3712,
    "t3.nano": 0.0052, "t3.micro": 0.0104, "t3.small": 0.0208, "t3.medium": 0.0416, "t3.large": 0.0832, "t3.xlarge": 0.1664,
    "t3.2xlarge": 0.3328,
    "t3a.nano": 0.0047, "t3a.micro": 0.0094, "t3a.small": 0.0188, "t3a.medium": 0.0376, "t3a.large": 0.0752, "t3a.xlarge": 0.1504,
    "t3a.2xlarge": 0.3008,
    "t4g.nano": 0.0042, "t4g.micro": 0.0084, "t4g.small": 0.0168, "t4g.medium": 0.0336, "t4g.large": 0.0672, "t4g.xlarge": 0.1344,
    "t4g.2xlarge": 0.2688,
    // Sizes that the list rounds.
    "c7g.medium": 0.0363, "r7g.medium": 0.0536, "r7a.medium": 0.07608,
    "c7gd.medium": 0.0454, "c7gd.large": 0.0907, "c7gd.xlarge": 0.1814, "c7gd.2xlarge": 0.3629, "c7gd.4xlarge": 0.7258,
    "c7gd.8xlarge": 1.4515, "c7gd.12xlarge": 2.1773, "c7gd.16xlarge": 2.903,
    "m7gd.medium": 0.0534, "m7gd.large": 0.1068, "m7gd.xlarge": 0.2136, "m7gd.2xlarge": 0.4271, "m7gd.4xlarge": 0.8543,
    "m7gd.8xlarge": 1.7086, "m7gd.12xlarge": 2.5628, "m7gd.16xlarge": 3.4171,
    "r7gd.medium": 0.068, "r7gd.large": 0.1361, "r7gd.xlarge": 0.2722, "r7gd.2xlarge": 0.5443, "r7gd.4xlarge": 1.0886,
    "r7gd.8xlarge": 2.1773, "r7gd.12xlarge": 3.2659, "r7gd.16xlarge": 4.3546,
    "c7i-flex.large": 0.08479, "c7i-flex.xlarge": 0.16958, "c7i-flex.2xlarge": 0.33915, "c7i-flex.4xlarge": 0.6783,
    "c7i-flex.8xlarge": 1.3566, "c7i-flex.12xlarge": 2.0349, "c7i-flex.16xlarge": 2.7132,
    "m5zn.large": 0.1652, "m5zn.xlarge": 0.3303, "m5zn.2xlarge": 0.6607, "m5zn.3xlarge": 0.991, "m5zn.6xlarge": 1.982,
    "m5zn.12xlarge": 3.9641,
    // Bare metal.
    "m5.metal": 4.608, "m5d.metal": 5.424, "m5dn.metal": 6.528, "m5n.metal": 5.712, "m5zn.metal": 4.3605, "m6a.metal": 8.2944,
    "m6g.metal": 2.6112, "m6gd.metal": 3.0664, "m6i.metal": 6.144, "m7g.metal": 2.6112, "m7i.metal-24xl": 5.32224, "m7i.metal-48xl": 9.6768,
    "c5.metal": 4.08, "c5d.metal": 4.608, "c5n.metal": 3.888, "c6a.metal": 7.344, "c6g.metal": 2.3066, "c6gd.metal": 2.6051,
    "c6i.metal": 5.44, "c7g.metal": 2.32, "c7i.metal-24xl": 4.7124, "c7i.metal-48xl": 8.568, "r5.metal": 6.048, "r5b.metal": 7.8672,
    "r5d.metal": 6.912, "r6a.metal": 10.8864, "r6g.metal": 3.4191, "r6i.metal": 8.064, "r7g.metal": 3.4272, "r7i.metal-24xl": 6.98544,
    "r7i.metal-48xl": 12.7008,
  ]
}
