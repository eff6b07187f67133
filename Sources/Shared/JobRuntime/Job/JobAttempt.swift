internal import JobCore
internal import ObjectStorage

/// One attempt of a job that this process owns: work under a heartbeat, publish, clean up.
struct JobAttempt: Sendable {
    /// What the operator allows a run.
    struct Limits: Sendable {
        let maximumSeconds: Double?
        let sourceMinimumRate: Int

        /// Throws `configuration_invalid` (78).
        init(_ environment: JobEnvironment) throws(JobError) {
            maximumSeconds = try environment.maximumSeconds()
            sourceMinimumRate = try environment.sourceMinimumRate()
        }
    }

    private let job: any Job
    private let manifest: Manifest
    private let keeper: JobKeeper
    private let audit: JobAudit
    private let context: JobContext
    private let cleaner: AttemptCleaner
    private let limits: Limits

    /// The attempt that the manifest names, in the hands of its keeper.
    init(
        _ job: any Job, _ manifest: Manifest, _ keeper: JobKeeper, _ folder: JobFolder, _ audit: JobAudit,
        _ limits: Limits, in place: Workplace
    ) {
        let place = place.logging(["attempt": "\(manifest.attempt)"])
        self.job = job
        self.manifest = manifest
        self.keeper = keeper
        self.audit = audit
        self.limits = limits
        context = JobContext(
            spec: job.spec, place: place, folder: folder, meter: ProgressMeter(), attempt: manifest.attempt,
            attemptId: manifest.attemptId, createdAt: manifest.createdAt,
            sourceMinimumRate: limits.sourceMinimumRate)
        cleaner = AttemptCleaner(store: place.store, folder: folder, manifest: manifest, log: place.log)
    }

    private var log: JobLog { context.log }

    /// Works until there is a result, which is published, or a reason to end without one, which is too.
    func run() async throws -> JobRunner.End {
        let heart = Heartbeat(
            keeper: keeper, context: context, leaseSeconds: context.place.environment.leaseSeconds,
            maximumSeconds: limits.maximumSeconds,
            display: ProgressDisplay(name: job.spec.resource.name, log: log))
        do {
            let result = try await Race.untilSignal {
                try await heart.beat {
                    try await keeper.proveStore()
                    try await audit.start(manifest)
                    await cleaner.tidyUp(keepingParts: true)
                    try await heart.checkCancelled()
                    return try await job.work(in: context)
                }
            }
            return try await publish(result)
        } catch {
            return try await fail(Relaunch.explained(JobError.wrapping(error)))
        }
    }

    private func publish(_ result: JobResult) async throws -> JobRunner.End {
        var counts = result.counts
        counts.rowsTotal = max(counts.rowsTotal, counts.rowsRead)
        if job.spec.kind.loadsRows, result.failure == nil, !counts.isBalanced {
            throw JobError(
                .countMismatch, "the counts of the import do not add up")
        }
        let signed = try await DownloadLinks(store: context.place.store).sign(result)
        let stats = context.meter.stats()
        let notes = context.notes.notes
        let end: @Sendable (inout Manifest) -> Void = { [counts] manifest in
            manifest.counts = counts
            manifest.files = signed.result.files
            manifest.rejects = signed.result.rejects
            manifest.preview = signed.result.preview
            manifest.notes = notes
            manifest.stats = stats
            manifest.error = signed.result.failure.map { ManifestFailure($0) }
            if signed.result.failure == nil {
                manifest.status = .completed
                manifest.outcome = signed.result.outcome
                manifest.progress = 100
                manifest.downloadURL = signed.result.files.first?.url
                manifest.downloadURLExpiresAt = signed.result.files.isEmpty ? nil : signed.expiresAt
            } else {
                manifest.status = .failed
            }
        }
        let report = await report(on: keeper.current(), end, result.downloadURLTTL)
        let final: Manifest
        do throws(JobError) {
            final = try await keeper.finish { manifest in
                end(&manifest)
                manifest.report = report
            }
        } catch {
            guard job.commitsRows, error.code != .leaseLost else { throw error }
            throw JobError(
                .statusUnpublished, "the rows are loaded, but the manifest could not be written", cause: error)
        }
        // The objects first: while they are there, rows that name them are what finds them.
        await result.afterPublishing?(await cleaner.removeParts(context.parts))
        await cleaner.removeCancelMarker()
        if let failure = result.failure {
            log.failure(failure)
            await audit.fail(final)
            await forget(final)
        } else {
            try await audit.complete(final)
        }
        return JobRunner.End(
            manifest: final, line: String(decoding: final.bytes(), as: UTF8.self),
            exitCode: result.failure?.exitCode ?? .done)
    }

    /// Stores the report before the manifest names it.
    private func report(
        on current: Manifest, _ end: @Sendable (inout Manifest) -> Void, _ secondsToLive: Int
    ) async -> ReportFile? {
        var manifest = current
        end(&manifest)
        manifest.finishedAt = WallClock.now()
        return await ReportWriter(context: context, secondsToLive: secondsToLive).write(manifest)
    }

    /// Ends the attempt as failed, cancelled or interrupted; removes what it left behind.
    private func fail(_ error: JobError) async throws -> JobRunner.End {
        if [.leaseLost, .statusUnpublished, .auditUnwritten].contains(error.code) {
            // Objects that a stored manifest may name are not removed; the next attempt knows better.
            await leave()
            throw error
        }
        let status: Manifest.Status =
            switch error.exitCode {
            case .interrupted, .terminated: .interrupted
            case .cancelled: .cancelled
            default: .failed
            }
        let progress = context.meter.progress()
        let stats = context.meter.stats()
        do throws(JobError) {
            let final = try await keeper.finish { manifest in
                manifest.status = status
                manifest.error = ManifestFailure(error)
                manifest.counts = progress.counts
                manifest.progress = max(manifest.progress, min(progress.percent, 99.9))
                manifest.stats = stats
                manifest.notes = context.notes.notes
            }
            await cleaner.removeOwn { final.mayGoOn && context.parts.mayBeNamed($0) }
            // No attempt may follow that would tidy up after earlier ones.
            if status != .interrupted, final.attempt > 1 { await cleaner.tidyUp(keepingParts: final.mayGoOn) }
            if status == .cancelled { await cleaner.removeCancelMarker() }
            log.failure(error)
            await audit.fail(final)
            await forget(final)
            return JobRunner.End(
                manifest: final, line: String(decoding: final.bytes(), as: UTF8.self), exitCode: error.exitCode)
        } catch let unpublished {
            log.warning("the failure could not be published: \(unpublished.description)")
            if unpublished.code == .leaseLost {
                await leave()
                // What went wrong may be the other attempt's doing, which has swept this one's uploads away.
                if status == .failed, error.exitCode != .deadline { throw unpublished }
            }
            throw error
        }
    }

    /// Removes what an attempt has stored that another one has taken the job from.
    private func leave() async {
        guard let successor = await keeper.successor() else { return }
        // As long as the other one works, its rows may name what this one has stored; it removes that itself.
        await cleaner.removeOwn { successor.mayGoOn && context.parts.mayBeNamed($0) }
    }

    /// Removes what was kept for an attempt that will not come, as far as that is possible: the next launch does it too.
    private func forget(_ final: Manifest) async {
        if !final.mayGoOn { try? await job.forget(final, in: context.place) }
    }
}
