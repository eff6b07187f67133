import JobCore
import Testing

@testable import JobRuntime

@Suite("Progress")
struct ProgressTests {
    @Test("The share of the work never goes back, whatever the stages say, and ends at 100")
    func monotone() {
        let meter = ProgressMeter()
        #expect(meter.progress().percent == 0 && meter.progress().secondsLeft == nil)
        var last = 0.0
        for share in [0.1, 0.05, 0.5, -1, 0.4999, 0.9, 7, 0.2] {
            meter.update { counts in
                counts.rowsRead += 10
                return share
            }
            let percent = meter.progress().percent
            #expect(percent >= last && percent <= 100)
            last = percent
        }
        #expect(last == 100 && meter.progress().secondsLeft == 0)
        meter.update { _ in nil }
        #expect(meter.progress().percent == 100)
        #expect(meter.counts.rowsRead == 80 && meter.progress().counts.rowsRead == 80)
    }

    @Test("Stages are listed once, by name, whichever began first")
    func stages() {
        let meter = ProgressMeter()
        let past = WallClock.monotonic() - 5_000_000
        for stage in ["read", "encode", "read"] { meter.addTime(stage, since: past) }
        let stats = meter.stats()
        #expect(stats.stages.map(\.name) == ["encode", "read"])
        #expect((stats.stages.last?.milliseconds ?? 0) >= 10_000)
        #expect(stats.durationMs >= 0 && stats.peakMemoryBytes > 1 << 20)
    }

    private func bar(_ percent: Double, rows: Int = 0, rate: Int = 0, left: Int? = nil) -> String {
        var counts = JobCounts()
        counts.rowsRead = rows
        return ProgressDisplay.bar(
            "events", JobProgress(counts: counts, percent: percent, secondsLeft: left, rowsPerSecond: rate))
    }

    @Test("The bar shows name, share, rows, rate and time left")
    func bar() {
        #expect(
            bar(45.25, rows: 1_234_567, rate: 812_000, left: 12)
                == "events  [##########--------------]  45.2 %  1,234,567 rows  812,000 rows/s  12 s left")
        #expect(bar(0) == "events  [------------------------]  0.0 %  0 rows  0 rows/s")
        #expect(bar(100, rows: 999) == "events  [########################]  100.0 %  999 rows  0 rows/s")
        #expect(bar(99.99).contains("[#######################-]  99.9 %"))
    }

    @Test("Numbers are grouped in threes, times are short")
    func numbers() {
        #expect(
            [0, 12, 123, 1234, 12_345, 123_456, 1_234_567].map(ProgressDisplay.grouped)
                == ["0", "12", "123", "1,234", "12,345", "123,456", "1,234,567"])
        #expect(
            [0, 59, 60, 185, 3599, 3600, 7800].map(ProgressDisplay.duration)
                == ["0 s", "59 s", "1 min 00 s", "3 min 05 s", "59 min 59 s", "1 h 00 min", "2 h 10 min"])
    }

    @Test("The peak of memory covers what was used")
    func memory() {
        let before = MemoryUse.peakBytes()
        var bytes = [UInt8](repeating: 1, count: 64 << 20)
        for index in stride(from: 0, to: bytes.count, by: 4096) { bytes[index] = 2 }
        #expect(MemoryUse.peakBytes() >= before)
        #expect(MemoryUse.peakBytes() >= 64 << 20)
        #expect(bytes[4096] == 2)
    }
}
