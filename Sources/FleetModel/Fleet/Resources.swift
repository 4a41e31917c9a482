/// What each region holds beside its machines, and how many vCPUs may run there.
struct Resources: Sendable {
  /// Volumes, addresses and security groups, where they were asked for.
  private(set) var read: [Region: RegionResources] = [:]
  /// How many standard on-demand vCPUs may run in a region, where Service Quotas told.
  private(set) var vcpuLimits: [Region: Int] = [:]
  /// Why a region's limit isn't known.
  private(set) var vcpuProblems: [Region: String] = [:]

  /// - Returns: whether it was kept: what is older isn't, and a list that failed is not an empty one: what was read before stays, and ages.
  mutating func keep(_ resources: RegionResources, of region: Region) -> Bool {
    if let known = read[region], known.at > resources.at || resources.lacks(of: known) { return false }
    read[region] = resources
    return true
  }

  /// A limit once told stands until another is.
  mutating func noteLimit(of region: Region, _ limit: Int?, problem: String?) {
    if let limit { vcpuLimits[region] = limit }
    vcpuProblems[region] = limit == nil ? problem : nil
  }

  func checkInvariants() -> [String] {
    vcpuLimits.filter { !Plausible.quota.contains($0.value) }.map { "nobody can mean a limit of \($0.value) vCPUs in \($0.key)" }
  }
}
