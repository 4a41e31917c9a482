import FleetModel

/// The control plane (contract §1, fleet feed).
struct ControlPlaneService: Sendable {
  let hub: Hub
  let token: String
  let offersFeed: Bool

  func answer(_ question: Question) async -> Answer {
    if hub.isStopped(.controlPlane) { return .gateway(503) }
    if question.path.starts(with: ["cp", "admin"]) {
      guard question.bearer == token, !hub.has(.tokenRefused) else { return .error(401, "unauthorized") }
      return await admin(question)
    }
    guard question.method == "GET", let path = parts(question.path) else { return .notFound }
    return switch path {
    case ("health"?, nil, nil, nil): .json(["service": "molecule-cp", "status": "ok"])
    case ("cp"?, "status"?, nil, nil): .json(["status": "ok", "database": "ok"])
    case ("cp"?, "orgs"?, let slug?, "instance"?): publicInstance(Slug(slug))
    default: .notFound
    }
  }

  private func admin(_ question: Question) async -> Answer {
    guard let path = parts(question.path.dropFirst(2)) else { return .notFound }
    return switch (question.method, path) {
    case ("GET", ("orgs"?, nil, nil, nil)): await roster(question)
    case ("POST", ("orgs"?, nil, nil, nil)): create(question)
    case ("GET", ("orgs"?, let slug?, "admin-token"?, nil)):
      org(Slug(slug)) { org, _, _ in .json(["admin_token": .string(org.adminToken)]) }
    case ("DELETE", ("tenants"?, let slug?, nil, nil)): await delete(Slug(slug), question)
    case ("GET", ("tenants"?, let slug?, "diagnostics"?, nil)): org(Slug(slug), diagnostics)
    case ("GET", ("tenants"?, let slug?, "boot-events"?, nil)): bootEvents(Slug(slug), limit: question.limit(default: 50))
    case ("GET", ("purges"?, nil, nil, nil)): purges(limit: question.limit(default: 100))
    case ("GET", ("stats"?, nil, nil, nil)): stats()
    case ("GET", ("workspaces"?, let id?, "console"?, nil)): console(WorkspaceID(id))
    case ("GET", ("events"?, "stream"?, nil, nil)) where hub.isStopped(.feed): .gateway(503)
    case ("GET", ("events"?, "stream"?, nil, nil)) where offersFeed && !hub.has(.feedNotOffered):
      .events(hub.feed(lastEventID: question.header("Last-Event-ID")))
    default: .notFound
    }
  }

  // MARK: - Orgs

  private func roster(_ question: Question) async -> Answer {
    if hub.has(.rosterHangs) {
      try? await Task.sleep(for: .seconds(86_400))
      return .gateway(503)
    }
    if hub.has(.rosterUnavailable) { return .error(503, "database unavailable") }
    if hub.has(.rosterHTML) { return .gateway(200) }
    if hub.has(.rosterEmpty) { return .json(["orgs": []]) }
    if hub.has(.rosterWithoutOrgs) { return .json(["items": []]) }
    let limit = min(question.limit(default: 100), hub.rosterCap ?? .max)
    let rows = hub.withWorld { world, _ in
      world.orgs.values.sorted { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) }.prefix(limit).map(row)
    }
    return .json(["orgs": .array(rows ?? [])])
  }

  private func row(_ org: Org) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("id", JSONValue(org.id)), .init("slug", JSONValue(org.slug)), .init("name", .string(org.name)),
      .init("plan", .string(org.plan)), .init("member_count", JSONValue(org.members)),
    ]
    if let status = org.status { members.append(.init("instance_status", .string(status.text))) }
    members += [
      .init("last_error", .string(org.lastError)), .init("created_at", JSONValue(org.createdAt)),
      .init("updated_at", JSONValue(org.updatedAt)),
    ]
    return .object(members)
  }

  private func create(_ question: Question) -> Answer {
    let body = try? JSONValue(parsing: question.body)
    let missing = ["slug", "name", "owner_user_id"].filter { body?[$0]?.text == nil }
    guard missing.isEmpty, let slug = body?["slug"]?.text.map(Slug.init), let name = body?["name"]?.text else {
      let fields = JSONValue.array(missing.map(JSONValue.string))
      return .json(400, ["error": .string("\(missing.joined(separator: ", ")) are required"), "fields": fields])
    }
    guard slug.isWellFormed else { return .error(400, "slug must match ^[a-z][a-z0-9-]{2,31}$") }
    let made = hub.withWorld { world, now in world.create(slug, name: name, at: now) } ?? nil
    guard let made else { return .error(409, "slug already taken") }
    return .json(201, ["id": JSONValue(made), "slug": JSONValue(slug), "name": .string(name), "instance_status": "provisioning"])
  }

  private func org(_ slug: Slug, _ body: @Sendable (Org, World, Timestamp) -> Answer) -> Answer {
    let answer = hub.withWorld { world, now in world.orgIDs[slug].flatMap { world.orgs[$0] }.map { body($0, world, now) } } ?? nil
    return answer ?? Self.orgNotFound(slug)
  }

  /// Exactly the body that proves an org's absence (contract §1.8).
  private static func orgNotFound(_ slug: Slug) -> Answer { .json(404, ["error": "org not found", "slug": JSONValue(slug)]) }

  private func publicInstance(_ slug: Slug) -> Answer {
    org(slug) { org, world, _ in
      guard let status = org.status else { return .error(404, "not found") }
      let machine = org.instance.flatMap { world.machines[$0] }
      return .json([
        "slug": JSONValue(org.slug), "status": .string(status.text), "ip": JSONValue(machine?.publicIP), "region": JSONValue(org.region),
        "org_id": JSONValue(org.id),
      ])
    }
  }

  @Sendable private func diagnostics(_ org: Org, _ world: World, _ now: Timestamp) -> Answer {
    let machine = org.instance.flatMap { world.machines[$0] }
    let record = world.records.first { $0.name == "\(org.slug).\(World.zone)" }
    return .json([
      "org": ["id": JSONValue(org.id), "slug": JSONValue(org.slug), "plan": .string(org.plan), "status": JSONValue(org.status?.text)],
      "instance": [
        "present": JSONValue(machine != nil), "instance_id": JSONValue(org.instance), "state": JSONValue(machine?.state.text),
        "instance_type": JSONValue(machine?.type), "region": JSONValue(org.region), "launched_at": JSONValue(machine?.launchedAt),
      ],
      "dns": [
        "present": JSONValue(record != nil), "name": JSONValue(record?.name), "type": JSONValue(record?.type),
        "target": JSONValue(record?.content),
      ],
      "tunnel": [
        "id": JSONValue(machine?.value(of: "TunnelID")), "name": .string("tenant-\(org.slug)"),
        "status": .string(org.isUp ? "healthy" : "down"), "connections": JSONValue(org.isUp ? 4 : 0),
      ],
      "checked_at": JSONValue(now),
    ])
  }

  private func bootEvents(_ slug: Slug, limit: Int) -> Answer {
    org(slug) { org, _, _ in
      let rows: [JSONValue] = org.bootEvents.suffix(limit).reversed().map { event in
        var members: [JSONValue.Member] = [
          .init("event", .string(event.event)), .init("status", .string(event.status)), .init("detail", JSONValue(event.detail)),
          .init("step", JSONValue(event.step)), .init("total", JSONValue(event.total)), .init("created_at", JSONValue(event.at)),
        ]
        if let workspace = event.workspace { members.append(.init("workspace_id", JSONValue(workspace))) }
        return .object(members)
      }
      return .json(["slug": JSONValue(org.slug), "org_id": JSONValue(org.id), "events": .array(rows)])
    }
  }

  private func console(_ id: WorkspaceID) -> Answer {
    let answer = hub.withWorld { world, now in
      world.workspaces[id].map { workspace in
        Answer.json(["output": .string(world.console(of: workspace, at: now)), "instance_id": JSONValue(workspace.instance)])
      }
    }
    return (answer ?? nil) ?? .error(404, "workspace not found")
  }

  // MARK: - Deletion

  private func delete(_ slug: Slug, _ question: Question) async -> Answer {
    let body = try? JSONValue(parsing: question.body)
    guard body?["confirm"]?.string == slug.rawValue else { return .error(400, "confirm field must equal the URL slug") }
    let outcome = hub.withWorld { world, now in (world.delete(slug, at: now), world.orgIDs[slug]) }
    switch outcome {
    case nil, (.neverExisted, _)?: return Self.orgNotFound(slug)
    case (.leased, _)?: return .error(409, "org lifecycle operation in flight; retry").with([("Retry-After", "30")])
    case (.running(let id), let org)?:
      if hub.has(.deletionQueued) {
        return .json(202, ["status": "queued", "slug": JSONValue(slug), "purge_id": JSONValue(id), "org_id": JSONValue(org)])
      }
      guard let purge = await hub.end(of: id) else { return .gateway(503) }
      guard purge.status == "completed" else {
        return .json(500, ["error": "purge cascade failed; retry the request to resume", "purge_id": JSONValue(id)])
      }
      return .json(["deleted": true, "slug": JSONValue(slug), "purge_id": JSONValue(id), "org_id": JSONValue(purge.org)])
    }
  }

  private func purges(limit: Int) -> Answer {
    let rows = hub.withWorld { world, _ in
      world.purges.sorted { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) }.prefix(limit).map { purge -> JSONValue in
        [
          "id": JSONValue(purge.id), "org_slug": JSONValue(purge.slug), "org_id": JSONValue(purge.org), "status": .string(purge.status),
          "last_step": .string(purge.lastStep), "last_error": .string(purge.lastError), "attempts": JSONValue(purge.attempts),
          "created_at": JSONValue(purge.createdAt), "completed_at": JSONValue(purge.completedAt),
        ]
      }
    }
    return .json(["purges": .array(rows ?? [])])
  }

  private func stats() -> Answer {
    let value = hub.withWorld { world, now -> JSONValue in
      let known = Set(world.orgs.keys)
      let ours = world.machines.all.filter { $0.role != nil && $0.state.isLive }
      let orphans = ours.filter { machine in machine.org.map { !known.contains($0) } ?? true }
      let hour = now.milliseconds / 1_800_000 * 1_800_000
      return [
        "orgs": JSONValue(world.orgs.count), "workspaces": JSONValue(world.workspaces.count), "ec2_instances": JSONValue(ours.count),
        "orphan_ec2_instances": JSONValue(orphans.count), "purges_failed": JSONValue(world.purges.count { $0.status == "failed" }),
        "purges_in_progress": JSONValue(world.purges.count { $0.isRunning }), "dns_records": JSONValue(world.records.count),
        "reconciled_at": JSONValue(Timestamp(milliseconds: hour)),
      ]
    }
    return .json(value ?? [:])
  }
}
