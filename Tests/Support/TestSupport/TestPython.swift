import Foundation

/// The Python with the packages of `scripts/requirements-test.txt`.
public enum TestPython {
  /// The one that `FLEETTUI_PYTHON` names, the package's own virtual environment's, or the system's.
  public static let path: String = {
    if let named = ProcessInfo.processInfo.environment["FLEETTUI_PYTHON"], !named.isEmpty { return named }
    let own = PackageRoot.file(".venv/bin/python3")
    return FileManager.default.isExecutableFile(atPath: own) ? own : "/usr/bin/python3"
  }()

  /// A process that is yet to be run.
  public static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    return process
  }
}
