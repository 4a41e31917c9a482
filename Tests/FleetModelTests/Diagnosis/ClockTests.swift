import Testing

@testable import FleetModel

@Suite struct ClockTests {
  private let noon = Timestamp(rfc3339: "2026-11-24T12:00:00Z") ?? .distantPast

  @Test func anAnswerTellsItsServersClockWithinTheTimeThatItTook() {
    let quick = ClockOffset(date: noon, sent: noon + 0.1, received: noon + 0.3)
    #expect(abs(quick.ahead - 0.3) < 0.001 && abs(quick.margin - 0.6) < 0.001)
    let slow = ClockOffset(date: noon + 60, sent: noon, received: noon + 20)
    #expect(abs(slow.ahead - 50.5) < 0.001 && abs(slow.margin - 10.5) < 0.001)
    // This machine's clock was set back while the answer was under way.
    #expect(ClockOffset(date: noon, sent: noon + 100, received: noon).margin == 0)
  }

  static let comparisons: [(controlPlane: Double?, ec2: Double?, summary: String?, suspects: [String])] = [
    (nil, nil, nil, []), (0, 0, nil, []), (29, -1, nil, []), (30.4, nil, nil, []),
    (120, nil, "this machine's clock and the control plane's are 2 min apart", ["this machine", "the control plane"]),
    (nil, -45, "this machine's clock and EC2's are 45 s apart", ["this machine", "EC2"]),
    (600, 0.4, "the control plane's clock is 10 min ahead of this machine's and EC2's", ["the control plane"]),
    (0, -90, "EC2's clock is 90 s behind this machine's and the control plane's", ["EC2"]),
    (300, 301, "this machine's clock is 5 min behind the control plane's and EC2's", ["this machine"]),
    (-20, 20, "the control plane's clock and EC2's are 40 s apart", ["the control plane", "EC2"]),
    (100, 200, "this machine's clock and EC2's are 3 min apart", ["this machine", "EC2"]),
  ]

  @Test(arguments: comparisons) func theClockThatTwoOthersSpeakAgainstIsNamed(
    _ controlPlane: Double?, _ ec2: Double?, _ summary: String?, _ suspects: [String]
  ) {
    let comparison = ClockComparison(
      controlPlane: controlPlane.map { ClockOffset(ahead: $0, margin: 0.5) }, ec2: ec2.map { ClockOffset(ahead: $0, margin: 0.5) })
    #expect(comparison.disagreement?.summary == summary.map { "\($0): ages shown here are off by that" })
    #expect(comparison.disagreement?.suspects ?? [] == suspects)
  }

  @Test func aSlowAnswerAccusesNobody() {
    #expect(ClockComparison(controlPlane: ClockOffset(ahead: 35, margin: 10), ec2: nil).disagreement == nil)
    #expect(ClockComparison(controlPlane: ClockOffset(ahead: 45, margin: 10), ec2: nil).disagreement != nil)
  }

  @Test func aFindingComesWithAClockAndGoesWithItsCorrectionOrItsSilence() throws {
    var scene = DiagnosisTests().scene(workspace: .online)
    scene.hear(.ec2("us-east-2"), .clock(ClockOffset(ahead: 0.3, margin: 0.5)))
    scene.hear(.controlPlane, .clock(ClockOffset(ahead: 90, margin: 0.5)))
    scene.fleet.judge(at: scene.now)
    let finding = try #require(scene.fleet.triage.findings(of: .fleet).first)
    #expect(finding.code == .clockSkew && finding.severity == .warning)
    #expect(finding.summary.hasPrefix("the control plane's clock is 90 s ahead of this machine's and EC2's"))
    #expect(finding.evidence.map(\.by) == ["control-plane", "ec2:us-east-2"] && finding.evidence.allSatisfy { $0.at == scene.now })
    #expect(finding.evidence[1].says == "its Date header is within 1 s of this machine's clock")
    #expect(scene.fleet.clockFinding(at: scene.now) == finding)
    #expect(scene.fleet.triage.differences(from: scene.fleet, at: scene.now).isEmpty)

    var corrected = scene
    corrected.hear(.controlPlane, .clock(ClockOffset(ahead: -1, margin: 0.5)))
    corrected.fleet.judge(at: corrected.now)
    #expect(corrected.fleet.triage.findings(of: .fleet).isEmpty)

    // Nobody answers any more: what the clock was ten minutes ago says nothing of now.
    scene.now = scene.now + 599
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.triage.findings(of: .fleet).contains { $0.code == .clockSkew })
    #expect(scene.fleet.triage.nextChange.map { $0 <= scene.now + 1 } == true)
    scene.now = scene.now + 2
    scene.fleet.judge(at: scene.now)
    #expect(!scene.fleet.triage.findings(of: .fleet).contains { $0.code == .clockSkew })
  }

  @Test func aRegionThatNoLongerAnswersDoesNotSpeakAgainstTheOthers() {
    var scene = DiagnosisTests().scene(workspace: .online)
    scene.hear(.ec2("us-east-2"), .clock(ClockOffset(ahead: 150, margin: 0.5)))
    #expect(scene.fleet.clockFinding(at: scene.now) != nil)
    // This machine's clock is set right; us-east-2 fails since.
    scene.now = scene.now + 60
    scene.hear(.ec2("us-west-2"), .clock(ClockOffset(ahead: 0, margin: 2)))
    #expect(scene.fleet.clockFinding(at: scene.now) == nil)
  }

  @Test func whatIsNotKnownOfAClockIsSaid() throws {
    var scene = DiagnosisTests().scene(workspace: .online)
    scene.hear(.controlPlane, .clock(ClockOffset(ahead: -90, margin: 0.5)))
    let finding = try #require(scene.fleet.clockFinding(at: scene.now))
    #expect(finding.unchecked == ["EC2's clock: no answer with a Date header"])
    #expect(finding.nextStep.contains("this machine and the control plane"))
  }
}
