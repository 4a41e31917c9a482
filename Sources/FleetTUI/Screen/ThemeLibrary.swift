import FleetModel
import Foundation

/// Why a theme can't be had. The command ends with 2.
struct ThemeFailure: Error, CustomStringConvertible { var description: String }

/// Where themes are found: those that are built in, and every `NAME.toml` of the user's, which goes before a built-in one of its name.
struct ThemeLibrary: Sendable {
  /// In the order of the list.
  static let builtIn = [
    "default", "light", "high-contrast", "colourblind", "colourblind-light", "solarized-dark", "solarized-light", "nord", "gruvbox", "mono",
    "neutral",
  ]
  /// The theme that the terminal's ground asks for.
  static let automatic = "auto"
  private static let older = ["contrast": "high-contrast", "colorblind": "colourblind", "colorblind-light": "colourblind-light"]

  /// `$XDG_CONFIG_HOME/fleettui/themes`; `nil`: the built-in ones alone.
  private let directory: String?

  init(variables: [String: String] = [:]) {
    if let base = variables["XDG_CONFIG_HOME"], base.hasPrefix("/") {
      directory = base + "/fleettui/themes"
    } else {
      directory = variables["HOME"].map { $0 + "/.config/fleettui/themes" }
    }
  }

  /// Every one, the user's last.
  var names: [String] { Self.builtIn + own.filter { !Self.builtIn.contains($0) } }

  private var own: [String] {
    let files = directory.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) } ?? []
    return files.filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// - Throws: ``ThemeFailure`` where there is none of that name, and where a file is broken: then with file, line and key.
  func theme(named name: String) throws(ThemeFailure) -> Theme {
    do throws(ConfigurationError) {
      if let directory, own.contains(name) {
        let path = "\(directory)/\(name).toml"
        return try ThemeFile.parse(ConfigurationFile.text(of: path), name: name, path: path)
      }
      let builtIn = Self.older[name] ?? name
      if let text = BuiltInThemes.files[builtIn] { return try ThemeFile.parse(text, name: builtIn, path: "themes/\(builtIn).toml") }
    } catch { throw ThemeFailure(description: error.description) }
    let near = NearestName.of(name, among: names).map { "; did you mean \($0)?" } ?? ""
    throw ThemeFailure(
      description: "there is no theme \"\(UntrustedText.clean(name, limit: 80))\"\(near); there are \(names.joined(separator: ", "))")
  }

  /// Why there is no theme of that name to be asked for; `nil` when there is.
  func problem(withName name: String) -> String? {
    guard name != Self.automatic else { return nil }
    do throws(ThemeFailure) { _ = try theme(named: name) } catch { return error.description }
    return nil
  }
}
