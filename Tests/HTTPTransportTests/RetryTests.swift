import HTTPTransport
import Testing

@Suite("Retry policy and quota")
struct RetryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let attempts: Int
        let reason: RetryReason
        var elapsed = 0.0
        var random = 0.5
        var retryAfter: Double?
        let delay: Double?

        var testDescription: String { "\(reason) after \(attempts), \(elapsed) s, retry-after \(retryAfter ?? -1)" }
    }

    @Test(
        "Delays double with full jitter up to the cap, and end",
        arguments: [
            Case(attempts: 1, reason: .transient, delay: 0.025),
            Case(attempts: 2, reason: .transient, delay: 0.05),
            Case(attempts: 7, reason: .transient, delay: 1.6),
            Case(attempts: 8, reason: .transient, delay: nil),
            Case(attempts: 0, reason: .transient, delay: nil),
            Case(attempts: 1, reason: .throttle, delay: 0.5),
            Case(attempts: 5, reason: .throttle, delay: 8),
            Case(attempts: 6, reason: .throttle, delay: 10),
            Case(attempts: 7, reason: .throttle, delay: 10),
            Case(attempts: 1, reason: .transient, random: 0, delay: 0),
            Case(attempts: 1, reason: .transient, elapsed: 119, delay: 0.025),
            Case(attempts: 6, reason: .throttle, elapsed: 111, delay: nil),
            Case(attempts: 1, reason: .throttle, retryAfter: 3, delay: 3),
            Case(attempts: 1, reason: .throttle, retryAfter: 60, delay: 5.5),
            Case(attempts: 5, reason: .throttle, retryAfter: 3, delay: 8),
            Case(attempts: 1, reason: .throttle, retryAfter: -3, delay: 0.5),
        ])
    func delays(_ item: Case) {
        let delay = RetryPolicy().delay(
            after: item.attempts, reason: item.reason, elapsed: item.elapsed, random: item.random,
            retryAfter: item.retryAfter)
        #expect(delay == item.delay)
    }

    @Test("When everything fails, at most 35 attempts are made again after transient faults")
    func transientQuota() {
        let quota = RetryQuota()
        #expect((0..<1000).count { _ in quota.take(.transient) } == 35)
    }

    @Test("When everything is throttled, at most 100 attempts are made again")
    func throttleQuota() {
        let quota = RetryQuota()
        #expect((0..<1000).count { _ in quota.take(.throttle) } == 100)
    }

    @Test("Success gives tokens back, never above the full quota")
    func refunds() {
        let quota = RetryQuota()
        while quota.take(.throttle) {}
        for _ in 0..<4 { quota.refund() }
        #expect(!quota.take(.throttle))
        quota.refund()
        #expect(quota.take(.throttle))
        for _ in 0..<2000 { quota.refund() }
        #expect((0..<1000).count { _ in quota.take(.throttle) } == 100)
    }
}
