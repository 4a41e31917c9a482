/// XML written straight into bytes: an answer of 1,000 instances is 2 MB.
struct XMLText {
  private(set) var bytes: [UInt8] = []

  init(root: StaticString, capacity: Int = 4096) {
    bytes.reserveCapacity(capacity)
    raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<")
    raw(root)
    raw(" xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">")
  }

  mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  mutating func leaf(_ name: StaticString, _ value: some StringProtocol) {
    open(name)
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "&"): raw("&amp;")
      case UInt8(ascii: "<"): raw("&lt;")
      case UInt8(ascii: ">"): raw("&gt;")
      default: bytes.append(byte)
      }
    }
    close(name)
  }

  mutating func element(_ name: StaticString, _ content: (inout Self) -> Void) {
    open(name)
    content(&self)
    close(name)
  }

  mutating func open(_ name: StaticString) {
    raw("<")
    raw(name)
    raw(">")
  }

  mutating func close(_ name: StaticString) {
    raw("</")
    raw(name)
    raw(">")
  }

  mutating func tags(_ tags: [Machine.Tag]) {
    guard !tags.isEmpty else { return }
    element("tagSet") { xml in
      for tag in tags {
        xml.element("item") { xml in
          xml.leaf("key", tag.key)
          xml.leaf("value", tag.value)
        }
      }
    }
  }
}
