import Dispatch
import FleetModel
import Glibc

/// Credentials that a program prints: `credential_process`, and the AWS CLI for what only it can do.
extension CredentialChain {
  /// Seconds that such a program may take, if the question leaves it so much.
  static let commandLimit = 30.0

  /// The JSON that the command of a profile prints (SDKs Reference Guide, "Process credential provider").
  func processCredentials(_ command: String, profile: String, until deadline: Double) async throws(AWSError) -> AWSCredentials {
    let source = "the credential_process of profile \(shown(profile))"
    guard let words = ShellWords.split(command), let program = words.first else {
      throw unusable("\(source) is no command: a quotation is not closed, or it is empty")
    }
    guard let path = executable(program) else { throw unusable("\(source) names \(shown(program)), which is no program here") }
    let output: String
    do throws(ChildProcess.Failure) { output = try await self.output(of: [path] + words.dropFirst(), until: deadline) } catch {
      throw unusable("\(source) failed: \(error)", "run it by hand to see why")
    }
    return try CredentialDocument.credentials(in: Array(output.utf8), source: source, needsVersion: true)
  }

  /// What `aws configure export-credentials` gives: SSO, login sessions, roles with MFA. Only version 2 of the CLI has it.
  func exportedCredentials(profile: String, why: String, until deadline: Double) async throws(AWSError) -> AWSCredentials {
    let name = shown(profile)
    guard let aws = executable("aws") else {
      throw unusable(
        "profile \(name) needs the AWS CLI, since \(why), and there is no aws on PATH", "install AWS CLI version 2 and log in with it")
    }
    let output: String
    do throws(ChildProcess.Failure) {
      output = try await self.output(
        of: [aws, "configure", "export-credentials", "--profile", profile, "--format", "process"], until: deadline)
    } catch {
      let version = try? await self.output(of: [aws, "--version"], until: deadline)
      if version?.hasPrefix("aws-cli/1.") == true {
        throw unusable("profile \(name) needs version 2 of the AWS CLI, since \(why); \(aws) is version 1", "install AWS CLI version 2")
      }
      throw unusable(
        "profile \(name) has no session (\(why); `aws configure export-credentials`: \(error.description))",
        "log in: `aws sso login --profile \(name)`, `aws login --profile \(name)`, or any `aws` command that asks for the MFA code")
    }
    return try CredentialDocument.credentials(
      in: Array(output.utf8), source: "the AWS CLI's session for profile \(name)", needsVersion: true)
  }

  private func output(of words: [String], until deadline: Double) async throws(ChildProcess.Failure) -> String {
    let seconds = max(0.05, min(Self.commandLimit, deadline - monotonicSeconds()))
    // It blocks, so not on the threads that all tasks share.
    let result = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [environment] in
        let result: Result<String, ChildProcess.Failure>
        do throws(ChildProcess.Failure) {
          result = .success(try ChildProcess.output(of: words, environment: environment, seconds: seconds))
        } catch { result = .failure(error) }
        continuation.resume(returning: result)
      }
    }
    return try result.get()
  }

  /// Where a program is, by the `PATH` of ``environment``.
  private func executable(_ program: String) -> String? {
    let places =
      program.contains("/")
      ? [program] : (variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map { "\($0)/\(program)" }
    return places.first { path in
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
  }
}
