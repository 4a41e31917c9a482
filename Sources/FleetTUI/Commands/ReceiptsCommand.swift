import ArgumentParser
import Feeds
import FleetModel

struct ReceiptsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipts", abstract: "Deletion receipts: list them, print one, or check that none was changed or taken away.")

  @Argument(help: "A receipt's id.")
  var id: String?
  @Flag(help: "Check the hash chain; 3 when it is broken.")
  var verify = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let store = ReceiptStore(state: StateDirectory(variables: global.variables))
    let code: Int32
    do {
      code = try verify ? check(store) : show(store)
    } catch let failure as StateDirectory.Failure {
      throw CommandFailure(code: 1, message: "receipts can't be read: \(failure)")
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  /// The receipts are this machine's, of every environment: the document names the one that was chosen, if any.
  private func print(_ body: [JSONValue.Member], _ table: TextTable) {
    Output.document(global.outputFormat, json: Document.local(body, environment: global.env), table: table)
  }

  private func check(_ store: ReceiptStore) throws -> Int32 {
    let (verified, broken) = try store.verify()
    let rows = broken.map { ["broken", UntrustedText.clean($0.id, limit: 128), $0.why.rawValue] }
    print(
      [
        .init("verified", JSONValue(verified)),
        .init("broken", .array(broken.map { ["id": .string(UntrustedText.clean($0.id, limit: 128)), "why": .string($0.why.rawValue)] })),
      ], TextTable(header: ["RESULT", "ID", "WHY"], rows: rows + [["verified", "\(verified)", ""]]))
    return broken.isEmpty ? 0 : 3
  }

  private func show(_ store: ReceiptStore) throws -> Int32 {
    if let id {
      guard let receipt = try store.document(of: id) else {
        throw CommandFailure(
          code: 1,
          message: "there is no receipt \(UntrustedText.clean(id, limit: 128)) in \(store.directory): `fleettui receipts` lists them")
      }
      print([.init("receipt", UntrustedText.clean(receipt))], DeletionDocument.receiptTable(receipt))
      return 0
    }
    let stored = try store.all().filter { global.env == nil || $0.document["environment"]?.string == global.env }
    let rows = stored.map { stored in
      let receipt = stored.document
      return [
        .string(stored.id), receipt["org"]?["slug"], receipt["environment"], receipt["ended_at"], receipt["outcome"],
      ].map { value in value?.string.map { UntrustedText.clean($0, limit: 128) } ?? TextTable.unknown }
    }
    print(DeletionDocument.receipts(stored), TextTable(header: ["ID", "ORG", "ENVIRONMENT", "ENDED", "OUTCOME"], rows: rows))
    return 0
  }
}
