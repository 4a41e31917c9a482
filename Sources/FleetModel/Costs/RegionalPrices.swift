/// On-demand Linux prices of 2025-03-02 in the common regions outside us-east-1, us-east-2 and us-west-2: AWS's price list as apache-libcloud
/// 3.9.1 carries it. A family is here only where several of its sizes agree on the same price of `xlarge`; anything else is unknown there.
enum RegionalPrices {
  static let date = "2025-03-02"

  /// US dollars an hour of a family's `xlarge`, family by family.
  static let xlarge: [Region: String] = [
    "us-west-1": """
    c5 0.212 c5a 0.19 c5d 0.24 c5n 0.27 c6a 0.1908 c6g 0.1696 c6gd 0.192 c6gn 0.216 c6i 0.212 c6in 0.2835 c7g 0.1802 \
    c7i 0.2226 m5 0.224 m5a 0.202 m5ad 0.244 m5d 0.266 m6a 0.2016 m6g 0.1792 m6gd 0.212 m6i 0.224 m6idn 0.36688 \
    m6in 0.32488 m7g 0.1904 m7i 0.2352 m7i-flex 0.22344 r5 0.28 r5a 0.252 r5ad 0.296 r5d 0.324 r5n 0.338 r6a 0.252 \
    r6g 0.224 r6gd 0.26 r6i 0.28 r7g 0.238 r7i 0.294 t3 0.1984 t3a 0.17855 t4g 0.16
    """,
    "ca-central-1": """
    c5 0.186 c5a 0.168 c5d 0.212 c5n 0.236 c6a 0.1674 c6g 0.1488 c6gd 0.1696 c6gn 0.1892 c6i 0.186 c6id 0.2226 c6in 0.2478 \
    c7g 0.158119 c7i 0.1953 m5 0.214 m5a 0.192 m5ad 0.23 m5d 0.252 m6a 0.1926 m6g 0.1712 m6gd 0.2016 m6i 0.214 m6id 0.2646 \
    m6idn 0.34836 m6in 0.31036 m7g 0.181919 m7i 0.2247 m7i-flex 0.21346 r5 0.276 r5a 0.248 r5ad 0.288 r5b 0.326 r5d 0.316 \
    r5n 0.326 r6a 0.2484 r6g 0.2208 r6gd 0.2528 r6i 0.276 r7g 0.2346 r7i 0.2898 t3 0.1856 t3a 0.1664 t4g 0.1472
    """,
    "eu-west-1": """
    c5 0.192 c5a 0.172 c5ad 0.196 c5d 0.218 c5n 0.244 c6a 0.16416 c6g 0.145925 c6gd 0.1744 c6gn 0.1952 c6id 0.2289 \
    c6in 0.2562 c7a 0.22024 c7g 0.155037 c7gn 0.282 m5 0.214 m5a 0.192 m5ad 0.23 m5d 0.252 m5dn 0.304 m5n 0.266 m6a 0.1926 \
    m6g 0.172 m6gd 0.2016 m6i 0.214 m6id 0.2646 m6idn 0.35568 m6in 0.31122 m7a 0.2584 m7g 0.1819 m7i 0.2247 \
    m7i-flex 0.21346 r5 0.282 r5a 0.254 r5ad 0.292 r5b 0.334 r5d 0.32 r5dn 0.372 r5n 0.334 r6a 0.2538 r6g 0.2256 \
    r6gd 0.256 r6i 0.282 r6id 0.336 r6idn 0.43524 r6in 0.39078 r7a 0.34052 r7g 0.2397 r7i 0.2961 r7iz 0.416 t3 0.1824 \
    t3a 0.1632 t4g 0.1472
    """,
    "eu-west-2": """
    c5 0.202 c5a 0.182 c5d 0.23 c5n 0.256 c6a 0.1818 c6g 0.1616 c6gd 0.184 c6gn 0.205 c6i 0.202 c6id 0.2415 c6in 0.2688 \
    c7g 0.171717 c7i 0.2121 m5 0.222 m5a 0.2 m5ad 0.24 m5d 0.262 m6a 0.1998 m6g 0.1776 m6gd 0.2096 m6i 0.222 m6id 0.2751 \
    m7g 0.188719 m7i 0.2331 m7i-flex 0.22144 r5 0.296 r5a 0.266 r5ad 0.308 r5b 0.35 r5d 0.338 r5n 0.35 r6g 0.2368 \
    r6gd 0.2704 r6i 0.296 r6id 0.3549 r7g 0.2516 r7i 0.3108 t3 0.1888 t3a 0.1699 t4g 0.1504
    """,
    "eu-west-3": """
    c5 0.202 c5a 0.182 c5d 0.23 c5n 0.256 c6gd 0.184 c6gn 0.205 c6in 0.2688 c7g 0.171717 c7i 0.2121 m5 0.224 m5a 0.202 \
    m5ad 0.242 m5d 0.264 m6a 0.2016 m6g 0.18 m6gd 0.2112 m6i 0.224 m7g 0.1904 m7i 0.2352 m7i-flex 0.22344 r5 0.296 \
    r5a 0.266 r5ad 0.306 r5d 0.338 r5dn 0.392 r5n 0.35 r6g 0.236 r6gd 0.2704 r6i 0.296 r7i 0.3108 t3 0.1888 t3a 0.1699 \
    t4g 0.1504
    """,
    "eu-central-1": """
    c5 0.194 c5a 0.174 c5ad 0.2 c5d 0.222 c5n 0.246 c6a 0.1746 c6g 0.1552 c6gd 0.178 c6gn 0.1972 c6i 0.194 c6id 0.2331 \
    c6in 0.2583 c7a 0.23426 c7g 0.1649 c7i 0.2037 m5 0.23 m5a 0.208 m5ad 0.25 m5d 0.272 m5dn 0.324 m5n 0.282 m6a 0.207 \
    m6g 0.184 m6gd 0.218 m6i 0.23 m6id 0.2856 m6idn 0.37908 m6in 0.32994 m7a 0.27772 m7g 0.195519 m7i 0.2415 \
    m7i-flex 0.22942 r5 0.304 r5a 0.274 r5ad 0.316 r5b 0.356 r5d 0.346 r5dn 0.398 r5n 0.356 r6a 0.2736 r6g 0.2432 \
    r6gd 0.276 r6i 0.304 r6id 0.3633 r6idn 0.46566 r6in 0.41652 r7a 0.36708 r7g 0.2584 r7i 0.3192 r7iz 0.45 t3 0.192 \
    t3a 0.1728 t4g 0.1536
    """,
    "eu-north-1": """
    c5 0.182 c5a 0.164 c5d 0.208 c5n 0.232 c6g 0.146 c6gd 0.1664 c6gn 0.186 c6i 0.182 c6in 0.2436 c7a 0.21976 c7g 0.154719 \
    c7i 0.1911 m5 0.204 m5d 0.24 m6g 0.164 m6gd 0.192 m6i 0.204 m6idn 0.332 m6in 0.296 m7a 0.24632 m7g 0.1734 m7i 0.2142 \
    m7i-flex 0.2035 r5 0.268 r5b 0.31588 r5d 0.304 r5dn 0.354 r5n 0.318 r6g 0.214 r6gd 0.2432 r6i 0.268 r6idn 0.41418 \
    r6in 0.37206 r7a 0.3236 r7g 0.2278 r7i 0.2814 t3 0.1728 t4g 0.1376
    """,
    "ap-southeast-1": """
    c5 0.196 c5a 0.176 c5ad 0.202 c5d 0.224 c5n 0.248 c6a 0.1764 c6g 0.1568 c6gd 0.18 c6gn 0.198 c6i 0.196 c6id 0.2352 \
    c6in 0.2604 c7g 0.1666 c7i 0.2058 m5 0.24 m5a 0.216 m5ad 0.258 m5d 0.282 m5dn 0.334 m5n 0.292 m6a 0.216 m6g 0.192 \
    m6gd 0.226 m6i 0.24 m6id 0.2961 m6idn 0.39078 m6in 0.34164 m7g 0.204 m7i 0.252 m7i-flex 0.2394 r5 0.304 r5a 0.272 \
    r5ad 0.318 r5b 0.356 r5d 0.348 r5dn 0.4 r5n 0.356 r6a 0.2736 r6g 0.2432 r6gd 0.278 r6i 0.304 r6id 0.3654 r6idn 0.468 \
    r6in 0.41652 r7g 0.2584 r7i 0.3192 t3 0.2112 t3a 0.1888 t4g 0.1696
    """,
    "ap-southeast-2": """
    c5 0.222 c5a 0.2 c5ad 0.226 c5d 0.252 c5n 0.282 c6a 0.1998 c6g 0.1776 c6gd 0.202 c6gn 0.226 c6i 0.222 c6id 0.2646 \
    c6in 0.2961 c7g 0.188719 c7i 0.2331 m5 0.24 m5a 0.216 m5ad 0.26 m5d 0.284 m6a 0.216 m6g 0.192 m6gd 0.228 m6i 0.24 \
    m6id 0.2982 m6idn 0.40248 m6in 0.351 m7g 0.204 m7i 0.252 m7i-flex 0.2394 r5 0.302 r5a 0.272 r5ad 0.318 r5b 0.362 \
    r5d 0.348 r5dn 0.408 r5n 0.362 r6a 0.2718 r6g 0.2416 r6gd 0.278 r6i 0.302 r6idn 0.47736 r6in 0.42354 r7g 0.256719 \
    r7i 0.3171 t3 0.2112 t3a 0.1901 t4g 0.1696
    """,
    "ap-northeast-1": """
    c5 0.214 c5a 0.192 c5d 0.244 c5n 0.272 c6a 0.1926 c6g 0.1712 c6gd 0.196 c6gn 0.218 c6i 0.214 c6id 0.2562 c6in 0.2856 \
    c7a 0.2584 c7g 0.181925 c7gn 0.3148 c7i 0.2247 m5 0.248 m5a 0.224 m5ad 0.268 m5d 0.292 m5dn 0.35 m5n 0.306 m6a 0.2232 \
    m6g 0.198 m6gd 0.234 m6i 0.248 m6id 0.3066 m6idn 0.4095 m6in 0.35802 m7a 0.29946 m7g 0.2108 m7i 0.2604 \
    m7i-flex 0.24738 r5 0.304 r5a 0.274 r5ad 0.318 r5b 0.362 r5d 0.348 r5dn 0.406 r5n 0.362 r6a 0.2736 r6g 0.2432 \
    r6gd 0.278 r6i 0.304 r6id 0.3654 r6idn 0.47502 r6in 0.42354 r7a 0.36708 r7g 0.2584 r7i 0.3192 r7iz 0.454 t3 0.2176 \
    t3a 0.1952 t4g 0.1728
    """,
    "ap-south-1": """
    c5 0.17 c5a 0.094 c5d 0.198 c5n 0.216 c6a 0.0935 c6g 0.0852 c6gd 0.098 c6i 0.17 c6in 0.2268 c7i 0.1785 m5 0.202 \
    m5a 0.111083 m5ad 0.134208 m5d 0.244 m6a 0.1111 m6g 0.1012 m6gd 0.1208 m6i 0.202 m6id 0.2562 m6idn 0.3393 m6in 0.29016 \
    m7i 0.2121 m7i-flex 0.2015 r5 0.26 r5a 0.143 r5ad 0.166083 r5d 0.302 r5n 0.306 r6a 0.143 r6g 0.13 r6gd 0.149483 \
    r6i 0.26 r6id 0.3172 r7i 0.273 t3 0.1792 t3a 0.09855 t4g 0.0896
    """,
    "sa-east-1": """
    c5 0.262 c5a 0.236 c5ad 0.268 c5d 0.298 c5n 0.332 c6a 0.2358 c6g 0.2096 c6gd 0.238 c6gn 0.266 c6i 0.262 c6id 0.3129 \
    c6in 0.3486 c7g 0.222163 c7i 0.2751 m5 0.306 m5a 0.276 m5ad 0.33 m5d 0.36 m6a 0.2754 m6g 0.2448 m6gd 0.288 m6i 0.306 \
    m6id 0.378 m7g 0.2601 m7i 0.3213 m7i-flex 0.30524 r5 0.402 r5a 0.362 r5ad 0.416 r5b 0.474 r5d 0.456 r5n 0.472 \
    r6g 0.3216 r6gd 0.3648 r6i 0.402 r7g 0.340881 r7i 0.4221 t3 0.2688 t3a 0.2419 t4g 0.2144
    """,
  ]

  /// US dollars for a gigabyte and month: gp2 as AWS's price files carry it, gp3 a fifth below it (Amazon EBS pricing). Where no such file was
  /// at hand, storage is unknown until `prices --refresh`.
  static let storage: [Region: [String: Double]] = [
    "eu-west-1": ["gp2": 0.11, "gp3": 0.088],
    "eu-west-2": ["gp2": 0.116, "gp3": 0.0928],
    "eu-central-1": ["gp2": 0.119, "gp3": 0.0952],
  ]

  /// Sizes of the burstable families; the list rounds them to a hundredth of a cent.
  static let burstable: [(size: String, share: Double)] = [
    ("nano", 1.0 / 32), ("micro", 1.0 / 16), ("small", 1.0 / 8), ("medium", 0.25), ("large", 0.5), ("xlarge", 1), ("2xlarge", 2),
  ]

  /// Every price of a region, by instance type.
  static func hourly(_ region: Region) -> [String: Double] {
    var prices: [String: Double] = [:]
    let words = (xlarge[region] ?? "").split(separator: " ")
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      guard let price = Double(words[index + 1]) else { continue }
      let name = String(words[index])
      if name.hasPrefix("t") {
        for (size, share) in burstable { prices["\(name).\(size)"] = (price * share * 1e4).rounded() / 1e4 }
      } else if let family = PublishedPrices.families.first(where: { $0.name == name }) {
        // Of Graviton machines it rounds them too.
        let scale = name.dropFirst(2).hasPrefix("g") ? 1e4 : 1e6
        for (type, share) in family.types { prices[type] = (price * share * scale).rounded() / scale }
      }
    }
    return prices
  }
}
