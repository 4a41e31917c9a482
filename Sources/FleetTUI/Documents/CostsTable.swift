import FleetModel

// The costs as tables: a row an org, a machine, a role, each with a total that its rows add up to.

extension CostsDocument {
  struct Machine {
    let row: InstanceRow
    let cost: InstanceCost
  }

  struct Role {
    let name: String
    let sum: CostSum
  }

  /// By org and name of the machine.
  var machines: [Machine] {
    report.instances.compactMap { id, cost in fleet.instances[id].map { Machine(row: $0.row, cost: cost) } }.sorted {
      (name($0.row) ?? "~", $0.row.id) < (name($1.row) ?? "~", $1.row.id)
    }
  }

  /// What has no role has a row of its own, where there is any.
  var roles: [Role] {
    [InstanceRole.tenant, .workspace].map { Role(name: $0.rawValue, sum: report.roles[$0] ?? CostSum()) }
      + (report.withoutRole.count > 0 ? [Role(name: "other", sum: report.withoutRole)] : [])
  }

  /// Machines of no org that is listed.
  private var ownerless: CostSum {
    let listed = Set(orgs.map(\.id))
    var sum = CostSum()
    for machine in machines where fleet.org(of: machine.row).map({ !listed.contains($0.id) }) ?? true { sum.add(machine.cost) }
    return sum
  }

  private func name(_ row: InstanceRow) -> String? { fleet.orgName(of: row) }

  /// One rectangle for scripts: `KIND` says whether a row is an org, an instance, a role or the total. The rows of each kind add up to the total.
  var table: TextTable {
    var table = TextTable(
      header: ["KIND", "NAME", "ORG", "ROLE", "TYPE", "STATE", "MACHINES"] + Self.money + ["WASTE", "LLM", "LLM BUDGET", "ID"])
    let blank = ["", "", "", ""]
    for org in orgs {
      let (slug, cost) = (org.slug.rawValue, report.cost(of: org.id))
      table.rows.append(["org", slug, slug, "", "", "", count(cost)] + cells(cost) + [""] + llm(of: org) + [org.id.rawValue])
    }
    let ownerless = ownerless
    if ownerless.count > 0 { table.rows.append(["org", "(no org)", "", "", "", "", count(ownerless)] + cells(ownerless) + blank) }
    for machine in machines {
      table.rows.append(
        ["instance", machine.row.id.rawValue] + facts(machine.row) + ["1"] + cells(machine.cost)
          + [report.wasted[machine.row.id]?.rawValue ?? "", "", "", machine.row.id.rawValue])
    }
    for role in roles { table.rows.append(["role", role.name, "", role.name, "", "", count(role.sum)] + cells(role.sum) + blank) }
    table.rows.append(["total", "fleet", "", "", "", "", count(report.total)] + cells(report.total) + blank)
    return table
  }

  /// For people: three tables, then what there is to say of the whole.
  func text(columns: Int) -> String {
    var byOrg = TextTable(
      header: ["ORG", "MACHINES"] + Self.money + ["LLM", "LLM BUDGET", "ID"], dispensable: ["ID", "SINCE LAUNCH", "ADDRESS/MONTH"])
    for org in orgs {
      let cost = report.cost(of: org.id)
      byOrg.rows.append([org.slug.rawValue, count(cost)] + cells(cost) + llm(of: org) + [org.id.rawValue])
    }
    let ownerless = ownerless
    if ownerless.count > 0 { byOrg.rows.append(["(no org)", count(ownerless)] + cells(ownerless) + ["", "", ""]) }
    byOrg.rows.append(["total", count(report.total)] + cells(report.total) + ["", "", ""])

    var byMachine = TextTable(
      header: ["MACHINE", "ORG", "ROLE", "TYPE", "STATE"] + Self.money + ["WASTE"],
      dispensable: ["SINCE LAUNCH", "ADDRESS/MONTH", "STORAGE/MONTH", "STATE"])
    for machine in machines {
      byMachine.rows.append(
        [machine.row.id.rawValue] + facts(machine.row) + cells(machine.cost) + [report.wasted[machine.row.id]?.rawValue ?? TextTable.none])
    }
    byMachine.rows.append(["total", "", "", "", ""] + cells(report.total) + [""])

    var byRole = TextTable(header: ["ROLE", "MACHINES"] + Self.money)
    for role in roles { byRole.rows.append([role.name, count(role.sum)] + cells(role.sum)) }
    byRole.rows.append(["total", count(report.total)] + cells(report.total))

    let tables = [byOrg, byMachine, byRole].map { $0.table(columns: columns) }
    return (tables + [summary.folded(to: columns)]).joined(separator: "\n\n")
  }

  // MARK: - Cells

  private static let money = ["$/H", "$/MONTH", "STORAGE/MONTH", "ADDRESS/MONTH", "SINCE LAUNCH"]

  /// Org, role, type, state.
  private func facts(_ row: InstanceRow) -> [String] {
    [name(row) ?? TextTable.none, row.role?.rawValue ?? TextTable.none, row.type ?? TextTable.unknown, row.state.text]
  }

  private func count(_ sum: CostSum?) -> String {
    report.knowsMachines ? sum.map { "\($0.count)" } ?? TextTable.unknown : TextTable.unknown
  }

  private func cells(_ sum: CostSum?) -> [String] {
    let sum = report.knowsMachines ? sum : nil
    return [Self.cell(sum?.hourly.exact, digits: 4)]
      + [sum?.monthly, sum?.storageMonthly.exact, sum?.addressMonthly.exact, sum?.sinceLaunch.exact].map { Self.cell($0) }
  }

  private func cells(_ cost: InstanceCost) -> [String] {
    [Self.cell(cost.hourly, digits: 4)] + [cost.monthly, cost.storageMonthly, cost.addressMonthly, cost.sinceLaunch].map { Self.cell($0) }
  }

  private func llm(of org: Org) -> [String] {
    let llm = LLMSpend(of: org, in: fleet)
    return [Self.cell(llm.spend), llm.spend != nil && llm.budget == nil ? TextTable.none : Self.cell(llm.budget)]
  }

  private static func cell(_ value: Double?, digits: Int = 2) -> String {
    value.map { Wording.dollars($0, digits: digits) } ?? TextTable.unknown
  }

  // MARK: - The whole

  private var summary: [String] {
    /// What is known of a sum, and that there is more.
    func dollars(_ money: Money, digits: Int = 2, times factor: Double = 1) -> String {
      guard report.knowsMachines, !(money.hasUnknown && money.known == 0) else { return "$?" }
      return "$" + Wording.dollars(money.known * factor, digits: digits) + (money.hasUnknown ? "+?" : "")
    }
    let total = report.total
    var lines = [
      "fleet: \(dollars(total.hourly, digits: 4))/h, \(dollars(total.hourly, times: PriceBook.hoursPerMonth))/month compute, "
        + "\(dollars(total.storageMonthly))/month storage, \(dollars(total.addressMonthly))/month addresses; "
        + "wasted $\(report.wastedHourly.map { Wording.dollars($0, digits: 4) } ?? "?")/h"
    ]
    let fits = quota.fits("t3.large").map { ", \($0) more t3.large fit" } ?? ""
    lines.append("vCPUs: \(quota.used.map(String.init) ?? "?") of \(quota.limit.map(String.init) ?? "?")\(fits)")
    if !report.unpriced.isEmpty { lines.append("no price is known of: \(report.unpriced.joined(separator: ", "))") }
    if !report.stateUnknown.isEmpty {
      lines.append("whether these run is not known, nor what they cost: \(report.stateUnknown.map(\.rawValue).joined(separator: ", "))")
    }
    lines.append("prices: \(report.prices.source), \(report.prices.date(in: report.regions.keys)); estimates, taxes and discounts apart")
    return lines
  }
}
