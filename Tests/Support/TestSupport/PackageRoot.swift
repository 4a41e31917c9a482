import Foundation

/// The package that the tests are of.
public enum PackageRoot {
  public static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A file of it, by its path there.
  public static func file(_ path: String) -> String { url.appendingPathComponent(path).path }
}
