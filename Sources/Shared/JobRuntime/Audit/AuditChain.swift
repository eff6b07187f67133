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

    /// The entries behind `seq` in their order, at most `limit`.
    func entries(of orgId: String, after seq: Int, limit: Int) async throws -> [AuditEntry]

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
        try await entries(of: orgId, after: seq - 1, limit: 1).first { $0.seq == seq }
    }
}

extension AuditEvent {
    static let started = "started"
    static let completions = ["completed", "partial"]

    /// Whether the other event tells that this one, the start of an attempt, comes too late to be one.
    func isOvertaken(by other: AuditEvent) -> Bool {
        outcome == Self.started && other.jobId == jobId && other.at > at && Self.completions.contains(other.outcome)
    }

    /// The attempt is not the job's any more.
    var overtaken: JobError {
        JobError(
            "lease_lost", .temporary, "another attempt has completed job \(jobId)",
            hint: "nothing to do: launched again, it is answered from its manifest")
    }
}
