internal import Formats
internal import JobCore

extension AuditLog {
    /// Signs for a log that was written without a key, by an entry with a digest of all that is there; one line about each
    /// chain.
    ///
    /// `anyway`: also for one that is damaged; the entry says how. Throws `audit_broken` (65) otherwise.
    package func adopt(_ orgId: String, by actor: String, anyway: Bool) async throws -> [String] {
        guard workplace.signingKey != nil else {
            throw JobError(
                .auditKeyMissing, "JOB_SIGNING_KEY is not set", hint: "set the key to sign with")
        }
        let lines = try await [
            adopt(AuditTable(workplace.records), .table, anchor(orgId), actor, anyway),
            adopt(AuditObjects(workplace.store), .objects, anchor(orgId), actor, anyway),
        ].compactMap(\.self)
        return lines.isEmpty ? ["\(orgId) has no audit log; its first job begins one"] : lines
    }

    private func adopt(
        _ chain: some AuditChain, _ place: AuditPlace, _ anchor: AuditAnchor, _ actor: String, _ anyway: Bool
    ) async throws -> String? {
        guard let seal = anchor.seal else { return nil }
        let (check, stored) = try await check(anchor, chain, place)
        if check.last == nil, stored?.head?[place] == nil, place == .objects || stored == nil { return nil }
        let words = "\(anchor.orgId), \(place.words)"
        guard let mistake = check.mistake(stored) else { return "\(words): nothing to do, it is signed" }
        let isOld = isOld(stored, anchor, place)
        if !anyway, !check.isUnsigned || !isOld { throw anchor.broken(mistake) }
        var event = AuditEvent(orgId: anchor.orgId, actor: actor, action: AuditCheck.adoption, outcome: "done")
        event.filters = JSONValue.object([
            JSONMember("digest", .string(check.digest)), JSONMember("entries", .integer(check.count)),
            JSONMember("found", .string(mistake)),
        ]).serialized()
        let entry = AuditEntry(event, after: check.last, seal: seal, in: place)
        let sealed = sealed(chain, place, anchor, seal)
        guard let announced = try await sealed.announce(entry, over: stored) else {
            throw JobError(
                .auditBusy, "others write to the audit log of \(anchor.orgId)", hint: "try again")
        }
        try await sealed.carryOut(entry, announced, false)
        return "\(words): \(check.count) entries adopted (\(mistake)), signed by entry \(entry.seq)"
    }
}
