internal import JobCore

/// Marks the transactions of one import, so that the process that takes the job over can end those of one that stands
/// still: a frozen process would keep its rows locked for as long as it sleeps.
struct JobLock {
    /// The lock's number, as SQL.
    private let number: String
    private let fence: Int
    private let orgId: String
    private let jobId: String

    init(_ request: LoadRequest) {
        orgId = request.orgId
        jobId = request.jobId
        fence = request.fence
        number = "hashtextextended(\(Quoting.literal("data-io import \(request.orgId)/\(request.jobId)")), 1)"
    }

    /// Marks the open transaction; nobody waits for this lock.
    var mark: String { "SELECT pg_advisory_xact_lock_shared(\(number)); " }

    /// Ends the sessions with transactions of earlier attempts, as far as the role may; nothing when a later attempt has
    /// the job.
    func endEarlierAttempts(_ connection: Connection) throws {
        if fence <= 1 { return }
        // The two halves of a lock's number (https://www.postgresql.org/docs/current/view-pg-locks.html).
        try connection.execute(
            """
            SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid,
              (SELECT \(number) AS number) AS job
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.classid::bigint = (job.number >> 32 & 4294967295) AND l.objid::bigint = (job.number & 4294967295)
              AND a.usename = current_user AND NOT EXISTS (
                SELECT 1 FROM import_ledger WHERE org_id = $1 AND job_id = $2 AND fence > $3::bigint)
            """, [orgId, jobId, String(fence)])
    }
}
