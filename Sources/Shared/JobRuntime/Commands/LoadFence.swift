internal import JobCore

/// Keeps owners that are late out of the ledger of an import that is cancelled, and tells what was committed before.
struct LoadFence: Sendable {
    let place: Workplace
    let folder: JobFolder

    /// No attempt up to that of the manifest commits any more; returns what was committed, `nil` when there is no ledger.
    ///
    /// Before the manifest says that the job is cancelled: an owner that stands still in the middle of a chunk may still
    /// commit it as long as the fence is not raised. Throws `already_finished` (64) for a job whose rows are all loaded, and
    /// what the database says when that cannot be told.
    func raise(_ manifest: Manifest) async throws -> JobCounts? {
        do {
            return try await place.records.write(lock: key.lock) { session in
                let committed = try ImportLedger.committed(key, session)
                if committed?.isComplete == true { throw finished }
                try ImportLedger.fenceOff(key, fence: manifest.attempt, specSHA256: manifest.specSHA256, session)
                return committed.map { committed in
                    var counts = JobCounts()
                    counts.take(committed)
                    counts.rowsTotal = counts.rowsRead
                    return counts
                }
            }
        } catch let error as JobError where error.code == .tablesMissing {
            // A database without the tables has no rows of the job.
            return nil
        } catch let error as JobError where error.code != finished.code {
            throw JobError(
                error.code,
                "job \(folder.jobId) is not cancelled: its last owner could still commit rows: \(error.message)",
                hint: error.isRetryable ? "cancel it again when the database answers" : error.hint, cause: error)
        }
    }

    /// Forgets the kept rejects: nobody will want them.
    func discardRejects() async throws {
        try await place.records.write(lock: key.lock) { try ImportLedger.discardRejects(of: key, $0) }
    }

    private var key: LedgerKey { LedgerKey(orgId: folder.orgId, jobId: folder.jobId) }

    private var finished: JobError {
        JobError(
            .alreadyFinished, "job \(folder.jobId) has loaded all its rows and cannot be cancelled",
            hint: "launch it again: it publishes its result")
    }
}
