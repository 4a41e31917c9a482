extension Fleet {
  mutating func noteResources(_ read: RegionResources, _ event: FleetEvent) {
    guard case .ec2(let region) = event.source, resourceTable.keep(read, of: region) else { return }
    markChanged(event.source)
  }

  /// How many standard on-demand vCPUs may run in all regions together; `nil` where one didn't tell.
  public var vcpuLimit: Int? {
    guard !regions.isEmpty, regions.allSatisfy({ vcpuLimits[$0] != nil }) else { return nil }
    return vcpuLimits.values.reduce(0, +)
  }

  mutating func noteVCPULimit(_ limit: Int?, _ problem: String?, _ event: FleetEvent) {
    guard case .ec2(let region) = event.source else { return }
    resourceTable.noteLimit(of: region, limit.flatMap { Plausible.quota.contains($0) ? $0 : nil }, problem: problem)
    markChanged(event.source)
  }
}
