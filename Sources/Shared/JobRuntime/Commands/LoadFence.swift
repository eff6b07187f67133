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
            return try await place.records.write(lock: lock) { session in
                let found = try session.run(
                    LedgerStatements.counts(orgId: folder.orgId, jobId: folder.jobId, dialect: session.dialect)
                ).first
                if let found, ["1", "t", "true"].contains(found.last ?? nil) { throw finished }
                _ = try session.run(
                    LedgerStatements.fenceOff(
                        orgId: folder.orgId, jobId: folder.jobId, fence: manifest.attempt,
                        specSHA256: manifest.specSHA256, dialect: session.dialect))
                return found.map(Self.counts)
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
        _ = try await place.records.write(lock: lock) { session in
            try session.run(
                LedgerStatements.discardRejects(orgId: folder.orgId, jobId: folder.jobId, dialect: session.dialect))
        }
    }

    private var lock: String { "job:\(folder.orgId):\(folder.jobId)" }

    private var finished: JobError {
        JobError(
            .alreadyFinished, "job \(folder.jobId) has loaded all its rows and cannot be cancelled",
            hint: "launch it again: it publishes its result")
    }

    private static func counts(_ row: [String?]) -> JobCounts {
        let numbers = row.map { $0.flatMap { Int($0) } ?? 0 }
        var counts = JobCounts()
        guard numbers.count >= 5 else { return counts }
        counts.rowsTotal = numbers[0]
        counts.rowsRead = numbers[0]
        counts.inserted = numbers[1]
        counts.updated = numbers[2]
        counts.rowsWritten = numbers[1] + numbers[2]
        counts.skipped = numbers[3]
        counts.rejected = numbers[4]
        return counts
    }
}
