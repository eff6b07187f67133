internal import Formats
internal import JobCore

extension AuditLog {
    /// Signs for a log that was written without a key, by an entry with a digest of all that is there; one line about each
    /// chain.
    ///
    /// `anyway`: also for one that is damaged; the entry says how. Throws `audit_broken` (65) otherwise.
    package func adopt(_ orgId: String, by actor: String, anyway: Bool) async throws -> [String] {
        guard backends.signingKey != nil else {
            throw JobError(
                "audit_key_missing", .configuration, "JOB_SIGNING_KEY is not set", hint: "set the key to sign with")
        }
        let lines = try await [
            adopt(AuditTable(JobRecords(backends.database)), anchor(orgId, "table"), actor, anyway),
            adopt(AuditObjects(backends.store), anchor(orgId, "objects"), actor, anyway),
        ].compactMap(\.self)
        return lines.isEmpty ? ["\(orgId) has no audit log; its first job begins one"] : lines
    }

    private func adopt(
        _ chain: some AuditChain, _ anchor: AuditAnchor, _ actor: String, _ anyway: Bool
    ) async throws -> String? {
        guard let seal = anchor.seal else { return nil }
        let (check, stored) = try await check(anchor, chain)
        if check.last == nil, stored == nil { return nil }
        let place = "\(anchor.orgId), \(anchor.chain == "table" ? "audit_log" : "the object store")"
        guard let mistake = check.mistake(stored) else { return "\(place): nothing to do, it is signed" }
        let isOld = stored.map { $0.head.map { $0.signature == nil || seal.isGenuineOld($0) } ?? false } ?? true
        if !anyway, !check.isUnsigned || !isOld { throw anchor.broken(mistake) }
        var event = AuditEvent(orgId: anchor.orgId, actor: actor, action: AuditCheck.adoption, outcome: "done")
        event.filters = JSONValue.object([
            JSONMember("digest", .string(check.digest)), JSONMember("entries", .integer(check.count)),
            JSONMember("found", .string(mistake)),
        ]).serialized()
        let entry = AuditEntry(event, after: check.last, seal: seal)
        guard let announced = try await anchor.replace(stored, with: AuditHead(entry, isAnnouncement: true)) else {
            throw JobError(
                "audit_busy", .temporary, "others write to the audit log of \(anchor.orgId)", hint: "try again")
        }
        try await SealedChain(chain: chain, anchor: anchor, seal: seal).carryOut(entry, announced, false)
        return "\(place): \(check.count) entries adopted (\(mistake)), signed by entry \(entry.seq)"
    }
}
