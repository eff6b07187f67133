import JobCore
import Testing

@Suite("Instants")
struct InstantTests {
    private let late = Instant(microseconds: .max - 1)
    private let early = Instant(microseconds: .min + 1)

    @Test("Instants are ordered by time, the infinite ones at the ends")
    func order() {
        let ordered = [
            .negativeInfinity, early, Timestamp.range.lowerBound, Instant(microseconds: -1), Instant(seconds: 0),
            Instant(microseconds: 1), Timestamp.range.upperBound, late, .infinity,
        ]
        #expect(ordered.sorted(by: >).sorted() == ordered)
        for (place, instant) in ordered.enumerated() {
            for (other, second) in ordered.enumerated() {
                #expect((instant < second) == (place < other) && (instant == second) == (place == other))
                #expect((instant <= second) == (place <= other))
            }
        }
        #expect(Set(ordered + ordered).count == ordered.count)
    }

    @Test(
        "Seconds are rounded down, before 1970 too",
        arguments: [
            (0, 0), (1, 0), (999_999, 0), (1_000_000, 1), (-1, -1), (-1_000_000, -1), (-1_000_001, -2),
            (1_775_044_800_250_000, 1_775_044_800), (.max, 9_223_372_036_854), (.min, -9_223_372_036_855),
        ] as [(Int64, Int64)])
    func seconds(microseconds: Int64, seconds: Int64) {
        let instant = Instant(microseconds: microseconds)
        #expect(instant.seconds == seconds && instant.microseconds == microseconds)
        let isInfinite = microseconds == .max || microseconds == .min
        #expect(instant.startOfSecond == (isInfinite ? instant : Instant(seconds: seconds)))
    }

    @Test(
        "Seconds that have no count of microseconds are infinitely far away",
        arguments: [
            (9_223_372_036_854, 9_223_372_036_854_000_000), (9_223_372_036_855, .max), (.max, .max),
            (-9_223_372_036_854, -9_223_372_036_854_000_000), (-9_223_372_036_855, .min), (.min, .min),
        ] as [(Int64, Int64)])
    func far(seconds: Int64, microseconds: Int64) {
        #expect(Instant(seconds: seconds).microseconds == microseconds)
    }

    @Test("A span moves an instant, to the nearest microsecond")
    func spans() {
        let noon = Instant(seconds: 1_775_044_800)
        #expect(noon + .seconds(90) == Instant(seconds: 1_775_044_890))
        #expect(noon - .seconds(90) == Instant(seconds: 1_775_044_710))
        #expect(noon + .seconds(-90) == noon - .seconds(90))
        #expect((noon + .seconds(1.9)).microseconds - noon.microseconds == 1_900_000)
        #expect(noon + .nanoseconds(499) == noon && noon - .nanoseconds(499) == noon)
        #expect(noon + .nanoseconds(500) == noon.adding(microseconds: 1))
        #expect(noon - .nanoseconds(500) == noon.adding(microseconds: -1))
    }

    @Test("The span between two instants leads from one to the other, however far apart they are")
    func differences() {
        let noon = Instant(seconds: 1_775_044_800)
        #expect(noon - (noon - .milliseconds(1500)) == .milliseconds(1500))
        #expect(noon - (noon + .milliseconds(1500)) == .milliseconds(-1500))
        #expect(late - early == .microseconds(UInt64.max - 2))
        #expect(early + (late - early) == late && late - (late - early) == early)
        #expect(Instant.infinity - .negativeInfinity == .microseconds(UInt64.max))
    }

    @Test("What is moved out of reach is infinite, and stays so")
    func ends() {
        let spans: [Duration] = [.seconds(Int64.max), .seconds(Int64.min), Instant.infinity - .negativeInfinity]
        for instant in [early, Instant(seconds: 0), late] {
            #expect(instant + spans[0] == .infinity && instant - spans[0] == .negativeInfinity)
            #expect(instant + spans[1] == .negativeInfinity && instant - spans[1] == .infinity)
            #expect(instant.adding(microseconds: .max) == (instant == early ? Instant(seconds: 0) : .infinity))
        }
        #expect(late.adding(microseconds: 1) == .infinity && early.adding(microseconds: -1) == .negativeInfinity)
        #expect(late.adding(microseconds: .min) == Instant(microseconds: -2))
        for instant in [Instant.infinity, .negativeInfinity] {
            for span in spans { #expect(instant + span == instant && instant - span == instant) }
            #expect(instant.adding(microseconds: .min) == instant && instant.adding(microseconds: 7) == instant)
        }
    }

    @Test(
        "An instant is shown by its canonical text, which is read back",
        arguments: [
            (1_775_044_800_250_000, "2026-04-01T12:00:00.25Z"), (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (.max, "infinity"), (.min, "-infinity"),
        ] as [(Int64, String)])
    func text(microseconds: Int64, text: String) {
        let instant = Instant(microseconds: microseconds)
        #expect("\(instant)" == text && Timestamp.format(instant) == text)
        #expect(Timestamp.parse(text, isExtended: true) == instant)
    }
}
