import FleetModel
import Testing

@testable import FleetTUI

@Suite struct WorkspaceTreeTests {
  private func rows(_ parents: [(id: String, parent: String?)]) -> [(branches: String, workspace: Workspace)] {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.apply(
      .tenant("acme"),
      .workspaces(
        "id-acme",
        parents.map {
          WorkspaceRow(id: WorkspaceID($0.id), name: $0.id, status: .online, parentID: $0.parent.map { WorkspaceID($0) })
        }))
    return WorkspaceTree(Array(scene.fleet.workspaces(of: "id-acme"))).rows(.ascii)
  }

  @Test func fiveHundredChildrenStandUnderTheirParentInOrder() {
    let children = (0..<500).map { "child-\(1000 + $0)" }
    let rows = rows(children.reversed().map { ($0, "boss") } + [("boss", nil), ("zoe", nil)])
    #expect(rows.map { $0.workspace.row.name } == ["boss"] + children + ["zoe"])
    #expect(rows[0].branches.isEmpty && rows[1].branches == Glyphs.ascii.branch && rows[500].branches == Glyphs.ascii.lastBranch)
  }

  @Test func aParentThatIsMissingLeavesItsChildARoot() {
    let rows = rows([("child", "gone"), ("grandchild", "child"), ("self", "self")])
    #expect(rows.map { $0.workspace.row.name } == ["child", "grandchild", "self"])
    #expect(rows.map(\.branches.isEmpty) == [true, false, true])
  }

  @Test func aCircleWithATailIsDrawnOnce() {
    let rows = rows([("a", "c"), ("b", "a"), ("c", "b"), ("tail", "a"), ("well", nil)])
    #expect(rows.map { $0.workspace.row.name }.sorted() == ["a", "b", "c", "tail", "well"])
    #expect(rows.first?.workspace.row.name == "well")
  }

  @Test func aNameIsReadHoweverDeepItStands() {
    let depth = 300
    let rows = rows((0..<depth).map { ("w-\(1000 + $0)", $0 == 0 ? nil : "w-\(999 + $0)") })
    #expect(rows.map { $0.workspace.row.name } == (0..<depth).map { "w-\(1000 + $0)" })
    #expect(rows.allSatisfy { TextWidth.columns(of: $0.branches) <= 12 })
  }
}
