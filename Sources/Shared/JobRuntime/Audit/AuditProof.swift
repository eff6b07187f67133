internal import JobCore

extension AuditLog {
    /// Proves the chains of an organisation, against a copy of a head too when there is one; one line about each.
    ///
    /// Throws `audit_broken` (65) with the first entry that is not as it was written, `audit_unsigned` (65) and
    /// `audit_key_missing` (78).
    package func verify(_ orgId: String, copy: [UInt8]? = nil) async throws -> [String] {
        let kept = try copy.map { try AuditCopy($0, orgId: orgId) }
        var lines = try await [
            verify(orgId, AuditTable(JobRecords(backends.database)), "table", kept),
            verify(orgId, AuditObjects(backends.store), "objects", kept),
        ].compactMap(\.self)
        if lines.isEmpty {
            let anchor = anchor(orgId, "table")
            if anchor.seal != nil { throw anchor.broken("there is neither an entry nor a head") }
            lines.append("ok  \(orgId)  0 entries in audit_log, no head yet")
        }
        if let kept { lines.append("ok  \(orgId)  the copy of the head, at \(kept.head.seq), is of this log") }
        return lines
    }

    private func verify(
        _ orgId: String, _ chain: some AuditChain, _ name: String, _ copy: AuditCopy?
    ) async throws -> String? {
        let anchor = anchor(orgId, name)
        let (check, stored) = try await check(anchor, chain, copy)
        if check.last == nil, stored == nil, copy?.chain != name { return nil }
        if let mistake = check.mistake(stored) {
            throw check.isUnsigned && stored?.head?.announced == nil && isOld(stored, anchor)
                ? anchor.unsigned : anchor.broken(mistake)
        }
        let place = name == "table" ? "audit_log" : "the object store"
        var line = "ok  \(orgId)  \(check.count) entries in \(place), "
        guard let head = stored?.head else {
            return line + "no head yet: entries cut off the end would not be missed"
        }
        line += "head at \(head.seq)" + (anchor.seal == nil ? "" : ", signed")
        if head.seq > check.lastNumber { line += "; the next job writes entry \(head.seq), which a killed one left" }
        return line
    }

    /// Whether the head is none, or one of the time before entries were signed.
    private func isOld(_ stored: AuditAnchor.Stored?, _ anchor: AuditAnchor) -> Bool {
        guard let stored else { return true }
        guard let head = stored.head, let seal = anchor.seal else { return false }
        return head.signature == nil || seal.isGenuineOld(head)
    }

    /// Reads the chain, and its head, until neither has moved on.
    func check(
        _ anchor: AuditAnchor, _ chain: some AuditChain, _ copy: AuditCopy? = nil
    ) async throws -> (check: AuditCheck, stored: AuditAnchor.Stored?) {
        var stored = try await anchor.stored()
        if anchor.seal == nil, stored?.head?.signature != nil { throw anchor.locked }
        var heads: [(head: AuditHead, name: String)] = []
        if let head = stored?.head { heads.append((head, "the head in the object store")) }
        if let copy, copy.chain == anchor.chain {
            guard copy.isGenuine(anchor) else {
                throw anchor.broken("the copy of its head is not signed by JOB_SIGNING_KEY")
            }
            heads.append((copy.head, "the copy of the head"))
        }
        var check = AuditCheck(anchor, heads: heads)
        for _ in 0..<20 {
            while true {
                let page = try await page(of: anchor.orgId, after: check.last?.seq, chain)
                if page.isEmpty { break }
                for entry in page { check.add(entry) }
            }
            let again = try await anchor.stored()
            if stored.map({ $0.isSame(as: again) }) ?? (again == nil) { break }
            stored = again
        }
        return (check, stored)
    }

    /// The head of the organisation's log as it is stored, for a copy of it elsewhere.
    ///
    /// Throws `audit_head_missing` (66).
    package func head(_ orgId: String) async throws -> String {
        for chain in ["table", "objects"] {
            if let text = try await anchor(orgId, chain).stored()?.text { return text }
        }
        throw JobError(
            "audit_head_missing", .noInput, "the audit log of \(orgId) has no head",
            hint:
                "the first job with JOB_SIGNING_KEY makes one; a log without signatures is taken over by `audit adopt`")
    }
}

/// A head that was kept elsewhere.
struct AuditCopy: Sendable {
    let head: AuditHead
    let chain: String

    /// Reads a copy of `<orgId>/audit/head.json`.
    ///
    /// Throws `audit_copy_invalid` (64).
    init(_ bytes: [UInt8], orgId: String) throws(JobError) {
        guard let head = AuditHead(bytes), let place = AuditHead.place(bytes), place.orgId.hasSameBytes(as: orgId)
        else {
            throw JobError(
                "audit_copy_invalid", .usage, "the file is no copy of a head of the audit log of \(orgId)",
                hint: "`audit head --org \(orgId)` prints what to keep")
        }
        self.head = head
        chain = place.chain
    }

    /// Whether somebody with the key has signed it; without a key nobody can tell.
    func isGenuine(_ anchor: AuditAnchor) -> Bool {
        anchor.seal.map { $0.isGenuine(head) || $0.isGenuineOld(head) } ?? true
    }
}
