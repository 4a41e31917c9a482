import Testing

@testable import FleetModel

@Suite struct TagsTests {
  @Test func tagsAreTheSameInWhateverOrderTheyCame() throws {
    let tags: Tags = ["Name": "a", "OrgID": "o", "Role": "tenant"]
    #expect(tags == Tags([("Role", "tenant"), ("Name", "a"), ("OrgID", "o")].map { (key: $0.0, value: $0.1) }))
    #expect(tags.keys == ["Name", "OrgID", "Role"] && tags["OrgID"] == "o" && tags["org"] == nil && !tags.isEmpty && Tags().isEmpty)
    #expect(tags.map { "\($0.key)=\($0.value)" } == ["Name=a", "OrgID=o", "Role=tenant"])
  }

  @Test func ofTwoWithOneKeyTheLastCounts() {
    #expect(["a": "1", "b": "2", "a": "3", "a": "4"] as Tags == ["a": "4", "b": "2"])
  }

  @Test func tagsAreSetReplacedAndTaken() {
    var tags = Tags()
    for (key, value) in [("b", "1"), ("c", "2"), ("a", "3"), ("c", "4")] { tags[key] = value }
    #expect(tags == ["a": "3", "b": "1", "c": "4"])
    tags["b"] = nil
    tags["x"] = nil
    #expect(tags == ["a": "3", "c": "4"])
  }

  @Test func whatSharesItsKeysHasItsOwnTags() {
    var known = TagKeys()
    var tags: [Tags] = [["a": "1", "b": "2"], ["a": "3", "b": "4"], ["a": "5"]]
    let before = tags
    for index in tags.indices { tags[index].share(&known) }
    #expect(tags == before)
    tags[0]["c"] = "6"
    #expect(tags[0] == ["a": "1", "b": "2", "c": "6"] && tags[1] == before[1])
  }
}
