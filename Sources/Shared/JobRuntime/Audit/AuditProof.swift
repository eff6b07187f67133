internal import JobCore

extension AuditLog {
    /// Proves the chains of an organisation, against a copy of a head too when there is one; one line about each.
    ///
    /// Throws `audit_broken` (65) with the first entry that is not as it was written, `audit_unsigned` (65) and
    /// `audit_key_missing` (78).
    package func verify(_ orgId: String, copy: [UInt8]? = nil) async throws -> [String] {
        let kept = try copy.map { try AuditCopy($0, orgId: orgId) }
        var lines = try await [
            verify(orgId, AuditTable(workplace.records), .table, kept),
            verify(orgId, AuditObjects(workplace.store), .objects, kept),
        ].compactMap(\.self)
        if lines.isEmpty {
            let anchor = anchor(orgId)
            if anchor.seal != nil { throw anchor.broken("there is neither an entry nor a head") }
            lines.append("ok  \(orgId)  0 entries in audit_log, no head yet")
        }
        if let kept { lines.append("ok  \(orgId)  the copy of the head, at \(kept.words), is of this log") }
        return lines
    }

    private func verify(
        _ orgId: String, _ chain: some AuditChain, _ place: AuditPlace, _ copy: AuditCopy?
    ) async throws -> String? {
        let anchor = anchor(orgId)
        let (check, stored) = try await check(anchor, chain, place, copy)
        let end = stored?.head?[place]
        // A head that cannot be read is the table's, as every organisation has one.
        let isNamed = end != nil || copy?.head[place] != nil || place == .table && stored != nil && stored?.head == nil
        if check.last == nil, !isNamed { return nil }
        if let mistake = check.mistake(stored) {
            throw check.isUnsigned && end?.announced == nil && isOld(stored, anchor, place)
                ? anchor.unsigned : anchor.broken(mistake)
        }
        var line = "ok  \(orgId)  \(check.count) entries in \(place.words), "
        guard let end else { return line + "no head yet: entries cut off the end would not be missed" }
        line += "head at \(end.seq)" + (anchor.seal == nil ? "" : ", signed")
        if end.seq > check.lastNumber { line += "; the next job writes entry \(end.seq), which a killed one left" }
        return line
    }

    /// Whether the head says nothing of the chain, or is one of the time before entries were signed.
    func isOld(_ stored: AuditAnchor.Stored?, _ anchor: AuditAnchor, _ place: AuditPlace) -> Bool {
        guard let stored else { return true }
        guard let head = stored.head, let seal = anchor.seal else { return false }
        return head.signature == nil || seal.isGenuineOld(head) || seal.isGenuine(head) && head[place] == nil
    }

    /// Reads the chain, and its head, until neither has moved on.
    func check(
        _ anchor: AuditAnchor, _ chain: some AuditChain, _ place: AuditPlace, _ copy: AuditCopy? = nil
    ) async throws -> (check: AuditCheck, stored: AuditAnchor.Stored?) {
        var stored = try await anchor.stored()
        if anchor.seal == nil, stored?.head?.signature != nil { throw anchor.locked }
        var heads: [(end: AuditHead.End, name: String)] = []
        if let end = stored?.head?[place] { heads.append((end, "the head in the object store")) }
        if let copy {
            guard copy.isGenuine(anchor) else {
                throw anchor.broken("the copy of its head is not signed by JOB_SIGNING_KEY")
            }
            if let end = copy.head[place] { heads.append((end, "the copy of the head")) }
        }
        var check = AuditCheck(anchor, place, heads: heads)
        for _ in 0..<20 {
            while true {
                let before = check.last?.seq
                let page = try await page(of: anchor.orgId, after: before, chain)
                for entry in page { check.add(entry) }
                // A number that is none comes again and again; it is told as what it is.
                guard let end = page.last?.seq, before.map({ end > $0 }) ?? true else { break }
            }
            let again = try await anchor.stored()
            if stored.map({ $0.isSame(as: again) }) ?? (again == nil) { break }
            stored = again
        }
        return (check, stored)
    }

    /// The head of the organisation's log as it is stored, for a copy of it elsewhere; one that the log does not reach is
    /// no copy worth keeping.
    ///
    /// Throws `audit_head_missing` (66) and what `verify` throws.
    package func head(_ orgId: String) async throws -> String {
        let anchor = anchor(orgId)
        guard let stored = try await anchor.stored() else {
            throw JobError(
                .auditHeadMissing, "the audit log of \(orgId) has no head")
        }
        // Also that it is the head of this organisation, when somebody could have signed it.
        if stored.owner?.hasSameBytes(as: orgId) != true { throw anchor.broken("its head is another organisation's") }
        _ = try await verify(orgId, copy: stored.bytes)
        return stored.text
    }
}

/// A head that was kept elsewhere.
struct AuditCopy: Sendable {
    let head: AuditHead

    /// Reads a copy of `<orgId>/audit/head.json`.
    ///
    /// Throws `audit_copy_invalid` (64).
    init(_ bytes: [UInt8], orgId: String) throws(JobError) {
        guard let head = AuditHead(bytes), AuditHead.owner(bytes)?.hasSameBytes(as: orgId) == true else {
            throw JobError(
                .auditCopyInvalid, "the file is no copy of a head of the audit log of \(orgId)",
                hint: "`audit head --org \(orgId)` prints what to keep")
        }
        self.head = head
    }

    /// The numbers that it names.
    var words: String {
        [head[.table].map { "\($0.seq)" }, head[.objects].map { "\($0.seq) of the object store" }].compactMap(\.self)
            .joined(separator: " and ")
    }

    /// Whether somebody with the key has signed it; without a key nobody can tell.
    func isGenuine(_ anchor: AuditAnchor) -> Bool {
        anchor.seal.map { $0.isGenuine(head) || $0.isGenuineOld(head) } ?? true
    }
}
