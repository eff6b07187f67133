internal import JobCore
internal import ObjectStorage

/// The audit log of the organisations: in the database, or in the object store where the database takes no writes.
package struct AuditLog: Sendable {
    let workplace: Workplace

    package init(_ workplace: Workplace) { self.workplace = workplace }

    /// Adds the event, unless the job has it already.
    ///
    /// Moves the head in the object store on, which a job does with its last entry only. Throws what the database or the
    /// store reports; what must be recorded may then not go on.
    package func append(_ event: AuditEvent, movesHead: Bool = true) async throws {
        if !event.isWritable {
            throw JobError(
                .auditInvalid, "the audit log takes no text with a NUL character")
        }
        do {
            try await append(event, to: AuditTable(workplace.records), .table, movesHead)
        } catch let error as JobError where error.code.isReadOnlyDatabase {
            try await append(event, to: AuditObjects(workplace.store), .objects, movesHead)
        } catch let error as JobError where error.code == .databaseForbidden {
            throw JobError(
                error.code, "the job cannot be recorded in audit_log: \(error.message)",
                hint: "GRANT SELECT, INSERT ON audit_log to the job's role", cause: error)
        }
    }

    private func append(
        _ event: AuditEvent, to chain: some AuditChain, _ place: AuditPlace, _ movesHead: Bool
    ) async throws {
        let anchor = anchor(event.orgId)
        if let seal = anchor.seal {
            return try await sealed(chain, place, anchor, seal).append(event, moreFollows: !movesHead)
        }
        guard movesHead else {
            _ = try await chain.append(event, telling: nil, moreFollows: true)
            return
        }
        // Others may move the head meanwhile; one of them then does it for this entry too.
        for _ in 0..<5 {
            let stored = await unsignedHead(anchor)
            if stored?.head?.signature != nil { throw anchor.locked }
            let (entry, found) = try await chain.append(event, telling: stored?.head?[place]?.seq, moreFollows: false)
            // A head that the chain does not have is evidence.
            if let stored, stored.head == nil { return }
            let head = stored?.head ?? AuditHead()
            if let end = head[place], end.seq >= entry.seq || found?.hash != end.hash { return }
            do {
                if try await anchor.replace(stored, with: head.moved(place, to: AuditHead.End(entry))) != nil { return }
            } catch {
                // The entry is there; the next one moves the head on.
                workplace.log.warning(
                    "the head of the audit log was not moved on: \(JobError.wrapping(error).description)")
                return
            }
        }
    }

    /// The head as it is, `nil` when there is none or it cannot be read: an entry is more important.
    private func unsignedHead(_ anchor: AuditAnchor) async -> AuditAnchor.Stored? {
        do {
            return try await anchor.stored()
        } catch {
            workplace.log.warning("the head of the audit log cannot be read: \(JobError.wrapping(error).description)")
            return nil
        }
    }

    func anchor(_ orgId: String) -> AuditAnchor {
        AuditAnchor(orgId: orgId, store: workplace.store, signingKey: workplace.signingKey)
    }

    /// The chain in that place as one that is signed.
    func sealed<Chain: AuditChain>(
        _ chain: Chain, _ place: AuditPlace, _ anchor: AuditAnchor, _ seal: AuditSeal
    ) -> SealedChain<Chain> {
        SealedChain(chain: chain, place: place, anchor: anchor, seal: seal) { [self] in
            let other: any AuditChain =
                place == .table ? AuditObjects(workplace.store) : AuditTable(workplace.records)
            return try await !page(of: anchor.orgId, after: nil, limit: 1, other).isEmpty
        }
    }
}

extension AuditLog {
    /// The entries of an organisation, those of one job only when it is named, handed over page by page.
    package func show(_ orgId: String, job: String?, _ take: (AuditEntry) -> Void) async throws {
        try await show(orgId, job, AuditTable(workplace.records), take)
        try await show(orgId, job, AuditObjects(workplace.store), take)
    }

    private func show(
        _ orgId: String, _ job: String?, _ chain: some AuditChain, _ take: (AuditEntry) -> Void
    ) async throws {
        var last: Int?
        while true {
            let page = try await page(of: orgId, after: last, chain)
            guard let end = page.last, last.map({ end.seq > $0 }) ?? true else { return }
            last = end.seq
            for entry in page where job == nil || entry.event.jobId == job { take(entry) }
        }
    }

    /// A table that is not there has no entries: what of that is right, the head tells.
    func page(
        of orgId: String, after seq: Int?, limit: Int = 1000, _ chain: some AuditChain
    ) async throws -> [AuditEntry] {
        do {
            return try await chain.entries(of: orgId, after: seq, limit: limit)
        } catch let error as JobError where error.code == .databaseStatement {
            return []
        }
    }
}
