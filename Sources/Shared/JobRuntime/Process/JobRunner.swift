package import JobCore
internal import ObjectStorage

/// Runs one attempt of a job: claim, work under a heartbeat, publish, clean up.
package struct JobRunner: Sendable {
    package typealias Work = @Sendable (JobContext) async throws -> JobResult

    private let spec: CommonSpec
    private let format: String
    private let backends: Backends
    private let environment: JobEnvironment
    private let log: JobLog
    /// Rows are durable before the manifest says so; a failed publication then has its own exit code.
    private let commitsBeforePublishing: Bool

    /// A runner of one attempt.
    package init(
        spec: CommonSpec, format: String, backends: Backends, environment: JobEnvironment, log: JobLog,
        commitsBeforePublishing: Bool
    ) {
        self.spec = spec
        self.format = format
        self.backends = backends
        self.environment = environment
        self.log = log.with(["orgId": spec.orgId, "jobId": spec.jobId])
        self.commitsBeforePublishing = commitsBeforePublishing
    }

    /// What the operator allows a run.
    private struct Limits {
        let maximumSeconds: Double?
        let sourceMinimumRate: Int

        init(_ environment: JobEnvironment) throws(JobError) {
            maximumSeconds = try environment.maximumSeconds()
            sourceMinimumRate = try environment.sourceMinimumRate()
        }
    }

    /// How the job ended: the final manifest, its line as stored, and the exit code.
    package struct End: Sendable {
        package let manifest: Manifest
        package let line: String
        package let exitCode: ExitCode
    }

    /// Runs the job for the actor until it ends or a signal arrives.
    ///
    /// `afterwards` runs when an earlier run has published the result: that run may have been killed before it could
    /// tidy up.
    package func run(
        as actor: JobActor, _ work: @escaping Work, afterwards: @Sendable (Manifest) async throws -> Void = { _ in }
    ) async throws -> End {
        // Before the manifest can say "running": whoever reads that may send a signal at once.
        Relaunch.note(spec)
        try Signals.take()
        let limits = try Limits(environment)
        let folder = try JobFolder(orgId: spec.orgId, jobId: spec.jobId)
        let fresh = Manifest(spec, format: format, actor: actor, now: WallClock.now())
        let audit = JobAudit(spec, AuditLog(backends, log: log), log: log)
        let claim = JobClaim(
            store: backends.store, folder: folder, leaseSeconds: environment.leaseSeconds, log: log,
            notAfter: spec.notAfter, latestAttempt: latestAttempt)
        switch try await acquire(fresh, claim, folder) {
        case .finished(let manifest, let stored):
            log.info("the job is done already; answering from its manifest", ["attempt": "\(manifest.attempt)"])
            // What the run that published it may have been killed before.
            do {
                try await AttemptCleaner(store: backends.store, folder: folder, manifest: manifest, log: log)
                    .removeEarlier()
                try await afterwards(manifest)
            } catch {
                log.debug("what is left of earlier attempts stays: \(JobError.wrapping(error).description)")
            }
            try await audit.complete(manifest)
            try await audit.replay(manifest, to: actor)
            return End(manifest: manifest, line: String(decoding: stored, as: UTF8.self), exitCode: .done)
        case .owned(let manifest, let tag):
            let keeper = try JobKeeper(
                store: backends.store, folder: folder, manifest: manifest, tag: tag,
                leaseSeconds: environment.leaseSeconds)
            return try await attempt(work, manifest, keeper, folder, audit, limits)
        }
    }

    /// Takes the job, or leaves it as it was when a signal or the deadline comes first.
    private func acquire(
        _ fresh: Manifest, _ claim: JobClaim, _ folder: JobFolder
    ) async throws -> JobClaim.Result {
        let notAfter = spec.notAfter
        do {
            return try await Self.untilSignal {
                try await Self.untilDeadline(notAfter) { try await claim.acquire(fresh) }
            }
        } catch {
            let failure = JobError.wrapping(error)
            switch failure.exitCode {
            case .interrupted, .terminated, .deadline: await claim.withdraw(because: failure)
            case .cancelled:
                // A request that was under way when the job was cancelled may have left something since.
                if var (manifest, _) = try? await claim.load(folder.manifest()) {
                    manifest.attemptId = ""
                    await AttemptCleaner(store: backends.store, folder: folder, manifest: manifest, log: log)
                        .tidyUpAll()
                }
            default: break
            }
            throw failure
        }
    }

    /// The number of the latest attempt that loaded rows: the manifest of an import may be gone, its rows are not.
    @Sendable private func latestAttempt() async throws -> Int {
        guard spec.kind == .import else { return 0 }
        let spec = spec
        do {
            return try await JobRecords(backends.database).read { session in
                let fence = LedgerStatements.fence(orgId: spec.orgId, jobId: spec.jobId, dialect: session.dialect)
                return try session.run(fence).first?.first?.flatMap { Int($0) } ?? 0
            }
        } catch is JobError {
            // There is no ledger yet, or no database: that is for the attempt to say, in its manifest.
            return 0
        }
    }

    /// Tells whoever the spec names, unless the job will go on; a signal ends the waiting.
    package func notify(_ end: End) async {
        guard end.manifest.status != .interrupted,
            let notifier = Notifier(spec, signingKey: backends.signingKey, log: log)
        else { return }
        try? await Self.untilSignal { await notifier.post(end.manifest, line: end.line) }
    }

    private func attempt(
        _ work: @escaping Work, _ manifest: Manifest, _ keeper: JobKeeper, _ folder: JobFolder, _ audit: JobAudit,
        _ limits: Limits
    ) async throws -> End {
        let log = log.with(["attempt": "\(manifest.attempt)"])
        let context = JobContext(
            spec: spec, backends: backends, folder: folder, meter: ProgressMeter(), log: log,
            attempt: manifest.attempt, attemptId: manifest.attemptId, createdAt: manifest.createdAt,
            sourceMinimumRate: limits.sourceMinimumRate)
        let cleaner = AttemptCleaner(store: backends.store, folder: folder, manifest: manifest, log: log)
        let heart = Heartbeat(
            keeper: keeper, context: context, leaseSeconds: environment.leaseSeconds,
            maximumSeconds: limits.maximumSeconds, display: ProgressDisplay(name: spec.resource.name, log: log))
        do {
            let result = try await Self.untilSignal {
                try await heart.beat {
                    try await keeper.proveStore()
                    try await audit.start(manifest)
                    await cleaner.tidyUp(keepingParts: true)
                    try await heart.checkCancelled()
                    return try await work(context)
                }
            }
            return try await publish(result, keeper, context, cleaner, audit)
        } catch {
            return try await fail(
                Relaunch.explained(JobError.wrapping(error)), keeper, cleaner, context, audit)
        }
    }

    private func publish(
        _ result: JobResult, _ keeper: JobKeeper, _ context: JobContext, _ cleaner: AttemptCleaner, _ audit: JobAudit
    ) async throws -> End {
        var counts = result.counts
        counts.rowsTotal = max(counts.rowsTotal, counts.rowsRead)
        if spec.kind == .import, result.failure == nil, !counts.isBalanced {
            throw JobError(
                .countMismatch, "the counts of the import do not add up")
        }
        let signed = try await DownloadLinks(store: backends.store).sign(result)
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
        let report = await report(on: keeper.current(), end, context, result.downloadURLTTL)
        let final: Manifest
        do throws(JobError) {
            final = try await keeper.finish { manifest in
                end(&manifest)
                manifest.report = report
            }
        } catch {
            guard commitsBeforePublishing, error.code != .leaseLost else { throw error }
            throw JobError(
                .statusUnpublished, "the rows are loaded, but the manifest could not be written", cause: error)
        }
        // The objects first: while they are there, rows that name them are what finds them.
        await result.afterPublishing?(await cleaner.removeParts(context.parts))
        await cleaner.removeCancelMarker()
        if let failure = result.failure {
            log.failure(failure)
            await audit.fail(final)
        } else {
            try await audit.complete(final)
        }
        return End(
            manifest: final, line: String(decoding: final.bytes(), as: UTF8.self),
            exitCode: result.failure?.exitCode ?? .done)
    }

    /// Stores the report before the manifest names it.
    private func report(
        on current: Manifest, _ end: @Sendable (inout Manifest) -> Void, _ context: JobContext, _ secondsToLive: Int
    ) async -> ReportFile? {
        var manifest = current
        end(&manifest)
        manifest.finishedAt = WallClock.now()
        return await ReportWriter(context: context, secondsToLive: secondsToLive).write(manifest)
    }

    /// Ends the attempt as failed, cancelled or interrupted; removes what it left behind.
    private func fail(
        _ error: JobError, _ keeper: JobKeeper, _ cleaner: AttemptCleaner, _ context: JobContext, _ audit: JobAudit
    ) async throws -> End {
        if [.leaseLost, .statusUnpublished, .auditUnwritten].contains(error.code) {
            // Objects that a stored manifest may name are not removed; the next attempt knows better.
            await leave(keeper, cleaner, context)
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
            return End(
                manifest: final, line: String(decoding: final.bytes(), as: UTF8.self), exitCode: error.exitCode)
        } catch let unpublished {
            log.warning("the failure could not be published: \(unpublished.description)")
            if unpublished.code == .leaseLost {
                await leave(keeper, cleaner, context)
                // What went wrong may be the other attempt's doing, which has swept this one's uploads away.
                if status == .failed, error.exitCode != .deadline { throw unpublished }
            }
            throw error
        }
    }

    /// Removes what an attempt has stored that another one has taken the job from.
    private func leave(_ keeper: JobKeeper, _ cleaner: AttemptCleaner, _ context: JobContext) async {
        guard let successor = await keeper.successor() else { return }
        // As long as the other one works, its rows may name what this one has stored; it removes that itself.
        await cleaner.removeOwn { successor.mayGoOn && context.parts.mayBeNamed($0) }
    }

    /// Runs the operation until it ends or SIGTERM or SIGINT arrives; a result in spite of the signal is returned.
    static func untilSignal<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await Signals.wait()
                return nil
            }
            group.addTask { try await operation() }
            return try await firstValue(&group)
        }
    }

    /// Runs the operation until it ends or the moment, in microseconds since 1970, comes; one that has passed is for the
    /// operation to judge.
    static func untilDeadline<Value: Sendable>(
        _ notAfter: Int64?, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let notAfter, notAfter > WallClock.now() else { return try await operation() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                while notAfter > WallClock.now() {
                    guard await Heartbeat.pause(min(1, Double(notAfter - WallClock.now()) / 1e6)) else { return nil }
                }
                throw Heartbeat.deadline()
            }
            group.addTask { try await operation() }
            return try await firstValue(&group)
        }
    }

    private static func firstValue<Value: Sendable>(
        _ group: inout ThrowingTaskGroup<Value?, any Error>
    ) async throws -> Value {
        var failure: (any Error)?
        while let result = await group.nextResult() {
            switch result {
            case .success(let value?):
                group.cancelAll()
                return value
            case .success: break
            case .failure(let error):
                // A job that was claimed at the moment of the signal is owned, and has to be given back.
                if failure == nil { failure = error }
                group.cancelAll()
            }
        }
        throw failure ?? CancellationError()
    }
}
