internal import JobCore
internal import ObjectStorage

/// Renews the lease, shows progress and watches for cancellation and deadline while the work goes on.
package struct Heartbeat: Sendable {
    private let keeper: JobKeeper
    private let context: JobContext
    private let display: ProgressDisplay
    /// Seconds between writes of the manifest: stores allow about one a second to one key, pollers need no more.
    private let interval: Double

    package init(keeper: JobKeeper, context: JobContext, leaseSeconds: Double, display: ProgressDisplay) {
        self.keeper = keeper
        self.context = context
        self.display = display
        interval = min(5, leaseSeconds / 3)
    }

    /// Runs the work.
    ///
    /// Throws what the work throws, `lease_lost`, `cancelled` or `deadline`, whichever comes first.
    package func beat(during work: @escaping @Sendable () async throws -> JobResult) async throws -> JobResult {
        defer { display.clear() }
        try checkDeadline()
        return try await withThrowingTaskGroup(of: JobResult?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await watch()
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private func watch() async throws {
        let tick = display.isTerminal ? min(0.2, interval) : min(1, interval)
        var lastWrite = WallClock.monotonic()
        var failedSince: Int64?
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(tick)) } catch { return }
            try checkDeadline()
            let progress = context.meter.progress()
            display.draw(progress)
            let now = WallClock.monotonic()
            if now - lastWrite < Int64(interval * 1_000_000) { continue }
            lastWrite = now
            display.record(progress)
            do throws(JobError) {
                try await checkCancelled()
                try await keeper.heartbeat(progress)
                failedSince = nil
            } catch {
                // A store that is away for a moment does not stop the work; a lost lease does.
                let since = failedSince ?? now
                failedSince = since
                if !error.isRetryable || error.code == "lease_lost" || now - since > 60_000_000 { throw error }
                context.log.warning("the manifest could not be updated: \(error.description)")
            }
        }
    }

    private func checkDeadline() throws {
        if let notAfter = context.spec.notAfter, WallClock.now() >= notAfter {
            throw JobError(
                "deadline", .deadline, "the job's deadline (notAfter) has passed",
                hint: "use a later notAfter and a new jobId")
        }
    }

    /// Throws `cancelled` (80) when somebody has asked for it.
    func checkCancelled() async throws(JobError) {
        if try await context.backends.store.head(context.folder.cancelMarker()) != nil {
            throw JobError("cancelled", .cancelled, "job \(context.spec.jobId) was cancelled")
        }
    }
}
