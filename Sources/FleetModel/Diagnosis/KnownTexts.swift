/// What error texts of the fleet's components are known to mean (contract §9). Texts come cleaned and masked.
enum KnownTexts {
  /// The six texts that agents' errors are known by, and what causes each.
  static let agentErrors: [(text: String, cause: String, nextStep: String)] = [
    (
      "[hermes-agent error 401]", "the model provider refuses the agent's key (this 401 is the provider's, not the control plane's)",
      "set a valid provider key in the workspace's secrets and restart it"
    ),
    (
      "hermes-agent unreachable", "the agent's process on the workspace's machine does not answer",
      "look at the console for a crash, then restart the workspace"
    ),
    (
      "model_not_found", "the configured model does not exist at the provider, or the key may not use it",
      "correct the model's name in the workspace's configuration"
    ),
    (
      "Encrypted content is not supported", "the provider's answer holds encrypted reasoning that this model or endpoint does not take",
      "choose a model that supports it, or turn encrypted reasoning off"
    ),
    (
      "Unknown provider", "the runtime does not know the configured provider",
      "correct the provider's name in the workspace's configuration"
    ),
    (
      "Invalid API key", "the model provider's key is wrong or was revoked",
      "set a valid provider key in the workspace's secrets and restart it"
    ),
  ]

  private static let agentErrorsInLowerCase = agentErrors.map { $0.text.lowercased() }

  static func agentError(in text: String) -> (text: String, cause: String, nextStep: String)? {
    let lower = text.lowercased()
    return zip(agentErrors, agentErrorsInLowerCase).first { lower.contains($1) }?.0
  }

  /// The line that tells of a crash, if any.
  static func crash(in lines: some Sequence<some StringProtocol>) -> String? {
    var traceback: String?
    for line in lines {
      // A shell's trace of the command that would print it is no crash.
      if let found = line.firstRange(of: "RUNTIME CRASHED"), !isTrace(line) { return String(line[found.lowerBound...].prefix(240)) }
      if traceback == nil, let found = line.firstRange(of: "Traceback (most recent call last)") {
        traceback = String(line[found.lowerBound...].prefix(240))
      }
    }
    return traceback
  }

  /// Whether a line is the shell's trace of a command (`set -x`).
  static func isTrace(_ line: some StringProtocol) -> Bool {
    let trimmed = line.drop { $0 == " " }
    guard trimmed.hasPrefix("+") else { return trimmed.contains(": + ") || trimmed.contains(": ++ ") }
    return trimmed.drop { $0 == "+" }.hasPrefix(" ")
  }

  /// The agent's server listens: its boot is over.
  static func listens(_ line: some StringProtocol) -> Bool {
    let lower = line.lowercased()
    guard !lower.contains("refused"), !lower.contains("failed"), !lower.contains("error") else { return false }
    let serves = ["listening", "running", "started", "serving", "ready", "bound"].contains { lower.contains($0) }
    return (lower.contains(":8000") || lower.contains("port 8000")) && (serves || lower.contains("a2a") || lower.contains("uvicorn"))
      || lower.contains("a2a") && serves
  }

  /// The agent registered with its tenant.
  static func registered(_ line: some StringProtocol) -> Bool {
    let lower = line.lowercased()
    return lower.contains("/registry/register")
      && (lower.contains("200") || lower.contains("\"status\":\"registered\"") || lower.contains("registered"))
      && !lower.contains("before") && !lower.contains("waiting")
  }

  static func isTimeout(_ text: String) -> Bool {
    let lower = text.lowercased()
    return ["timed out", "timeout", "did not finish", "never registered", "deadline exceeded", "no heartbeat within"].contains {
      lower.contains($0)
    }
  }

  /// Whether a tenant's failure says what failed, rather than that nobody heard of its machine.
  static func namesItsCause(_ text: String) -> Bool {
    if isTimeout(text) || text.lowercased().contains("not ready") { return false }
    return isTunnelOrDNS(text) || isDNSQuota(text) || isVCPUQuota(text) || isProvisionerDisabled(text)
      || !missingVariables(in: text).isEmpty
      || crash(in: text.lines) != nil
      || ["runinstances", "ami", "security group", "securitygroup", "invalid", "unauthorizedoperation", "exit status", "exited", "secrets"]
        .contains {
          text.lowercased().contains($0)
        }
  }

  static func isMissingBootEvents(_ text: String) -> Bool {
    let lower = text.lowercased()
    return (lower.contains("no boot event") || lower.contains("0 boot events") || lower.contains("without a boot event"))
      || (lower.contains("boot-event") && lower.contains("401"))
  }

  static func isTunnelOrDNS(_ text: String) -> Bool {
    let lower = text.lowercased()
    return ["tunnel", "cloudflare", "dns record", "dns step", "cname", "nxdomain", "no such host", "81045"].contains { lower.contains($0) }
      || lower.split(whereSeparator: { !$0.isLetter }).contains("dns")
  }

  static func isDNSQuota(_ text: String) -> Bool {
    let lower = text.lowercased()
    return lower.contains("81045") || (lower.contains("record") && lower.contains("quota"))
  }

  static func isVCPUQuota(_ text: String) -> Bool {
    let lower = text.lowercased()
    return lower.contains("vcpulimitexceeded") || (lower.contains("vcpu") && (lower.contains("limit") || lower.contains("quota")))
  }

  static func isProvisionerDisabled(_ text: String) -> Bool {
    let lower = text.lowercased()
    return lower.contains("provisioner") && (lower.contains("disabled") || lower.contains("not configured"))
  }

  /// The environment variables that a failure names as missing; empty when it is about something else.
  static func missingVariables(in text: String) -> [String] {
    let lower = text.lowercased()
    let names = variableNames(in: text)
    guard !names.isEmpty else { return [] }
    let lacks = ["missing", "not set", "unset", "must be set", "not provided", "is empty", "are empty", "undefined"].contains {
      lower.contains($0)
    }
    let requires =
      (lower.contains("required") || lower.contains("requires"))
      && (lower.contains("env") || lower.contains("variable") || lower.contains("secret"))
    return lacks || requires ? names : []
  }

  /// `UPPER_CASE` words with an underscore, once each, in their order.
  static func variableNames(in text: String) -> [String] {
    var names: [String] = []
    for word in text.split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }) {
      guard word.contains("_"), word.count >= 4, word.first?.isLetter == true, word.last != "_", word.allSatisfy({ !$0.isLowercase }) else {
        continue
      }
      if !names.contains(String(word)) { names.append(String(word)) }
    }
    return names
  }
}
