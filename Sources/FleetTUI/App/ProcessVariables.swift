import Foundation

/// The variables this process was started with.
enum ProcessVariables {
  static let all: [String: String] = {
    ProcessInfo.processInfo.environment
  }()
}
