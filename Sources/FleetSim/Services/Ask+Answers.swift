import FleetModel

/// The answers' documents, element by element as the EC2 API reference lists them (those that clients of a fleet read).
extension Ask {
  private static let requestID = "59dbff89-35bd-4eac-99ed-be5870000001"

  func instances(_ world: World) -> [UInt8] {
    let (machines, next) = page(world)
    var xml = XMLText(root: "DescribeInstancesResponse", capacity: 512 + machines.count * 2400)
    xml.leaf("requestId", Self.requestID)
    xml.element("reservationSet") { xml in
      for machine in machines { Self.reservation(machine, &xml) }
    }
    end(&xml, next: next)
    xml.close("DescribeInstancesResponse")
    return xml.bytes
  }

  private static func reservation(_ machine: Machine, _ xml: inout XMLText) {
    xml.open("item")
    xml.leaf("reservationId", "r-\(machine.hexID)")
    xml.leaf("ownerId", ComputeService.account)
    xml.raw("<groupSet/><instancesSet><item>")
    xml.leaf("instanceId", machine.id.rawValue)
    xml.leaf("imageId", machine.image)
    state(machine.state, "instanceState", &xml)
    if machine.state != .terminated {
      xml.leaf("privateDnsName", "ip-\(machine.privateIP.replacing(".", with: "-")).\(machine.region).compute.internal")
    }
    let ended = machine.endedAt.map { "User initiated (\($0.description.prefix(10)) \($0.timeOfDay) GMT)" } ?? ""
    xml.leaf("reason", ended)
    xml.raw("<amiLaunchIndex>0</amiLaunchIndex><productCodes/>")
    xml.leaf("instanceType", machine.type)
    xml.leaf("launchTime", machine.launchedAt.description)
    xml.element("placement") { xml in
      xml.leaf("availabilityZone", machine.zone)
      xml.raw("<groupName/><tenancy>default</tenancy>")
    }
    xml.raw("<monitoring><state>disabled</state></monitoring>")
    if machine.state != .terminated {
      xml.leaf("subnetId", machine.subnetID)
      xml.leaf("vpcId", World.vpc)
      xml.leaf("privateIpAddress", machine.privateIP)
      if let ip = machine.publicIP, machine.state != .stopped { xml.leaf("ipAddress", ip) }
    }
    xml.raw("<sourceDestCheck>true</sourceDestCheck>")
    if machine.hasParts { groupSet(machine, &xml) } else { xml.raw("<groupSet/>") }
    if machine.endedAt != nil {
      xml.raw("<stateReason><code>Client.UserInitiatedShutdown</code><message>Client.UserInitiatedShutdown: User initiated shutdown")
      xml.raw("</message></stateReason>")
    }
    xml.raw("<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/sda1</rootDeviceName>")
    if machine.hasParts { devices(machine, &xml) } else { xml.raw("<blockDeviceMapping/>") }
    xml.raw("<virtualizationType>hvm</virtualizationType>")
    xml.tags(machine.tags)
    xml.raw("<hypervisor>xen</hypervisor>")
    if machine.hasParts { interfaceSet(machine, &xml) } else { xml.raw("<networkInterfaceSet/>") }
    xml.raw("<ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport></item></instancesSet></item>")
  }

  private static func groupSet(_ machine: Machine, _ xml: inout XMLText) {
    xml.element("groupSet") { xml in
      xml.element("item") { xml in
        xml.leaf("groupId", machine.groupID)
        xml.leaf("groupName", machine.groupName)
      }
    }
  }

  private static func devices(_ machine: Machine, _ xml: inout XMLText) {
    xml.raw("<blockDeviceMapping><item><deviceName>/dev/sda1</deviceName><ebs>")
    xml.leaf("volumeId", machine.volumeID)
    xml.raw("<status>attached</status>")
    xml.leaf("attachTime", machine.launchedAt.description)
    xml.raw("<deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>")
  }

  private static func interfaceSet(_ machine: Machine, _ xml: inout XMLText) {
    xml.raw("<networkInterfaceSet><item>")
    xml.leaf("networkInterfaceId", machine.interfaceID)
    xml.leaf("vpcId", World.vpc)
    xml.raw("<status>in-use</status>")
    xml.leaf("privateIpAddress", machine.privateIP)
    xml.raw("</item></networkInterfaceSet>")
  }

  private static func state(_ state: InstanceState, _ name: StaticString, _ xml: inout XMLText) {
    let code =
      switch state {
      case .pending: "0"
      case .running: "16"
      case .shuttingDown: "32"
      case .terminated: "48"
      case .stopping: "64"
      case .stopped: "80"
      case .unknown: "272"
      }
    xml.element(name) { xml in
      xml.leaf("code", code)
      xml.leaf("name", state.text)
    }
  }

  /// Only running instances have a status unless all are asked for (`IncludeAllInstances` is not simulated).
  func statuses(_ world: World) -> [UInt8] {
    let (machines, next) = page(world) { $0.state == .running }
    var xml = XMLText(root: "DescribeInstanceStatusResponse", capacity: 512 + machines.count * 700)
    xml.leaf("requestId", Self.requestID)
    xml.element("instanceStatusSet") { xml in
      for machine in machines {
        xml.element("item") { xml in
          xml.leaf("instanceId", machine.id.rawValue)
          xml.leaf("availabilityZone", machine.zone)
          Self.state(machine.state, "instanceState", &xml)
          xml.raw("<systemStatus><status>ok</status><details><item><name>reachability</name><status>passed</status></item></details>")
          xml.raw("</systemStatus><instanceStatus><status>ok</status><details><item><name>reachability</name><status>passed</status>")
          xml.raw("</item></details></instanceStatus>")
        }
      }
    }
    end(&xml, next: next)
    xml.close("DescribeInstanceStatusResponse")
    return xml.bytes
  }

  func volumes(_ world: World) -> [UInt8] {
    let (machines, next) = page(world, where: \.hasParts)
    var xml = XMLText(root: "DescribeVolumesResponse", capacity: 512 + machines.count * 1200)
    xml.leaf("requestId", Self.requestID)
    xml.element("volumeSet") { xml in
      for volume in loose(world.volumes) where volume.region == region {
        Self.volume(volume.id, volume.gigabytes, "\(region)a", "available", volume.createdAt, volume.tags, of: nil, &xml)
      }
      for machine in machines {
        let tags = machine.tags.filter { $0.key != "SGID" && $0.key != "TunnelID" }
        Self.volume(machine.volumeID, machine.diskGB, machine.zone, "in-use", machine.launchedAt, tags, of: machine, &xml)
      }
    }
    end(&xml, next: next)
    xml.close("DescribeVolumesResponse")
    return xml.bytes
  }

  private static func volume(
    _ id: String, _ size: Int, _ zone: String, _ status: String, _ made: Timestamp, _ tags: [Machine.Tag], of machine: Machine?,
    _ xml: inout XMLText
  ) {
    xml.open("item")
    xml.leaf("volumeId", id)
    xml.leaf("size", String(size))
    xml.raw("<snapshotId/>")
    xml.leaf("availabilityZone", zone)
    xml.leaf("status", status)
    xml.leaf("createTime", made.description)
    if let machine {
      xml.raw("<attachmentSet><item>")
      xml.leaf("volumeId", id)
      xml.leaf("instanceId", machine.id.rawValue)
      xml.raw("<device>/dev/sda1</device><status>attached</status>")
      xml.leaf("attachTime", machine.launchedAt.description)
      xml.raw("<deleteOnTermination>true</deleteOnTermination></item></attachmentSet>")
    } else {
      xml.raw("<attachmentSet/>")
    }
    xml.tags(tags)
    xml.raw("<volumeType>gp3</volumeType><iops>3000</iops><encrypted>true</encrypted><throughput>125</throughput></item>")
  }

  func interfaces(_ world: World) -> [UInt8] {
    let (machines, next) = page(world, where: \.hasParts)
    var xml = XMLText(root: "DescribeNetworkInterfacesResponse", capacity: 512 + machines.count * 1000)
    xml.leaf("requestId", Self.requestID)
    xml.element("networkInterfaceSet") { xml in
      for machine in machines {
        xml.open("item")
        xml.leaf("networkInterfaceId", machine.interfaceID)
        xml.leaf("subnetId", machine.subnetID)
        xml.leaf("vpcId", World.vpc)
        xml.leaf("availabilityZone", machine.zone)
        xml.raw("<description/>")
        xml.leaf("ownerId", ComputeService.account)
        xml.raw("<requesterManaged>false</requesterManaged><status>in-use</status>")
        xml.leaf("privateIpAddress", machine.privateIP)
        Self.groupSet(machine, &xml)
        xml.element("attachment") { xml in
          xml.leaf("attachmentId", "eni-attach-\(machine.hexID)")
          xml.leaf("instanceId", machine.id.rawValue)
          xml.raw("<deviceIndex>0</deviceIndex><status>attached</status><deleteOnTermination>true</deleteOnTermination>")
        }
        if let ip = machine.publicIP { xml.element("association") { $0.leaf("publicIp", ip) } }
        xml.raw("<tagSet/><interfaceType>interface</interfaceType></item>")
      }
    }
    end(&xml, next: next)
    xml.close("DescribeNetworkInterfacesResponse")
    return xml.bytes
  }

  func groups(_ world: World) -> [UInt8] {
    let (machines, next) = page(world, where: \.hasParts)
    var xml = XMLText(root: "DescribeSecurityGroupsResponse", capacity: 512 + machines.count * 1000)
    xml.leaf("requestId", Self.requestID)
    xml.element("securityGroupInfo") { xml in
      for group in loose(world.groups) where group.region == region {
        Self.group(group.id, group.name, .nothing, group.tags, &xml)
      }
      for machine in machines {
        let tags = machine.tags.filter { $0.key != "SGID" && $0.key != "TunnelID" }
        Self.group(machine.groupID, machine.groupName, machine.ingress, tags, &xml)
      }
    }
    end(&xml, next: next)
    xml.close("DescribeSecurityGroupsResponse")
    return xml.bytes
  }

  private static func group(_ id: String, _ name: String, _ ingress: Machine.Ingress, _ tags: [Machine.Tag], _ xml: inout XMLText) {
    xml.open("item")
    xml.leaf("ownerId", ComputeService.account)
    xml.leaf("groupId", id)
    xml.leaf("groupName", name)
    xml.raw("<groupDescription>managed by the control plane</groupDescription>")
    xml.leaf("vpcId", World.vpc)
    let anywhere: StaticString = "<groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>"
    switch ingress {
    case .nothing: xml.raw("<ipPermissions/>")
    case .everything:
      xml.raw("<ipPermissions><item><ipProtocol>-1</ipProtocol>")
      xml.raw(anywhere)
      xml.raw("</ipPermissions>")
    case .ssh, .debugPort:
      let port = ingress == .ssh ? "22" : "9999"
      xml.raw("<ipPermissions><item><ipProtocol>tcp</ipProtocol>")
      xml.leaf("fromPort", port)
      xml.leaf("toPort", port)
      xml.raw(anywhere)
      xml.raw("</ipPermissions>")
    }
    xml.raw("<ipPermissionsEgress><item><ipProtocol>-1</ipProtocol>")
    xml.raw(anywhere)
    xml.raw("</ipPermissionsEgress>")
    xml.tags(tags)
    xml.close("item")
  }

  /// Not paged, as in EC2.
  func addresses(_ world: World) -> [UInt8] {
    var xml = XMLText(root: "DescribeAddressesResponse")
    xml.leaf("requestId", Self.requestID)
    xml.element("addressesSet") { xml in
      for address in world.addresses where address.region == region {
        xml.open("item")
        xml.leaf("publicIp", address.ip)
        xml.leaf("allocationId", address.allocation)
        xml.raw("<domain>vpc</domain>")
        if let machine = address.instance.flatMap({ world.machines[$0] }), machine.hasParts {
          xml.leaf("instanceId", machine.id.rawValue)
          xml.leaf("associationId", "eipassoc-\(machine.hexID)")
          xml.leaf("networkInterfaceId", machine.interfaceID)
          xml.leaf("privateIpAddress", machine.privateIP)
        }
        xml.tags(address.tags)
        xml.close("item")
      }
    }
    xml.close("DescribeAddressesResponse")
    return xml.bytes
  }
}
