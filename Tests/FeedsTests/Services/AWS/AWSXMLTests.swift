import FleetModel
import Testing

@testable import Feeds

@Suite struct AWSXMLTests {
  static func read(
    _ text: String, path: [String] = InstanceRow.path, wanted: Set<String>? = nil, chunk: Int = .max
  ) throws -> (answer: XMLAnswer, items: [XMLElement]) {
    let reader = XMLReader(path: path, wanted: wanted)
    var rest = Array(text.utf8)[...]
    var items: [XMLElement] = []
    while !rest.isEmpty {
      try reader.feed(Array(rest.prefix(chunk)))
      items += reader.takeItems()
      rest = rest.dropFirst(min(chunk, rest.count))
    }
    return (try reader.finish(), items)
  }

  /// The rows, which are the same whether all of an item is read or only what a row is made of.
  static func rows<Row: EC2Row & Equatable>(_ text: String, chunk: Int = .max) throws -> [Row] {
    let whole = try read(text, path: Row.path, chunk: chunk).items.compactMap { Row($0, region: "us-east-2") }
    #expect(try read(text, path: Row.path, wanted: Row.wanted, chunk: chunk).items.compactMap { Row($0, region: "us-east-2") } == whole)
    return whole
  }

  static let machine = """
    <?xml version="1.0" encoding="UTF-8"?>
    <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
      <requestId>8f7724cf</requestId>
      <reservationSet>
        <item>
          <reservationId>r-1</reservationId>
          <groupSet/>
          <instancesSet>
            <item>
              <instanceId>i-0123456789abcdef0</instanceId><imageId>ami-1</imageId>
              <instanceState><code>16</code><name>running</name></instanceState>
              <instanceType>t3.large</instanceType>
              <launchTime>2026-11-23T09:12:44.000Z</launchTime>
              <placement><availabilityZone>us-east-2b</availabilityZone><tenancy>default</tenancy></placement>
              <vpcId>vpc-1</vpcId><privateIpAddress>10.0.0.7</privateIpAddress><ipAddress>3.4.5.6</ipAddress>
              <ipv6Address>2600:1F16:0abc:0:0:0:0:7</ipv6Address>
              <networkInterfaceSet>
                <item><networkInterfaceId>eni-1</networkInterfaceId><ipv6AddressesSet>
                  <item><ipv6Address>2600:1f16:abc::7</ipv6Address></item><item><ipv6Address>2600:1f16:abc::8</ipv6Address></item>
                </ipv6AddressesSet></item>
                <item><networkInterfaceId>eni-2</networkInterfaceId><ipv6AddressesSet/></item>
              </networkInterfaceSet>
              <reason>User initiated (2026-11-23 09:12:44 GMT)</reason>
              <instanceLifecycle>spot</instanceLifecycle>
              <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>
              <groupSet><item><groupId>sg-1</groupId><groupName>workspace-1</groupName></item><item><groupId>sg-2</groupId></item></groupSet>
              <tagSet>
                <item><key>Name</key><value>ws-d3605ef2-f7d</value></item>
                <item><key>empty</key><value/></item>
                <item><key>amp &amp; co</key><value>a &lt;b&gt; &#x2603;</value></item>
              </tagSet>
            </item>
          </instancesSet>
        </item>
      </reservationSet>
      <nextToken>next page=1</nextToken>
    </DescribeInstancesResponse>
    """

  @Test(arguments: [1, 2, 3, 7, 1000, Int.max]) func aMachineReadsTheSameHoweverItsBytesAreCut(_ chunk: Int) throws {
    let answer = try Self.read(Self.machine, chunk: chunk).answer
    #expect(answer.root == "DescribeInstancesResponse" && answer.hasList && answer.error == nil)
    #expect(answer.nextToken == "next page=1")
    let rows: [InstanceRow] = try Self.rows(Self.machine, chunk: chunk)
    let row = try #require(rows.first)
    #expect(rows.count == 1)
    #expect(
      row
        == InstanceRow(
          id: "i-0123456789abcdef0", region: "us-east-2", state: .running, type: "t3.large",
          launchedAt: Timestamp(rfc3339: "2026-11-23T09:12:44Z"),
          privateIP: "10.0.0.7", publicIP: "3.4.5.6", ipv6Addresses: ["2600:1f16:abc::7", "2600:1f16:abc::8"], imageID: "ami-1",
          availabilityZone: "us-east-2b", vpcID: "vpc-1", isSpot: true,
          stateReason: "User initiated (2026-11-23 09:12:44 GMT)", securityGroups: ["sg-1", "sg-2"], volumes: ["vol-1"],
          tags: ["Name": "ws-d3605ef2-f7d", "empty": "", "amp & co": "a <b> ☃"]))
  }

  @Test func everyPrefixOfADocumentIsAnErrorAndNeverAShortList() throws {
    let bytes = Array(Self.machine.utf8)
    for count in 0..<bytes.count where bytes[count...].contains(UInt8(ascii: ">")) {
      let reader = XMLReader(path: InstanceRow.path)
      #expect(throws: XMLFailure.self) {
        try reader.feed(Array(bytes.prefix(count)))
        _ = try reader.finish()
      }
    }
  }

  @Test func flippedBytesNeverCrashTheReader() {
    var random = SystemRandomNumberGenerator()
    let original = Array(Self.machine.utf8)
    for _ in 0..<500 {
      var bytes = original
      for _ in 0..<4 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
      let reader = XMLReader(path: InstanceRow.path)
      do {
        try reader.feed(bytes)
        for item in reader.takeItems() { _ = InstanceRow(item, region: "r") }
        _ = try reader.finish()
      } catch {}
    }
  }

  @Test(arguments: [
    "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>",
    "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></ErrorResponse>",
    "<Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error>",
  ]) func anErrorIsFoundWhereverItStands(_ document: String) throws {
    let error = try #require(try Self.read(document).answer.error)
    #expect(error.code == "RequestLimitExceeded")
    #expect(error.message == "Request limit exceeded.")
  }

  @Test func aDocumentTypeIsRefusedBeforeAnyEntityGrows() {
    let bomb = """
      <?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
      <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><a>&lol3;</a>
      """
    #expect { try Self.read(bomb) } throws: { "\($0)".contains("document type") }
  }

  @Test func deepAndLongDocumentsAreRefused() {
    #expect { try Self.read(String(repeating: "<a>", count: 100)) } throws: { "\($0)".contains("levels") }
    #expect { try Self.read("<a>" + String(repeating: "x", count: 70_000) + "</a>") } throws: { "\($0)".contains("bytes of text") }
    let wide = "<A><volumeSet><item>" + String(repeating: "<a/>", count: XMLReader.elementLimit + 1) + "</item></volumeSet></A>"
    #expect { try Self.read(wide, path: VolumeRow.path) } throws: { "\($0)".contains("elements") }
  }

  @Test func whatTagsSayIsMadeHarmlessAndSecretsAreMasked() throws {
    let rows: [VolumeRow] = try Self.rows(
      """
      <A><volumeSet><item><volumeId>vol-1</volumeId><size>80</size><status>available</status><volumeType>gp3</volumeType>
      <createTime>2026-11-23T09:12:44.000Z</createTime><attachmentSet><item><instanceId>i-1</instanceId></item></attachmentSet>
      <tagSet><item><key>Name</key><value>a\u{202E}b&#10;c</value></item><item><key>password</key><value>hunter2</value></item></tagSet></item></volumeSet></A>
      """)
    let row = try #require(rows.first)
    #expect(row.tags == ["Name": "ab c", "password": "•••"])
    #expect(row.size == 80 && row.state == "available" && row.type == "gp3" && row.instances == ["i-1"])
    #expect(row.createdAt == Timestamp(rfc3339: "2026-11-23T09:12:44Z"))
  }

  @Test func aSecurityGroupsRulesAndAnInterfacesUseAreRead() throws {
    let groups: [SecurityGroupRow] = try Self.rows(
      """
      <A><securityGroupInfo><item><groupId>sg-1</groupId><groupName>tenant-acme</groupName><groupDescription>d</groupDescription><vpcId>vpc-1</vpcId>
      <ipPermissions><item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>
      <groups><item><userId>1</userId><groupId>sg-9</groupId></item></groups><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>
      <ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges><prefixListIds/></item><item><ipProtocol>-1</ipProtocol></item></ipPermissions>
      </item></securityGroupInfo></A>
      """)
    #expect(
      groups.first
        == SecurityGroupRow(
          id: "sg-1", region: "us-east-2", name: "tenant-acme", vpcID: "vpc-1", summary: "d",
          ingress: [
            .init(ipProtocol: "tcp", fromPort: 22, toPort: 22, ranges: ["0.0.0.0/0", "::/0"], groups: ["sg-9"]), .init(ipProtocol: "-1"),
          ]))
    let interfaces: [NetworkInterfaceRow] = try Self.rows(
      """
      <A><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><status>in-use</status><vpcId>vpc-1</vpcId>
      <groupSet><item><groupId>sg-1</groupId></item></groupSet><attachment><attachmentId>eni-attach-1</attachmentId><instanceId>i-1</instanceId></attachment>
      <association><publicIp>1.2.3.4</publicIp></association></item></networkInterfaceSet></A>
      """)
    #expect(
      interfaces.first
        == NetworkInterfaceRow(
          id: "eni-1", region: "us-east-2", state: "in-use", vpcID: "vpc-1", publicIP: "1.2.3.4", securityGroups: ["sg-1"],
          attachment: "eni-attach-1", instance: "i-1"))
  }

  @Test func anAddressAndAMachinesHealthAreRead() throws {
    let addresses: [AddressRow] = try Self.rows(
      """
      <A><addressesSet><item><publicIp>1.2.3.4</publicIp><allocationId>eipalloc-1</allocationId><domain>vpc</domain>
      <associationId>eipassoc-1</associationId><instanceId>i-1</instanceId><networkInterfaceId>eni-1</networkInterfaceId>
      <tagSet><item><key>OrgID</key><value>o</value></item></tagSet></item><item><publicIp>1.2.3.5</publicIp></item></addressesSet></A>
      """)
    #expect(
      addresses == [
        AddressRow(
          id: "eipalloc-1", region: "us-east-2", publicIP: "1.2.3.4", association: "eipassoc-1", instance: "i-1",
          networkInterface: "eni-1", tags: ["OrgID": "o"]), AddressRow(id: "1.2.3.5", region: "us-east-2", publicIP: "1.2.3.5"),
      ])
    let statuses: [InstanceStatusRow] = try Self.rows(
      """
      <A><instanceStatusSet><item><instanceId>i-1</instanceId><instanceState><name>running</name></instanceState>
      <systemStatus><status>ok</status></systemStatus><instanceStatus><status>impaired</status></instanceStatus></item></instanceStatusSet></A>
      """)
    #expect(statuses == [InstanceStatusRow(id: "i-1", region: "us-east-2", system: "ok", instance: "impaired")])
  }

  @Test func whatNobodyWantsOfAnItemIsPassedOver() throws {
    let items = try Self.read(
      "<A><s><item><a>1</a><skip><a>2</a><deep><skip/></deep>text</skip><b>3</b></item></s></A>", path: ["s", "item"], wanted: ["a", "b"]
    ).items
    #expect(items.first?.children.map { "\($0.name)=\($0.text)" } == ["a=1", "b=3"] && items.count == 1)
  }
}
