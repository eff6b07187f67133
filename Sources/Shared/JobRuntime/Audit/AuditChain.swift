internal import JobCore

/// Where the entries of all organisations are kept, each organisation's in a chain of its own.
package protocol AuditChain: Sendable {
    /// Adds the entry for the event behind the last one; two writers never get the same number.
    ///
    /// Returns the entry; nothing is added when the event is there already, to the microsecond: a reply may have been
    /// lost, or a process killed that had more to do.
    ///
    /// Throws `lease_lost` for the start of an attempt when the job was completed since: another attempt has overtaken it.
    /// Tells with it the entry numbered `earlier`, when there is one. `moreFollows`: it is not the last one of its job.
    func append(
        _ event: AuditEvent, telling earlier: Int?, moreFollows: Bool
    ) async throws -> (entry: AuditEntry, earlier: AuditEntry?)

    /// Looks at the end of the chain for somebody who wants to add the event there.
    ///
    /// Throws what would keep an entry out, before one is announced, and `lease_lost` as `append` does.
    func view(of event: AuditEvent) async throws -> AuditView

    /// Puts an entry in its own place; false when another one is there.
    func place(_ entry: AuditEntry, moreFollows: Bool) async throws -> Bool

    /// The entries behind `seq` in their order, from the first without it, at most `limit`.
    func entries(of orgId: String, after seq: Int?, limit: Int) async throws -> [AuditEntry]

    /// The entry with that number.
    func entry(_ seq: Int, of orgId: String) async throws -> AuditEntry?
}

extension AuditChain {
    /// Adds the entry for the event.
    @discardableResult
    package func append(_ event: AuditEvent) async throws -> AuditEntry {
        try await append(event, telling: nil, moreFollows: false).entry
    }

    /// The entry with that number, when there is one.
    package func entry(_ seq: Int, of orgId: String) async throws -> AuditEntry? {
        if seq == Int.min { return nil }
        return try await entries(of: orgId, after: seq - 1, limit: 1).first { $0.seq == seq }
    }
}

/// The end of a chain.
package struct AuditView: Sendable {
    let last: AuditEntry?
    /// The entry of the event, when it has one.
    let known: AuditEntry?
}

extension AuditEvent {
    static let started = "started"
    static let completions = ["completed", "partial"]

    /// Whether the other event tells that this one, the start of an attempt, comes too late to be one.
    func isOvertaken(by other: AuditEvent) -> Bool {
        outcome == Self.started && other.jobId == jobId && other.at > at && Self.completions.contains(other.outcome)
    }

    /// The last entry is signed, or not as it was written; who has no key cannot tell which.
    var behindSeal: JobError {
        JobError(
            .auditKeyMissing,
            "the audit log of \(orgId) ends with an entry that is signed or was changed, and JOB_SIGNING_KEY is not set",
            hint: "set the JOB_SIGNING_KEY that the organisation's jobs use; `audit verify` tells what is wrong")
    }

    /// The attempt is not the job's any more.
    var overtaken: JobError {
        JobError(
            .leaseLost, "another attempt has completed job \(jobId)",
            hint: "nothing to do: launched again, it is answered from its manifest")
    }
}
