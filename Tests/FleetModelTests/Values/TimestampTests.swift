import FleetModel
import TestSupport
import Testing

@Suite("Timestamp")
struct TimestampTests {
  @Test(
    "a known moment reads as its milliseconds since 1970",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-23T13:42:07Z", 1_795_441_327_000), ("2000-02-29T23:59:59.999Z", 951_868_799_999),
      ("1969-12-31T23:59:59.999Z", -1), ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] as [(String, Int64)])
  func knownMoments(text: String, milliseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    #expect(Timestamp(milliseconds: milliseconds).description == text)
  }

  @Test(
    "every way in which the fleet's systems write one moment reads as the same moment",
    arguments: [
      "2026-01-19T10:00:00.25Z", "2026-01-19t10:00:00.25z", "2026-01-19 10:00:00.25+00", "2026-01-19T11:00:00.250+01:00",
      "2026-01-19T04:30:00.250000-05:30", "2026-01-19T04:30:00.250000-0530", "2026-01-19T10:00:00.250999999Z", "2026-01-19T10:00:00,25Z",
      "2026-01-20T09:59:00.25+23:59", "2026-01-18T10:01:00.25-23:59", "2026-01-19T10:00:00.25-00:00",
    ])
  func spellings(text: String) {
    #expect(Timestamp(rfc3339: text)?.description == "2026-01-19T10:00:00.250Z")
  }

  @Test(
    "what is no RFC 3339 moment is nothing",
    arguments: [
      "", "Z", "now", "2026", "2026-01-19", "2026-01-19T10:00:00", "2026-01-19T10:00Z", "2026-1-19T10:00:00Z", "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z", "2026-01-19T24:00:00Z", "2026-01-19T23:60:00Z", "2026-01-19T23:59:61Z", "2026-01-19T10:00:00.Z",
      "2026-01-19T10:00:00ZZ", "2026-01-19T10:00:00Z ", " 2026-01-19T10:00:00Z", "2026-01-19T10:00:00+24:00", "2026-01-19T10:00:00+01:60",
      "2026-01-19T10:00:00+1", "2026-01-19T10:00:00+01:", "2026-01-19T10:00:00+01:0", "2026-01-19T10:00:00+", "0000-01-01T00:00:00Z",
      "-001-01-01T00:00:00Z", "12026-01-19T10:00:00Z", "２０２６-01-19T10:00:00Z", "2026-01-19T10:00:00+05:30:12",
      "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-19T10:00:00\0Z", "1795441327", "null",
    ])
  func garbage(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test("a leap second is the first second of the next minute")
  func leapSecond() { #expect(Timestamp(rfc3339: "2016-12-31T23:59:60Z") == Timestamp(rfc3339: "2017-01-01T00:00:00Z")) }

  @Test("February has 29 days in 2000, 2024 and 2400, and 28 in 1900, 2023 and 2100")
  func leapDays() {
    for (year, isLeap) in [("2000", true), ("2024", true), ("2400", true), ("1900", false), ("2023", false), ("2100", false)] {
      #expect((Timestamp(rfc3339: "\(year)-02-29T12:00:00Z") != nil) == isLeap)
      let march = Timestamp(rfc3339: "\(year)-03-01T00:00:00Z").map { $0 + -1 }
      #expect(march?.description == "\(year)-02-\(isLeap ? 29 : 28)T23:59:59Z")
    }
  }

  @Test("every moment of the years 1 to 9999 survives being written and read, in any offset")
  func roundTrip() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<10_000 {
      let moment = Timestamp(milliseconds: .random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
      if Timestamp(rfc3339: moment.description) != moment { Issue.record("\(moment.milliseconds): \(moment)") }
    }
    for _ in 0..<2_000 {
      let moment = Timestamp(milliseconds: .random(in: -62_000_000_000_000...253_000_000_000_000, using: &random))
      let minutes = Int64.random(in: -1439...1439, using: &random)
      let local = Timestamp(milliseconds: moment.milliseconds + minutes * 60_000).description.dropLast()
      let clock = Timestamp(milliseconds: abs(minutes) * 60_000).timeOfDay.prefix(5)
      #expect(Timestamp(rfc3339: local + (minutes < 0 ? "-" : "+") + clock) == moment)
    }
  }

  @Test("each day of four hundred years follows the one before")
  func consecutiveDays() {
    var previous = ""
    for day in 0..<146_097 as Range<Int64> {
      let text = Timestamp(milliseconds: day * 86_400_000).description
      if text <= previous { Issue.record("\(text) after \(previous)") }
      previous = text
    }
    #expect(previous == "2369-12-31T00:00:00Z")
  }

  @Test("text order is time order")
  func order() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<2_000 {
      let first = Timestamp(milliseconds: .random(in: 0...4_000_000_000_000, using: &random) / 1000 * 1000)
      let second = Timestamp(milliseconds: .random(in: 0...4_000_000_000_000, using: &random) / 1000 * 1000)
      #expect((first < second) == (first.description < second.description))
    }
  }

  @Test("a moment outside the years 1 to 9999 is the nearest within them, and no arithmetic leaves them")
  func outOfRange() {
    let (first, last) = (Timestamp(milliseconds: .min), Timestamp(milliseconds: .max))
    #expect(first.description == "0001-01-01T00:00:00Z" && last.description == "9999-12-31T23:59:59.999Z")
    for far in [1e300, .infinity, .greatestFiniteMagnitude, 1e12] {
      #expect(Timestamp(seconds: far) == last && Timestamp(seconds: -far) == first)
      #expect(last + far == last && first + -far == first && first + far == last && last + -far == first)
    }
    #expect(Timestamp(seconds: .nan).milliseconds == 0)
    #expect(last - first == 315_537_897_599.999 && first - last == -315_537_897_599.999)
  }

  @Test("seconds since 1970 that a server tells are a moment of the years 1 to 9999, or none")
  func unix() {
    #expect(Timestamp(unix: 1_795_441_327.25)?.description == "2026-11-23T13:42:07.250Z")
    #expect(Timestamp(unix: 253_402_300_799.999)?.description == "9999-12-31T23:59:59.999Z")
    for none in [253_402_300_800, -62_135_596_801, 1e30, -1e308, .infinity, -.infinity, .nan] { #expect(Timestamp(unix: none) == nil) }
  }

  @Test("the time of day and the signature's format are parts of the same moment")
  func otherFormats() {
    let moment = Timestamp(milliseconds: 1_795_441_327_250)
    #expect(moment.timeOfDay == "13:42:07")
    #expect(moment.basicFormat == "20261123T134207Z")
    #expect(Timestamp(milliseconds: .max).basicFormat == "99991231T235959Z")
    #expect(Timestamp(milliseconds: -1).timeOfDay == "23:59:59")
  }

  @Test("seconds can be added and taken")
  func arithmetic() {
    let moment = Timestamp(milliseconds: 1_795_441_327_250)
    #expect((moment + 1.5).milliseconds == 1_795_441_328_750)
    #expect(moment + 90 - moment == 90)
  }

  @Test("no bytes that resemble a moment crash the reader")
  func mutations() {
    var random = SeededGenerator(seed: 3)
    let seed = Array("2026-01-19T10:00:00.250+05:30".utf8)
    let alphabet = Array("0123456789-+:.,TtZz \0é".utf8)
    var accepted = 0
    for _ in 0..<10_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<3, using: &random) {
        case 0 where !bytes.isEmpty: bytes.remove(at: .random(in: 0..<bytes.count, using: &random))
        case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: .random(in: 0...bytes.count, using: &random))
        default: if let index = bytes.indices.randomElement(using: &random) { bytes[index] = alphabet.randomElement(using: &random) ?? 0 }
        }
      }
      guard let moment = Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self)) else { continue }
      accepted += 1
      #expect(Timestamp(rfc3339: moment.description) == moment)
    }
    #expect(accepted > 100)
  }
}
