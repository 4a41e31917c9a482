import FleetModel

/// The AWS profiles of this user: `~/.aws/config` and `~/.aws/credentials`, or the files that `AWS_CONFIG_FILE` and
/// `AWS_SHARED_CREDENTIALS_FILE` name (AWS SDKs and Tools Reference Guide, "Shared config and credentials files").
struct AWSProfiles: Sendable {
  struct Profile: Sendable {
    var name: String
    /// Settings of both files; where both have one, that of the credentials file.
    var settings: [String: String] = [:]
    /// Those of one file alone.
    var inCredentialsFile: [String: String] = [:]
    var inConfigFile: [String: String] = [:]

    subscript(key: String) -> String? { settings[key].flatMap { $0.isEmpty ? nil : $0 } }
    var hasStaticKeys: Bool { self["aws_access_key_id"] != nil && self["aws_secret_access_key"] != nil }
    /// A role assumed with a web identity isn't one assumed with keys.
    var assumesRole: Bool { self["role_arn"] != nil && self["web_identity_token_file"] == nil }
    var usesSSO: Bool { self["sso_account_id"] != nil || self["sso_role_name"] != nil }
  }

  let configPath: String
  let credentialsPath: String
  private var profiles: [String: Profile] = [:]

  subscript(name: String) -> Profile? { profiles[name] }
  var names: [String] { profiles.keys.sorted() }

  /// - Throws: ``AWSError`` for a file that is there and can't be read. A missing file holds nothing.
  init(environment: [String: String]) throws(AWSError) {
    configPath = SecretSource.expanded(environment["AWS_CONFIG_FILE"] ?? "~/.aws/config", environment)
    credentialsPath = SecretSource.expanded(environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials", environment)
    for section in AWSProfileFile.sections(of: try AWSProfileFile.text(of: configPath) ?? "") {
      guard let name = Self.profileName(ofConfigSection: section.name) else { continue }
      profiles[name, default: Profile(name: name)].settings.merge(section.settings) { $1 }
      profiles[name]?.inConfigFile.merge(section.settings) { $1 }
    }
    for section in AWSProfileFile.sections(of: try AWSProfileFile.text(of: credentialsPath) ?? "") {
      let name = section.name
      profiles[name, default: Profile(name: name)].settings.merge(section.settings) { $1 }
      profiles[name]?.inCredentialsFile.merge(section.settings) { $1 }
    }
  }

  /// `[profile x]`, `[profile "x y"]` and `[default]`; other sections of the config file are no profiles.
  private static func profileName(ofConfigSection section: String) -> String? {
    if section == "default" { return section }
    guard let words = ShellWords.split(section), words.count == 2, words[0] == "profile" else { return nil }
    return words[1]
  }
}

/// A command line's words, as a shell would split them, without running one.
enum ShellWords {
  /// `nil` for a quotation that isn't closed.
  static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        // Between double quotes a backslash escapes only itself and the quote.
        word = (word ?? "") + (quote == "\"" && character != "\"" && character != "\\" ? "\\" : "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else { return nil }
    if let word { words.append(word) }
    return words
  }
}
