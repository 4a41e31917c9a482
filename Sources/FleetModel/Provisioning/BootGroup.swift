/// Which boots resemble each other: the same role, runtime, image and machine.
public enum BootGroup {
  /// The image without a runtime on it (contract §5.1): whoever starts from another starts with its installing done.
  public static let plainImage = "ami-0ea3c35c5c3284d82"

  /// `workspace/hermes/cold/t3.large`; shorter where the machine isn't known yet.
  public static func name(role: InstanceRole, runtime: String?, machine: InstanceRow?) -> String {
    var parts = [role.rawValue, runtime ?? "-"]
    if let type = machine?.type {
      parts.append(machine?.imageID.map { $0 == plainImage ? "cold" : "prebaked" } ?? "-")
      parts.append(type)
    }
    return parts.map { $0.isEmpty ? "-" : $0.replacing("/", with: "_") }.joined(separator: "/")
  }
}
