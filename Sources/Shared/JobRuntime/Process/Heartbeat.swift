internal import JobCore
internal import ObjectStorage

/// Renews the lease, shows progress and watches for cancellation and deadline while the work goes on.
package struct Heartbeat: Sendable {
    /// Seconds between looks for the marker of a cancellation.
    private static let attention = 2.0
    /// Seconds a job that is past its deadline has to say so; then the process ends all the same.
    private static let lastSeconds = 4.5

    private let keeper: JobKeeper
    private let context: JobContext
    private let display: ProgressDisplay
    /// Seconds between writes of the manifest: stores allow about one a second to one key, pollers need no more.
    private let interval: Double
    /// What the operator allows, by the monotonic clock.
    private let end: Double?

    package init(
        keeper: JobKeeper, context: JobContext, leaseSeconds: Double, maximumSeconds: Double? = nil,
        display: ProgressDisplay
    ) {
        end = maximumSeconds.map { WallClock.monotonicSeconds() + $0 }
        self.keeper = keeper
        self.context = context
        self.display = display
        interval = min(5, leaseSeconds / 3)
    }

    /// Runs the work.
    ///
    /// Throws what the work throws, `lease_lost`, `cancelled` or `deadline`, whichever comes first. Each is watched for
    /// by itself, so that a store that does not answer keeps none of the others waiting.
    package func beat(during work: @escaping @Sendable () async throws -> JobResult) async throws -> JobResult {
        defer { display.clear() }
        try checkDeadline()
        return try await withThrowingTaskGroup(of: JobResult?.self) { group in
            group.addTask { try await work() }
            for watch in [renew, watchForCancellation, watchForDeadline] {
                group.addTask {
                    try await watch()
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func renew() async throws {
        let tick = display.isTerminal ? min(0.2, interval) : min(1, interval)
        var lastWrite = WallClock.monotonic()
        var failedSince: Int64?
        while await Self.pause(tick) {
            let progress = context.meter.progress()
            display.draw(progress)
            let now = WallClock.monotonic()
            if now - lastWrite < Int64(interval * 1_000_000) { continue }
            lastWrite = now
            display.record(progress)
            do throws(JobError) {
                try await keeper.heartbeat(progress)
                failedSince = nil
            } catch {
                // A store that is away for a moment does not stop the work; a lost lease does.
                let since = failedSince ?? now
                failedSince = since
                if !error.isRetryable || error.code == .leaseLost || now - since > 60_000_000 { throw error }
                context.log.warning("the manifest could not be updated: \(error.description)")
            }
        }
    }

    private func watchForCancellation() async throws {
        while await Self.pause(min(Self.attention, interval)) {
            do throws(JobError) {
                try await checkCancelled()
            } catch {
                // Whether the store is away for too long is for the heartbeat to say.
                if !error.isRetryable { throw error }
            }
        }
    }

    private func watchForDeadline() async throws {
        if context.spec.notAfter == nil && end == nil { return }
        repeat {
            try checkDeadline()
        } while await Self.pause(min(1, max(0.001, secondsLeft)))
    }

    private var secondsLeft: Double {
        let byClock = context.spec.notAfter.map { ($0 - WallClock.now()) / .seconds(1) } ?? .infinity
        return min(byClock, end.map { $0 - WallClock.monotonicSeconds() } ?? .infinity)
    }

    private func checkDeadline() throws {
        if let notAfter = context.spec.notAfter, WallClock.now() >= notAfter { throw Self.deadline() }
        if let end, WallClock.monotonicSeconds() >= end {
            throw Self.giveUp(
                JobError(
                    .deadline, "the job has run for as long as the operator allows (JOB_MAX_SECONDS)",
                    hint: "make the job smaller, or raise JOB_MAX_SECONDS"))
        }
    }

    /// The failure of a job whose deadline has passed.
    static func deadline() -> JobError { giveUp(.deadlinePassed) }

    /// The failure of a job whose time is over; the process ends soon, whatever does not answer.
    private static func giveUp(_ failure: JobError) -> JobError {
        ProcessEnd.force(failure, afterSeconds: lastSeconds)
        return failure
    }

    /// Throws `cancelled` (80) when somebody has asked for it.
    func checkCancelled() async throws(JobError) {
        if try await context.place.store.head(context.folder.cancelMarker()) != nil, context.commitment.stop() {
            throw .cancelled(context.spec.jobId)
        }
    }

    /// Waits; false when the task was cancelled.
    static func pause(_ seconds: Double) async -> Bool {
        do {
            try await Task.sleep(for: .seconds(seconds))
            return !Task.isCancelled
        } catch {
            return false
        }
    }
}
