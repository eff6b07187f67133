internal import JobCore
internal import ObjectStorage

/// Runs a job: claims it, has it attempted, or answers for what an earlier run has made of it.
struct JobRunner: Sendable {
    private let job: any Job
    private let place: Workplace

    private var spec: CommonSpec { job.spec }
    private var log: JobLog { place.log }

    /// A runner of one attempt.
    init(_ job: any Job, in place: Workplace) {
        self.job = job
        self.place = place.logging(["orgId": job.spec.orgId, "jobId": job.spec.jobId])
    }

    /// How the job ended: the final manifest, its line as stored, and the exit code.
    struct End: Sendable {
        let manifest: Manifest
        let line: String
        let exitCode: ExitCode
    }

    /// Runs the job for the actor until it ends or a signal arrives.
    func run(as actor: JobActor) async throws -> End {
        // Before the manifest can say "running": whoever reads that may send a signal at once.
        Relaunch.note(spec)
        try Signals.take()
        let limits = try JobAttempt.Limits(place.environment)
        let folder = try JobFolder(orgId: spec.orgId, jobId: spec.jobId)
        let fresh = Manifest(spec, format: job.format, actor: actor, now: WallClock.now())
        let claim = JobClaim(
            store: place.store, folder: folder, leaseSeconds: place.environment.leaseSeconds, log: log,
            notAfter: spec.notAfter, latestAttempt: latestAttempt)
        let audit = JobAudit(spec, place.audit, log: log)
        switch try await acquire(fresh, claim) {
        case .owned(let manifest, let tag):
            let keeper = try JobKeeper(
                store: place.store, folder: folder, manifest: manifest, tag: tag,
                leaseSeconds: place.environment.leaseSeconds)
            return try await JobAttempt(job, manifest, keeper, folder, audit, limits, in: place).run()
        case .ended(let manifest, let stored):
            await tidy(after: manifest, folder)
            if manifest.status == .cancelled {
                await audit.repeatEnd(of: manifest)
                throw JobError.cancelled(spec.jobId)
            }
            log.info("the job is done already; answering from its manifest", ["attempt": "\(manifest.attempt)"])
            try await audit.complete(manifest)
            try await audit.replay(manifest, to: actor)
            return End(manifest: manifest, line: String(decoding: stored, as: UTF8.self), exitCode: .done)
        }
    }

    /// Takes the job, or leaves it as it was when a signal or the deadline comes first.
    private func acquire(_ fresh: Manifest, _ claim: JobClaim) async throws -> JobClaim.Result {
        let notAfter = spec.notAfter
        do {
            return try await Race.untilSignal {
                try await Race.untilDeadline(notAfter) { try await claim.acquire(fresh) }
            }
        } catch {
            let failure = JobError.wrapping(error)
            switch failure.exitCode {
            case .interrupted, .terminated, .deadline: await claim.withdraw(because: failure)
            default: break
            }
            throw failure
        }
    }

    /// Does what the run that ended the job may have been killed before.
    private func tidy(after manifest: Manifest, _ folder: JobFolder) async {
        do {
            var manifest = manifest
            // Of a job without a result nothing stays, its last attempt's objects neither: a request of it may have been
            // under way when it was cancelled.
            if manifest.status == .cancelled { manifest.attemptId = "" }
            try await AttemptCleaner(store: place.store, folder: folder, manifest: manifest, log: log).removeEarlier()
            try await job.forget(manifest, in: place)
        } catch {
            log.warning("what is left of earlier attempts stays: \(JobError.wrapping(error).description)")
        }
    }

    /// The number of the latest attempt that loaded rows: the manifest of such a job may be gone, its rows are not.
    @Sendable private func latestAttempt() async throws -> Int {
        guard spec.kind.loadsRows else { return 0 }
        let key = LedgerKey(orgId: spec.orgId, jobId: spec.jobId)
        do {
            return try await place.records.read { try ImportLedger.fence(of: key, $0) ?? 0 }
        } catch is JobError {
            // There is no ledger yet, or no database: that is for the attempt to say, in its manifest.
            return 0
        }
    }

    /// Tells whoever the spec names, unless the job will go on; a signal ends the waiting.
    func notify(_ end: End) async {
        guard end.manifest.status != .interrupted,
            let notifier = Notifier(spec, signingKey: place.signingKey, log: log)
        else { return }
        try? await Race.untilSignal { await notifier.post(end.manifest, line: end.line) }
    }
}
