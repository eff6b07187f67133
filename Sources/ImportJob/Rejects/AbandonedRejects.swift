internal import JobCore
internal import JobRuntime

/// Removes the refused rows of imports that were killed and that nobody has gone on with for a week.
struct AbandonedRejects {
    let context: JobContext
    let loader: any RowLoader

    /// Removes those of the organisation's other jobs, as far as the store lets it.
    func remove() async throws {
        for job in await loader.abandonedJobs() {
            guard let folder = try? JobFolder(orgId: context.spec.orgId, jobId: job) else { continue }
            do {
                // The objects first: the rows are what finds them.
                try await AttemptCleaner.removeParts(of: folder, in: context.place.store)
            } catch {
                if error is CancellationError { throw error }
                context.log.warning(
                    "refused rows of job \(job), which nobody has gone on with for a week, could not be removed: "
                        + JobError.wrapping(error).description)
                continue
            }
            try await loader.discardRejects(ofAbandoned: job)
        }
    }
}
