import Testing

@testable import FleetModel

private let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
private let acme = OrgRow(id: "org-acme", slug: "acme", status: .running)
private let cinder = OrgRow(id: "org-cinder", slug: "cinder", status: .failed)

private func machine(
  _ id: InstanceID, _ type: String? = "t3.large", role: String? = "workspace", org: String? = "org-acme", workspace: String? = nil,
  state: InstanceState = .running, region: Region = "us-east-2", launched: String = "2026-11-24T01:00:00Z", ip: String? = nil,
  spot: Bool = false,
  reason: String? = nil, volumes: [ResourceID] = []
) -> InstanceRow {
  var tags = ["ManagedBy": "molecule-cp"]
  tags["Role"] = role
  tags["OrgID"] = org
  tags["WorkspaceID"] = workspace
  return InstanceRow(
    id: id, region: region, state: state, type: type, launchedAt: Timestamp(rfc3339: launched), publicIP: ip, isSpot: spot,
    stateReason: reason,
    volumes: volumes, tags: Tags(tags))
}

private func resources(_ volumes: RegionResources.Listing<VolumeRow>, addresses: [AddressRow] = []) -> FleetEvent.Change {
  .resources(
    RegionResources(at: now, volumes: volumes, addresses: .complete(addresses), securityGroups: .complete([]), interfaces: .complete([])))
}

private func fleet(_ machines: [InstanceRow], orgs: [OrgRow] = [acme, cinder], _ more: [FleetEvent] = []) -> Fleet {
  var fleet = Fleet()
  fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(orgs, limit: 500, unreadable: 0)))
  for region in Set(machines.map(\.region)).sorted() {
    fleet.apply(
      FleetEvent(source: .ec2(region), at: now, change: .instances(machines.filter { $0.region == region }, complete: true, problem: nil)))
  }
  for event in more { fleet.apply(event) }
  return fleet
}

private func report(_ fleet: Fleet, _ prices: PriceBook = .builtin, settings: OrphanSettings = OrphanSettings()) -> CostReport {
  var fleet = fleet
  let settings = FleetSettings(orphans: settings, prices: prices)
  fleet.apply(FleetEvent(source: .here, at: now, change: .configured(settings)))
  fleet.judge(at: now)
  return CostReport(of: fleet, at: now)
}

private func near(_ left: Double?, _ right: Double) -> Bool { left.map { abs($0 - right) < 1e-9 } ?? false }

@Suite struct CostPriceBookTests {
  @Test(
    arguments: [
      ("t3.small", 0.0208), ("t3.medium", 0.0416), ("t3.large", 0.0832), ("t2.small", 0.023), ("t2.nano", 0.0058), ("t4g.nano", 0.0042),
      ("m5.8xlarge", 1.536), ("m5a.24xlarge", 4.128), ("m6g.medium", 0.0385), ("m6g.metal", 2.6112), ("m7a.48xlarge", 11.12832),
      ("m7i.12xlarge", 2.4192), ("m7i-flex.large", 0.09576), ("c5.9xlarge", 1.53), ("c6a.large", 0.0765), ("c7g.medium", 0.0363),
      ("c7g.16xlarge", 2.32), ("c7a.medium", 0.05132), ("c7i.metal-24xl", 4.7124), ("r5.large", 0.126), ("r6id.32xlarge", 9.6768),
      ("r7a.large", 0.15215), ("r7a.medium", 0.07608), ("r7gd.4xlarge", 1.0886), ("r7g.metal", 3.4272),
    ])
  func theBookHoldsThePublishedPrice(type: String, price: Double) {
    for region: Region in ["us-east-1", "us-east-2", "us-west-2"] { #expect(PriceBook.builtin.hourly[region]?[type] == price) }
  }

  @Test(
    arguments: [
      ("eu-west-1", "t3.small", 0.0228), ("eu-west-1", "t3.nano", 0.0057), ("eu-west-1", "m5.large", 0.107),
      ("eu-central-1", "c5.xlarge", 0.194),
      ("eu-central-1", "t3.large", 0.096), ("ap-northeast-1", "r5.large", 0.152), ("sa-east-1", "t3.small", 0.0336),
      ("ap-southeast-1", "m6i.4xlarge", 0.96), ("us-west-1", "t3.medium", 0.0496),
    ] as [(Region, String, Double)])
  func otherCommonRegionsHaveTheirOwnPrices(region: Region, type: String, price: Double) {
    #expect(abs((PriceBook.builtin.hourly[region]?[type] ?? 0) - price) < 1e-6)
    // Unknown where AWS's own price was not at hand, never another region's.
    let isPublished = ["eu-west-1", "eu-west-2", "eu-central-1"].contains(region)
    #expect((PriceBook.builtin.storage[region]?["gp3"] != nil) == isPublished)
    #expect(PriceBook.builtin.date(in: ["us-east-2", region]) == "2025-03-02" && PriceBook.builtin.date(in: ["us-east-2"]) == "2026-01-19")
  }

  @Test func whatWasNotPublishedIsUnknown() {
    for type in ["x9.huge", "m5.32xlarge", "c7g.24xlarge", "t3.4xlarge", "m5a.metal", "", "t3"] {
      #expect(PriceBook.builtin.hourly["us-east-2"]?[type] == nil, "\(type)")
      #expect(PriceBook.builtin.hourly(of: machine("i-1", type)) == nil)
    }
    #expect(PriceBook.builtin.hourly(of: machine("i-1", nil)) == nil)
    #expect(PriceBook.builtin.hourly(of: machine("i-1", region: "mars-east-1")) == nil)
    #expect(PriceBook.builtin.hourly(of: machine("i-1", spot: true)) == nil, "a spot machine costs what the market says")
  }

  @Test(arguments: [InstanceState.pending, .stopping, .stopped, .shuttingDown, .terminated])
  func onlyARunningMachineIsBilled(state: InstanceState) {
    #expect(PriceBook.builtin.hourly(of: machine("i-1", state: state)) == 0)
    #expect(PriceBook.builtin.hourly(of: machine("i-1", "x9.huge", state: state)) == 0)
    #expect(PriceBook.builtin.hourly(of: machine("i-1", state: .unknown("dreaming"))) == nil)
  }

  @Test func aNewerBookAddsItsFiguresAndAnOlderOneNone() {
    let newer = PriceBook(source: "list", date: "2026-11-01", hourly: ["us-east-2": ["t3.large": 0.09], "mars-east-1": ["t3.large": 0.1]])
    let both = PriceBook.builtin.updated(by: newer)
    #expect(both.hourly["us-east-2"]?["t3.large"] == 0.09)
    #expect(both.hourly["us-east-2"]?["t3.small"] == 0.0208)
    #expect(both.hourly["mars-east-1"] == ["t3.large": 0.1])
    #expect(both.date == "2026-11-01" && both.source.contains("2026-01-19"))
    #expect(newer.updated(by: .builtin) == newer)
  }

  @Test func theConfigurationsOwnFiguresWin() {
    let book = PriceBook.builtin.overridden(by: ["t3.large": 0.05, "gp3": 0.07, "public_ipv4": 0], in: ["us-east-2"])
    #expect(book.hourly["us-east-2"]?["t3.large"] == 0.05)
    #expect(book.hourly["us-east-1"]?["t3.large"] == 0.0832)
    #expect(book.storage["us-east-2"]?["gp3"] == 0.07)
    #expect(book.publicIPv4Hourly == 0)
    #expect(PriceBook.builtin.overridden(by: [:], in: ["us-east-2"]) == .builtin)
  }
}

@Suite struct CostReportTests {
  @Test func computeIsPaidByTheSecondAndAMinuteAtLeast() {
    let report = report(
      fleet([
        machine("i-two-hours"), machine("i-ten-seconds", launched: "2026-11-24T02:59:50Z"),
        machine("i-ninety", launched: "2026-11-24T02:58:30Z"),
        machine("i-of-tomorrow", launched: "2026-11-25T00:00:00Z"), machine("i-pending", state: .pending),
      ]))
    #expect(near(report.instances["i-two-hours"]?.sinceLaunch, 0.0832 * 2))
    #expect(near(report.instances["i-ten-seconds"]?.sinceLaunch, 0.0832 / 60))
    #expect(near(report.instances["i-ninety"]?.sinceLaunch, 0.0832 / 40))
    #expect(near(report.instances["i-of-tomorrow"]?.sinceLaunch, 0.0832 / 60), "a clock that is ahead")
    #expect(report.instances["i-pending"]?.sinceLaunch == 0)
  }

  @Test func aStoppedMachinePaidUntilItStopped() {
    let report = report(
      fleet([
        machine("i-1", state: .stopped, reason: "User initiated (2026-11-24 02:00:00 GMT)"), machine("i-2", state: .stopped),
        machine("i-3", state: .stopped, reason: "Server.SpotInstanceShutdown (someday)"),
      ]))
    #expect(near(report.instances["i-1"]?.sinceLaunch, 0.0832))
    #expect(report.instances["i-1"]?.hourly == 0)
    #expect(report.instances["i-2"]?.sinceLaunch == nil && report.instances["i-3"]?.sinceLaunch == nil)
    #expect(report.orgs["org-acme"]?.sinceLaunch.exact == nil)
  }

  @Test func aMonthBeginsOnItsFirstDay() {
    let report = report(
      fleet([
        machine("i-old", launched: "2026-09-01T00:00:00Z"), machine("i-new"),
        machine("i-october", state: .stopped, launched: "2026-10-01T00:00:00Z", reason: "User initiated (2026-10-02 00:00:00 GMT)"),
      ]))
    #expect(near(report.instances["i-old"]?.thisMonth, 0.0832 * (23 * 24 + 3)))
    #expect(near(report.instances["i-new"]?.thisMonth, 0.0832 * 2))
    #expect(report.instances["i-october"]?.thisMonth == 0)
  }

  @Test func storageIsWhatIsAttachedWhateverTheState() {
    let volumes = [
      VolumeRow(id: "vol-1", region: "us-east-2", size: 80, type: "gp3", state: "in-use", instances: ["i-1"]),
      VolumeRow(id: "vol-2", region: "us-east-2", size: 100, type: "gp2", state: "in-use", instances: ["i-1"]),
      VolumeRow(id: "vol-3", region: "us-east-2", size: 30, type: "gp3", state: "in-use", instances: ["i-stopped"]),
      VolumeRow(id: "vol-4", region: "us-east-2", size: 30, type: "io2", state: "in-use", instances: ["i-fast"]),
      VolumeRow(id: "vol-5", region: "us-east-2", size: 500, type: "gp3", state: "available"),
    ]
    let report = report(
      fleet(
        [
          machine("i-1", volumes: ["vol-1", "vol-2"]), machine("i-stopped", state: .stopped, volumes: ["vol-3"]),
          machine("i-fast", volumes: ["vol-4"]), machine("i-young", volumes: ["vol-unlisted"]), machine("i-bare"),
          machine("i-west", region: "us-west-2"),
        ], [FleetEvent(source: .ec2("us-east-2"), at: now, change: resources(.complete(volumes)))]))
    #expect(near(report.instances["i-1"]?.storageMonthly, 80 * 0.08 + 100 * 0.10))
    #expect(near(report.instances["i-stopped"]?.storageMonthly, 2.4))
    #expect(report.instances["i-fast"]?.storageMonthly == .some(nil), "provisioned IOPS are in no book of ours")
    #expect(report.instances["i-young"]?.storageMonthly == .some(nil))
    #expect(report.instances["i-bare"]?.storageMonthly == 0)
    #expect(report.instances["i-west"]?.storageMonthly == .some(nil), "nobody read that region's volumes")
  }

  @Test func volumesThatMayNotBeReadLeaveStorageUnknownAndTheRestAsItWas() {
    let report = report(
      fleet([machine("i-1", ip: "198.51.100.7")], [FleetEvent(source: .ec2("us-east-2"), at: now, change: resources(.notAllowed("no")))]))
    #expect(report.cost(of: "org-acme")?.storageMonthly.exact == nil)
    #expect(near(report.cost(of: "org-acme")?.hourly.exact, 0.0832))
    #expect(near(report.cost(of: "org-acme")?.addressMonthly.exact, 3.65))
  }

  @Test func anAddressIsPaidOnceAlsoWhenItIsElastic() {
    let elastic = [
      AddressRow(id: "eipalloc-1", region: "us-east-2", publicIP: "198.51.100.7", association: "a", instance: "i-1"),
      AddressRow(id: "eipalloc-2", region: "us-east-2", publicIP: "198.51.100.8", association: "b", instance: "i-1"),
      AddressRow(id: "eipalloc-3", region: "us-east-2", publicIP: "198.51.100.9"),
    ]
    let report = report(
      fleet(
        [machine("i-1", ip: "198.51.100.7"), machine("i-2")],
        [FleetEvent(source: .ec2("us-east-2"), at: now, change: resources(.complete([]), addresses: elastic))]))
    #expect(near(report.instances["i-1"]?.addressMonthly, 7.30))
    #expect(report.instances["i-2"]?.addressMonthly == 0)
  }

  @Test func sumsAreOfTheEnvironmentsOwnMachines() {
    var foreign = machine("i-foreign", role: nil)
    foreign.tags["ManagedBy"] = nil
    let report = report(
      fleet([
        machine("i-t", "t3.small", role: "tenant"), machine("i-w"), machine("i-c", "t3.small", role: "tenant", org: "org-cinder"), foreign,
        machine("i-dead", state: .terminated),
      ]))
    #expect(near(report.cost(of: "org-acme")?.hourly.exact, 0.104))
    #expect(near(report.cost(of: "org-acme")?.monthly, 75.92))
    #expect(report.roles[.tenant]?.count == 2 && near(report.roles[.tenant]?.hourly.exact, 0.0416))
    #expect(report.roles[.workspace]?.count == 1)
    #expect(near(report.total.hourly.exact, 0.1248))
    #expect(report.cost(of: "org-without-machines")?.hourly.exact == 0)
  }

  @Test func oneUnknownTypeMakesItsSumsUnknownAndIsNamed() {
    let report = report(
      fleet([
        machine("i-1"), machine("i-2", "x9.huge"), machine("i-3", "t3.large", org: "org-cinder", spot: true),
        machine("i-4", "z9.off", org: "org-none", state: .stopped),
      ]))
    #expect(report.cost(of: "org-acme")?.hourly.exact == nil)
    #expect(near(report.cost(of: "org-acme")?.hourly.known, 0.0832))
    #expect(report.total.hourly.exact == nil && report.total.monthly == nil)
    #expect(report.unpriced == ["t3.large (spot)", "x9.huge"])
  }

  @Test func aMachineInAnUnknownStateIsNoUnknownPrice() {
    let report = report(fleet([machine("i-1"), machine("i-odd", "t3.small", state: .unknown("rebooting"))]))
    #expect(report.unpriced == [] && report.stateUnknown == ["i-odd"])
    #expect(report.total.hourly.exact == nil && near(report.total.hourly.known, 0.0832))
  }

  @Test func rolesAddUpToTheTotalAndWasteIsToldByMachine() {
    let report = report(
      fleet([machine("i-1"), machine("i-2", "t3.small", role: nil), machine("i-gone", "t3.small", role: "tenant", org: "org-none")]))
    #expect(report.withoutRole.count == 1)
    let roles = report.roles.values.reduce(report.withoutRole.hourly.known) { $0 + $1.hourly.known }
    #expect(near(roles, report.total.hourly.known))
    #expect(report.wasted == ["i-gone": .orphan])
  }

  @Test func aRegionThatNeverAnsweredLeavesEverySumUnknown() {
    let failed = FleetEvent(source: .ec2("us-west-2"), at: now, change: .failed("no"))
    let report = report(fleet([machine("i-1")], [failed]))
    #expect(!report.knowsMachines)
    #expect(report.cost(of: "org-acme") == nil && report.wastedHourly == nil && report.failedMinute == nil)
    #expect(!CostReportTests.none.knowsMachines)
  }

  private static let none = report(fleet([]))

  @Test func wasteIsWhatNobodyHasAnythingOf() {
    let rows: [WorkspaceRow] = [
      WorkspaceRow(id: "ws-on", name: "a", status: .online), WorkspaceRow(id: "ws-failed", name: "b", status: .failed),
      WorkspaceRow(id: "ws-paused", name: "c", status: .paused),
    ]
    let fleet = fleet(
      [
        machine("i-on", workspace: "ws-on"), machine("i-failed", "t3.medium", workspace: "ws-failed"),
        machine("i-paused", workspace: "ws-paused"),
        machine("i-gone", org: "org-gone"), machine("i-off", workspace: "ws-on", state: .stopped),
        machine("i-cinder", "t3.small", role: "tenant", org: "org-cinder"), machine("i-a", workspace: "ws-a2"),
        machine("i-t", role: "tenant"),
        machine("i-t2", role: "tenant", org: "org-more"),
      ], orgs: [acme, cinder, OrgRow(id: "org-more", slug: "more", status: .running)],
      [FleetEvent(source: .tenant("acme"), at: now, change: .workspaces("org-acme", rows))])
    let report = report(fleet)
    #expect(report.wastes[.failed]?.count == 2)
    #expect(report.wastes[.pausedButRunning]?.count == 1)
    #expect(report.wastes[.stopped]?.count == 1)
    #expect((report.wastes[.orphan]?.count ?? 0) >= 1)
    #expect(near(report.failedMinute, (0.0416 + 0.0208) / 60))
    let orphans = report.wastes[.orphan]?.hourly.exact ?? 0
    #expect(near(report.wastedHourly, orphans + 0.0832 + 0.0416 + 0.0208))
  }

  @Test func withoutARosterNobodyKnowsWhatIsWasted() {
    var fleet = Fleet()
    fleet.apply(FleetEvent(source: .ec2("us-east-2"), at: now, change: .instances([machine("i-1")], complete: true, problem: nil)))
    let report = report(fleet)
    #expect(report.wastedHourly == nil)
    #expect(near(report.total.hourly.exact, 0.0832))
  }
}

@Suite struct CostOfLanguageModelsTests {
  private func spend(_ rows: [WorkspaceRow]) -> LLMSpend {
    let fleet = fleet([], [FleetEvent(source: .tenant("acme"), at: now, change: .workspaces("org-acme", rows))])
    return LLMSpend(of: fleet.orgs["org-acme"]!, in: fleet)
  }

  @Test func centsBecomeDollars() {
    let spend = spend([
      WorkspaceRow(id: "a", name: "a", status: .online, monthlySpendCents: 1200, budgetLimitCents: 5000),
      WorkspaceRow(id: "b", name: "b", status: .online, monthlySpendCents: 34),
      WorkspaceRow(id: "c", name: "c", status: .online, monthlySpendCents: 100, budgetLimitCents: 100),
    ])
    #expect(spend.spend == 13.34 && spend.budget == 51)
    #expect(spend.exhausted == ["c"] && spend.isOverspent)
  }

  @Test func moreThanAllBudgetsTogetherIsOverspentWhoeverSpentIt() {
    let limited = WorkspaceRow(id: "a", name: "a", status: .online, monthlySpendCents: 1200, budgetLimitCents: 5000)
    #expect(!spend([limited]).isOverspent)
    let over = spend([limited, WorkspaceRow(id: "b", name: "b", status: .online, monthlySpendCents: 9257)])
    #expect(over.spend == 104.57 && over.budget == 50 && over.exhausted.isEmpty && over.isOverspent)
  }

  @Test func whatATenantDoesNotTellIsUnknown() {
    #expect(spend([WorkspaceRow(id: "a", name: "a", status: .online)]).spend == nil)
    #expect(spend([]).spend == 0 && spend([]).budget == nil)
    let unread = fleet([])
    #expect(LLMSpend(of: unread.orgs["org-acme"]!, in: unread).spend == nil)
  }

  @Test func figuresBeyondReasonCrashNothing() {
    let row = WorkspaceRow(id: "a", name: "a", status: .online, monthlySpendCents: .max, budgetLimitCents: .max)
    var other = row
    other.id = "b"
    #expect((spend([row, other]).budget ?? 0) > 1e17)
  }
}

@Suite struct CostQuotaTests {
  @Test(
    arguments: [
      ("t2.micro", 1), ("t3.nano", 2), ("t3.small", 2), ("t3.large", 2), ("t3.2xlarge", 8), ("m7g.medium", 1), ("m5.metal", 96),
      ("c7i.metal-24xl", 96), ("c5.9xlarge", 36), ("c4.8xlarge", 36), ("m7i-flex.16xlarge", 64), ("x9.huge", nil), ("t3.", nil),
      (".large", nil),
      ("m5.-4xlarge", nil), ("m5.99999999999999999999xlarge", nil), ("t3large", nil),
    ])
  func aNameTellsItsProcessors(name: String, vcpus: Int?) {
    #expect(InstanceType(name)?.vcpus == vcpus)
  }

  @Test func onlyTheStandardFamiliesCount() {
    for name in [
      "a1.large", "t3.large", "m7i.large", "c7g.large", "r6id.large", "i4i.large", "im4gn.large", "z1d.large", "h1.2xlarge", "d3.xlarge",
    ] {
      #expect(InstanceType(name)?.isStandard == true, "\(name)")
    }
    for name in [
      "g5.xlarge", "p5.48xlarge", "inf2.xlarge", "dl1.24xlarge", "trn1.2xlarge", "hpc7g.4xlarge", "mac2.metal", "x2gd.large",
      "u-6tb1.metal",
    ] {
      #expect(InstanceType(name)?.isStandard == false, "\(name)")
    }
  }

  @Test func everyMachineOfTheAccountCountsButSpotAndWhatIsOff() {
    var foreign = machine("i-foreign")
    foreign.tags = [:]
    let fleet = fleet([
      machine("i-1"), foreign, machine("i-2", "m5.xlarge", state: .pending), machine("i-3", spot: true), machine("i-4", state: .stopped),
      machine("i-5", "g5.48xlarge"),
    ])
    let quota = VCPUQuota(of: fleet, configured: 64)
    #expect(quota.used == 8 && quota.limit == 64)
    #expect(quota.fits("t3.large") == 28 && quota.fits("m5.24xlarge") == 0)
    #expect(quota.fits("x9.huge") == nil && quota.fits("g5.xlarge") == nil)
  }

  @Test func aStandardTypeOfUnknownSizeLeavesTheSumUnknown() {
    #expect(VCPUQuota(of: fleet([machine("i-1", "m9.colossal")]), configured: 64).used == nil)
    #expect(VCPUQuota(of: fleet([machine("i-1", nil)]), configured: 64).fits("t3.large") == nil)
  }

  @Test func serviceQuotasTellsARegionsLimitAndTheConfigurationWins() {
    let limits = [("us-east-2", 5), ("us-west-2", 3)].map {
      FleetEvent(source: .ec2(Region($0.0)), at: now, change: .vcpuLimit($0.1, problem: nil))
    }
    let machines = [machine("i-1"), machine("i-2", region: "us-west-2")]
    let quota = VCPUQuota(of: fleet(machines, limits), configured: nil)
    #expect(quota.limit == 8 && quota.used == 4)
    #expect(quota.fits("t3.large") == 1, "a machine doesn't fit in two regions by halves")
    #expect(VCPUQuota(of: fleet(machines, limits), configured: 64).limit == 64)
    #expect(VCPUQuota(of: fleet(machines, Array(limits.dropLast())), configured: nil).limit == nil)
  }

  @Test func aRegionThatNeverAnsweredLeavesUsedUnknown() {
    let failed = FleetEvent(source: .ec2("us-west-2"), at: now, change: .failed("no"))
    #expect(VCPUQuota(of: fleet([machine("i-1")], [failed]), configured: 64).used == nil)
    #expect(VCPUQuota(of: Fleet(), configured: nil).limit == nil)
  }

  @Test func eightyPercentWarnsAndNinetyFiveIsCritical() {
    func level(_ machines: Int, of limit: Int?) -> VCPUQuota.Level {
      VCPUQuota(of: fleet((0..<machines).map { machine(InstanceID("i-\($0)")) }), configured: limit).level
    }
    #expect(
      level(39, of: 100) == .calm && level(40, of: 100) == .warning && level(47, of: 100) == .warning && level(48, of: 100) == .critical)
    #expect(level(1, of: 0) == .critical && level(1, of: nil) == .unknown && level(1, of: .max) == .calm)
  }
}
