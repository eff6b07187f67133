internal import JobCore
internal import ObjectStorage

/// The audit log of the organisations: in the database, or in the object store where the database takes no writes.
package struct AuditLog: Sendable {
    private let backends: Backends
    private let log: JobLog

    package init(_ backends: Backends, log: JobLog) {
        self.backends = backends
        self.log = log
    }

    /// Adds the event, unless the job has it already.
    ///
    /// Moves the head in the object store on, which a job does with its last entry only. Throws what the database or the
    /// store reports; what must be recorded may then not go on.
    package func append(_ event: AuditEvent, movesHead: Bool = true) async throws {
        do {
            try await append(event, to: AuditTable(JobRecords(backends.database)), "table", movesHead)
        } catch let error as JobError where error.code == "database_read_only" {
            try await append(event, to: AuditObjects(backends.store), "objects", movesHead)
        } catch let error as JobError where error.code == "database_forbidden" {
            throw JobError(
                error.code, error.exitCode, "the job cannot be recorded in audit_log: \(error.message)",
                hint: "GRANT SELECT, INSERT ON audit_log to the job's role", cause: error)
        }
    }

    private func append(
        _ event: AuditEvent, to chain: some AuditChain, _ name: String, _ movesHead: Bool
    ) async throws {
        guard movesHead else {
            _ = try await chain.append(event, telling: nil, moreFollows: true)
            return
        }
        let anchor = anchor(event.orgId, name)
        // Others may move the head meanwhile; one of them then does it for this entry too.
        for _ in 0..<5 {
            let stored = await Self.head(anchor, log)
            let (entry, found) = try await chain.append(event, telling: stored?.head.seq, moreFollows: false)
            do {
                if try await anchor.advance(from: stored, to: entry, found: found) { return }
            } catch {
                // The entry is there; the next one moves the head on.
                log.warning("the head of the audit log was not moved on: \(JobError.wrapping(error).description)")
                return
            }
        }
    }

    /// The head as it is, `nil` when there is none or it cannot be read: an entry is more important.
    private static func head(_ anchor: AuditAnchor, _ log: JobLog) async -> AuditAnchor.Stored? {
        do {
            return try await anchor.stored()
        } catch {
            log.warning("the head of the audit log cannot be read: \(JobError.wrapping(error).description)")
            return nil
        }
    }

    /// Proves the chains of an organisation; one line about each.
    ///
    /// Throws `audit_broken` (65) with the first entry that is not as it was written.
    package func verify(_ orgId: String) async throws -> [String] {
        try await [
            verify(orgId, AuditTable(JobRecords(backends.database)), "table"),
            verify(orgId, AuditObjects(backends.store), "objects"),
        ].compactMap(\.self)
    }

    private func verify(_ orgId: String, _ chain: some AuditChain, _ name: String) async throws -> String? {
        let anchor = anchor(orgId, name)
        let head = try await anchor.stored()?.head
        var check = AuditCheck(orgId: orgId, head: head)
        if let head, anchor.isGenuine(head) == false { throw check.broken("its head is not signed by JOB_SIGNING_KEY") }
        while true {
            let page = try await page(of: orgId, after: check.last, chain)
            if page.isEmpty { break }
            for entry in page { try check.add(entry) }
        }
        try check.finish()
        if check.last == 0 && name == "objects" { return nil }
        let signed = head.flatMap { anchor.isGenuine($0) } == true ? ", signed" : ""
        return "ok  \(orgId)  \(check.last) entries in \(name == "table" ? "audit_log" : "the object store"), "
            + (head.map { "head at \($0.seq)\(signed)" } ?? "no head yet: entries cut off the end would not be missed")
    }

    /// The entries of an organisation, those of one job only when it is named, handed over page by page.
    package func show(_ orgId: String, job: String?, _ take: (AuditEntry) -> Void) async throws {
        try await show(orgId, job, AuditTable(JobRecords(backends.database)), take)
        try await show(orgId, job, AuditObjects(backends.store), take)
    }

    private func show(
        _ orgId: String, _ job: String?, _ chain: some AuditChain, _ take: (AuditEntry) -> Void
    ) async throws {
        var last = 0
        while true {
            let page = try await page(of: orgId, after: last, chain)
            guard let end = page.last, end.seq > last else { return }
            last = end.seq
            for entry in page where job == nil || entry.event.jobId == job { take(entry) }
        }
    }

    /// A table that is not there has no entries: what of that is right, the head tells.
    private func page(of orgId: String, after seq: Int, _ chain: some AuditChain) async throws -> [AuditEntry] {
        do {
            return try await chain.entries(of: orgId, after: seq, limit: 1000)
        } catch let error as JobError where error.code == "database_statement" {
            return []
        }
    }

    private func anchor(_ orgId: String, _ chain: String) -> AuditAnchor {
        AuditAnchor(orgId: orgId, chain: chain, store: backends.store, signingKey: backends.signingKey)
    }
}
