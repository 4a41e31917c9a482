import Testing

@testable import FleetTUI

@Suite struct FilterQueryTests {
  private let fields = [
    FilterField(id: "org", aliases: ["slug"]), FilterField(id: "tenant", aliases: ["status"]), FilterField(id: "cost", measure: .money),
    FilterField(id: "age", measure: .duration), FilterField(id: "progress", measure: .share), FilterField(id: "machines", measure: .count),
  ]

  private func terms(_ text: String) -> [FilterTerm] { FilterQuery.reading(text, fields: fields).query.terms }

  private func problem(_ text: String) -> String? { FilterQuery.reading(text, fields: fields).problem?.description }

  @Test("Words, fields, figures, patterns and what is not wanted are told apart")
  func everyKindOfTerm() {
    #expect(
      terms("Acme !lost status:failed|Stuck org=globex cost>=0.1 !age<10m /tls .*fail/ !/x\\/y/") == [
        FilterTerm(test: .holds(["acme"], field: nil)),
        FilterTerm(isNegated: true, test: .holds(["lost"], field: nil)),
        FilterTerm(test: .holds(["failed", "stuck"], field: "tenant")),
        FilterTerm(test: .equals(["globex"], field: "org", figures: [])),
        FilterTerm(test: .compares(.atLeast, 0.1, field: "cost")),
        FilterTerm(isNegated: true, test: .compares(.less, 600, field: "age")),
        FilterTerm(test: .matches("tls .*fail")),
        FilterTerm(isNegated: true, test: .matches("x/y")),
      ])
    #expect(terms("  ").isEmpty)
  }

  @Test("Numbers, money, durations and shares are read as they are written")
  func figures() {
    #expect(Measure.duration.figure(of: "1h30m") == 5400)
    #expect(Measure.duration.figure(of: "90") == 90)
    #expect(Measure.duration.figure(of: "2W") == 1_209_600)
    #expect(Measure.money.figure(of: "$0.10") == 0.1)
    #expect(Measure.money.figure(of: ".5") == 0.5)
    #expect(Measure.share.figure(of: "50%") == 0.5)
    #expect(Measure.count.figure(of: "3") == 3)
    for wrong in ["", "m", "10x", "1h30", "nan", "inf", "-1", "0x10", "1e999"] {
      #expect(Measure.duration.figure(of: wrong) == nil && Measure.count.figure(of: wrong) == nil, "\(wrong)")
    }
  }

  @Test("What is in quotes is one word, and so is a time of day")
  func quotedWords() {
    #expect(terms("\"two words\"") == [FilterTerm(test: .holds(["two words"], field: nil))])
    #expect(terms("status=\"can't tell\"|ok") == [FilterTerm(test: .equals(["can't tell", "ok"], field: "tenant", figures: []))])
    #expect(terms("10:31 a|b") == [FilterTerm(test: .holds(["10:31"], field: nil)), FilterTerm(test: .holds(["a", "b"], field: nil))])
    for name in ["a b", "!x", "/x/", "a:b", "a|b", "x=1", "plain", ""] {
      let word = FilterTerm(test: .holds([name.lowercased()], field: nil))
      #expect(terms(name.asFilterWord) == (name.isEmpty ? terms("\"\"") : [word]), "\(name)")
    }
  }

  @Test("A broken term is told with what would be right")
  func brokenTerms() {
    #expect(problem("statsu:failed") == "there is no field \"statsu\"; did you mean status?")
    #expect(problem("zzzzzzzzzz:1")?.contains("there are org tenant cost") == true)
    #expect(problem("org>3") == "org is no figure: use org:text or org=text")
    #expect(problem("age>soon") == "age>soon is not understood: age>10m")
    #expect(problem("cost>1|2") != nil)
    #expect(problem("status:") == "status: needs a value behind it")
    #expect(problem("status:|") != nil)
    #expect(problem("!") != nil)
    #expect(problem("/open") == "a pattern ends with a slash: /open/")
    #expect(problem("//") != nil)
    #expect(problem("/a/b") != nil)
    #expect(terms("ok org>3 !x /b/c also") == terms("ok !x also"))
    #expect(problem("/(/")?.contains("a ( without its )") == true)
  }

  @Test("A filter that grows by what is typed is looked for among the rows that passed")
  func narrowing() {
    func narrows(_ new: String, _ old: String) -> Bool {
      FilterQuery.reading(new, fields: fields).query.narrows(FilterQuery.reading(old, fields: fields).query)
    }
    #expect(narrows("acme", "ac") && narrows("ac x", "ac") && narrows("org:acme", "org:ac"))
    #expect(!narrows("!acme", "!ac"))
    #expect(!narrows("a|b", "a"))
    #expect(!narrows("cost<10", "cost<1"))
    #expect(!narrows("org:acme", "status:ac"))
  }
}
