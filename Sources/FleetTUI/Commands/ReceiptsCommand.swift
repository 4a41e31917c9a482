import ArgumentParser
import Feeds
import FleetModel

struct ReceiptsCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipts", abstract: "Deletion receipts: list them, print one, or check that none was changed or taken away.")

  @Argument(help: "A receipt's id.")
  var id: String?
  @Flag(help: "Check the hash chain; 3 when it is broken.")
  var verify = false
  @OptionGroup var global: GlobalOptions

  func document() async throws -> LocalDocument {
    let store = ReceiptStore(state: StateDirectory(variables: global.variables))
    do { return try verify ? checked(store) : shown(store) } catch let failure as StateDirectory.Failure {
      throw CommandFailure(code: 1, message: "receipts can't be read: \(failure)")
    }
  }

  /// The receipts are this machine's, of every environment: the document names the one that was chosen, if any.
  private func local(_ body: [JSONValue.Member], _ table: TextTable) -> LocalDocument {
    LocalDocument(body, environment: global.env, table: table)
  }

  private func checked(_ store: ReceiptStore) throws -> LocalDocument {
    let (verified, broken) = try store.verify()
    let rows = broken.map { ["broken", UntrustedText.clean($0.id, limit: 128), $0.why.rawValue] }
    var document = local(
      [
        .init("verified", JSONValue(verified)),
        .init("broken", .array(broken.map { ["id": .string(UntrustedText.clean($0.id, limit: 128)), "why": .string($0.why.rawValue)] })),
      ], TextTable(header: ["RESULT", "ID", "WHY"], rows: rows + [["verified", "\(verified)", ""]]))
    document.exitCode = broken.isEmpty ? 0 : 3
    return document
  }

  private func shown(_ store: ReceiptStore) throws -> LocalDocument {
    if let id {
      guard let receipt = try store.document(of: id) else {
        throw CommandFailure(
          code: 1,
          message: "there is no receipt \(UntrustedText.clean(id, limit: 128)) in \(store.directory): `fleettui receipts` lists them")
      }
      return local([.init("receipt", UntrustedText.clean(receipt))], DeletionDocument.receiptTable(receipt))
    }
    let stored = try store.all().filter { global.env == nil || $0.document["environment"]?.string == global.env }
    let rows = stored.map { stored in
      let receipt = stored.document
      return [
        .string(stored.id), receipt["org"]?["slug"], receipt["environment"], receipt["ended_at"], receipt["outcome"],
      ].map { value in value?.string.map { UntrustedText.clean($0, limit: 128) } ?? TextTable.unknown }
    }
    return local(DeletionDocument.receipts(stored), TextTable(header: ["ID", "ORG", "ENVIRONMENT", "ENDED", "OUTCOME"], rows: rows))
  }
}
