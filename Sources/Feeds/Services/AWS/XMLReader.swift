import CExpat
import FleetModel

/// One element of an answer, with what stands in it. Attributes are not kept: AWS's answers carry nothing in them.
struct XMLElement: Sendable {
  var name: String
  /// What stands in it, where it has no children.
  var text = ""
  var children: [XMLElement] = []

  /// The first child of that name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The `item` children of the child `set`, as EC2 writes every list.
  func items(_ set: String) -> [XMLElement] { self[set]?.children.filter { $0.name == "item" } ?? [] }
}

/// What was read of one answer besides its items.
struct XMLAnswer: Sendable {
  /// The outermost element's name.
  var root = ""
  /// Whether the list asked for is there at all, be it empty.
  var hasList = false
  var nextToken: String?
  /// The first `Error` anywhere, with its `Code` and `Message`.
  var error: (code: String, message: String)?
}

/// Why a document can't be trusted. Nothing of it is used then.
struct XMLFailure: Error, CustomStringConvertible {
  let description: String
}

/// Reads an answer of the EC2 or STS Query API as its bytes come: expat, one item in memory at a time besides those that nobody took yet.
///
/// Hostile documents end it early: a document type (and so every entity but the five predefined ones), more than ``depthLimit`` levels,
/// more than ``textLimit`` bytes in one element, more than ``elementLimit`` elements in one item.
final class XMLReader {
  static let depthLimit = 64
  static let textLimit = 64 << 10
  static let elementLimit = 20_000

  private let parser: XML_Parser?
  /// Names from the root's child down to an item.
  private let path: [String]
  /// The children of an item that are read; `nil`: all.
  private let wanted: Set<String>?
  private var answer = XMLAnswer()
  private var finished: [XMLElement] = []
  /// The long texts of this document: most of them stand in it many times.
  private var known: Set<String> = []
  private var failure: XMLFailure?

  private var depth = 0
  /// How many of the open elements are the first ones of ``path``.
  private var matched = 0
  /// The open elements of the item that is being read, outermost first.
  private var open: [XMLElement] = []
  private var elements = 0
  /// How many elements are open within a child that nobody wants, itself included.
  private var skipped = 0
  /// The names of the open elements outside items.
  private var names: [String] = []
  /// What came since the last tag.
  private var text: [UInt8] = []
  private var isFinished = false

  var hasElements: Bool { !answer.root.isEmpty }

  /// - Parameters:
  ///   - path: where the items are, from the root's child down: `["reservationSet", "item", "instancesSet", "item"]`.
  ///   - wanted: the children of an item that are worth reading.
  init(path: [String], wanted: Set<String>? = nil) {
    self.path = path
    self.wanted = wanted
    parser = XML_ParserCreate(nil)
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(parser, xmlStarted, xmlEnded)
    XML_SetCharacterDataHandler(parser, xmlReceivedText)
    XML_SetStartDoctypeDeclHandler(parser, xmlFoundDoctype)
  }

  deinit { XML_ParserFree(parser) }

  /// - Throws: ``XMLFailure`` as soon as the document is broken.
  func feed(_ bytes: [UInt8]) throws(XMLFailure) {
    guard !isFinished else { return }
    let status = bytes.withUnsafeBytes {
      XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: $0.count), 0)
    }
    try check(status)
  }

  /// The items that were read to their end since the last call. The document they are from may still turn out to be broken.
  func takeItems() -> [XMLElement] {
    defer { finished.removeAll(keepingCapacity: true) }
    return finished
  }

  /// The whole answer.
  /// - Throws: ``XMLFailure`` for a document that isn't closed: never a short list.
  func finish() throws(XMLFailure) -> XMLAnswer {
    if !isFinished {
      isFinished = true
      try check(XML_Parse(parser, nil, 0, 1))
    }
    return answer
  }

  private func check(_ status: XML_Status) throws(XMLFailure) {
    if let failure { throw failure }
    guard status != XML_STATUS_OK else { return }
    isFinished = true
    let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "out of memory"
    let failure = XMLFailure(description: "\(reason) at line \(XML_GetCurrentLineNumber(parser))")
    self.failure = failure
    throw failure
  }

  private func refuse(_ why: String) {
    guard failure == nil else { return }
    failure = XMLFailure(description: why)
    isFinished = true
    XML_StopParser(parser, 0)
  }

  // MARK: - What expat hands over

  fileprivate func started(_ bytes: UnsafePointer<CChar>) {
    guard failure == nil else { return }
    depth += 1
    guard depth <= Self.depthLimit else { return refuse("more than \(Self.depthLimit) levels") }
    text.removeAll(keepingCapacity: true)
    if !open.isEmpty {
      elements += 1
      guard elements <= Self.elementLimit else { return refuse("more than \(Self.elementLimit) elements in one item") }
    }
    // Of what is passed over nobody asks the name.
    if skipped > 0 { return skipped += 1 }
    let name = String(cString: bytes)
    if !open.isEmpty {
      if open.count == 1, wanted?.contains(name) == false { return skipped += 1 }
      return open.append(XMLElement(name: name))
    }
    if depth == 1 {
      answer.root = name
    } else if matched == depth - 2, matched < path.count, path[matched] == name {
      matched += 1
      if matched == 1 { answer.hasList = true }
      if matched == path.count {
        elements = 0
        return open.append(XMLElement(name: name))
      }
    }
    names.append(name)
  }

  fileprivate func ended() {
    guard failure == nil else { return }
    defer {
      if depth > 1, matched == depth - 1, open.isEmpty { matched -= 1 }
      depth -= 1
      text.removeAll(keepingCapacity: true)
    }
    if skipped > 0 {
      skipped -= 1
      return
    }
    if var element = open.popLast() {
      if element.children.isEmpty { element.text = kept(String(decoding: text, as: UTF8.self)) }
      if open.isEmpty { finished.append(element) } else { open[open.count - 1].children.append(element) }
      return
    }
    let value = String(decoding: text, as: UTF8.self)
    switch names.popLast() {
    case "nextToken": if depth == 2, !value.isEmpty { answer.nextToken = value }
    case "Code": if names.last == "Error", answer.error == nil { answer.error = (value.trimmingSpaces, "") }
    case "Message": if names.last == "Error", answer.error?.message == "" { answer.error?.message = value.trimmingSpaces }
    default: break
    }
  }

  /// The same text, in the memory of the one that came before.
  private func kept(_ text: String) -> String {
    // Shorter ones need no memory besides their sixteen bytes.
    text.utf8.count > 15 ? known.insert(text).memberAfterInsert : text
  }

  fileprivate func received(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil, skipped == 0 else { return }
    guard text.count + bytes.count <= Self.textLimit else { return refuse("more than \(Self.textLimit) bytes of text in one element") }
    text.append(contentsOf: bytes)
  }

  fileprivate func foundDoctype() { refuse("it has a document type, which no answer of AWS has") }
}

private func reader(_ context: UnsafeMutableRawPointer?) -> XMLReader? {
  context.map { Unmanaged<XMLReader>.fromOpaque($0).takeUnretainedValue() }
}

private func xmlStarted(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) {
  if let name { reader(context)?.started(name) }
}

private func xmlEnded(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) { reader(context)?.ended() }

private func xmlReceivedText(_ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ count: Int32) {
  reader(context)?.received(UnsafeRawBufferPointer(start: text, count: Int(max(0, count))))
}

private func xmlFoundDoctype(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ system: UnsafePointer<CChar>?, _ publicID: UnsafePointer<CChar>?,
  _ hasSubset: Int32
) {
  reader(context)?.foundDoctype()
}
