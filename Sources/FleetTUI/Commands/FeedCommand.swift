import ArgumentParser
import Feeds
import Glibc

struct FeedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feed", abstract: "Work with event streams.", subcommands: [FeedDecodeCommand.self])
}

struct FeedDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Event-stream bytes on standard input, one JSON object a line on standard output; exact, never cleaned.")

  @Flag(help: "Print comments too.")
  var comments = false
  @Flag(help: "Print reconnection times too.")
  var retry = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    do { try EventStreamDecoding.decode(from: STDIN_FILENO, to: STDOUT_FILENO, comments: comments, retry: retry) } catch {
      throw CommandFailure(code: 1, message: "feed decode: \(error)")
    }
  }
}
