import Synchronization

/// The configurations that this process has read, each once: `--config <(…)` gives its text a single time, and all that look must see the same.
enum ConfigurationInUse {
  private static let read = Mutex<[String: Result<Configuration, ConfigurationError>]>([:])

  static func at(_ path: String) throws(ConfigurationError) -> Configuration {
    try read.withLock { read in
      if let known = read[path] { return known }
      let result: Result<Configuration, ConfigurationError>
      do throws(ConfigurationError) { result = .success(try ConfigurationFile.read(path: path)) } catch { result = .failure(error) }
      read[path] = result
      return result
    }.get()
  }
}
