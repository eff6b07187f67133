internal import JobCore

/// Adds entries to a chain that is signed: the head announces each entry before the chain has it.
///
/// So the head is never older than the chain, and only who has the key can make either longer. What does not fit is left as
/// it is: it is evidence, and nothing is signed over it.
struct SealedChain<Chain: AuditChain>: Sendable {
    /// How long others may be in the way, and the longest pause between two tries, in seconds.
    private static var patience: Double { 60 }
    private static var longestPause: Double { 0.4 }

    let chain: Chain
    let place: AuditPlace
    let anchor: AuditAnchor
    let seal: AuditSeal
    /// Whether the other chain has an entry: then a head must be there.
    let otherHasEntries: @Sendable () async throws -> Bool

    /// What a look at head and chain has found.
    private enum State {
        case sound
        /// The announced entry is not in the chain yet.
        case unfinished(AuditEntry)
        case wrong(JobError)
    }

    /// Adds the event, unless the chain has it.
    ///
    /// Throws `audit_broken` (65), `audit_unsigned` (78) and `audit_busy` (75).
    func append(_ event: AuditEvent, moreFollows: Bool) async throws {
        let end = WallClock.monotonicSeconds() + Self.patience
        var pause = 0.01
        while WallClock.monotonicSeconds() < end {
            if try await tryToAppend(event, moreFollows) { return }
            try await Task.sleep(for: .seconds(Double.random(in: 0..<pause)))
            pause = min(pause * 2, Self.longestPause)
        }
        throw JobError(
            .auditBusy, "too many others write to the audit log of \(anchor.orgId)",
            hint: "launch the job again")
    }

    /// One try; false when somebody else was faster.
    private func tryToAppend(_ event: AuditEvent, _ moreFollows: Bool) async throws -> Bool {
        let stored = try await anchor.stored()
        let view = try await chain.view(of: event)
        switch judge(stored, view.last) {
        case .wrong(let problem):
            // The head may have moved between the two looks.
            let again = try await anchor.stored()
            if stored.map({ !$0.isSame(as: again) }) ?? (again != nil) { return false }
            throw problem
        case .unfinished(let entry):
            if try await chain.place(entry, moreFollows: true) { return false }
            throw anchor.broken("entry \(entry.seq) is not the one that the head announces")
        case .sound:
            // The first head of all: nothing may have been before.
            if stored == nil, try await otherHasEntries() { throw anchor.broken("its head is missing") }
        }
        if view.known != nil {
            if !moreFollows, let stored, let last = view.last { try await confirm(stored, last) }
            return true
        }
        let entry = AuditEntry(event, after: view.last, seal: seal, in: place)
        guard let announced = try await announce(entry, over: stored) else { return false }
        try await carryOut(entry, announced, moreFollows)
        return true
    }

    /// Says in the head that the entry comes; `nil` when somebody else has replaced the head meanwhile.
    func announce(_ entry: AuditEntry, over stored: AuditAnchor.Stored?) async throws -> AuditAnchor.Stored? {
        let head = (stored?.head ?? AuditHead()).moved(place, to: AuditHead.End(entry, isAnnouncement: true))
        return try await anchor.replace(stored, with: head)
    }

    /// Puts an announced entry into the chain.
    func carryOut(_ entry: AuditEntry, _ announced: AuditAnchor.Stored, _ moreFollows: Bool) async throws {
        guard try await chain.place(entry, moreFollows: moreFollows) else {
            throw anchor.broken("entry \(entry.seq) is not the one that the head announces")
        }
        if !moreFollows { try await confirm(announced, entry) }
    }

    /// Says in the head that its entry is in the chain; whoever was faster has said more.
    private func confirm(_ stored: AuditAnchor.Stored, _ entry: AuditEntry) async throws {
        guard let head = stored.head, let end = head[place], end.announced != nil, end.seq == entry.seq else { return }
        _ = try await anchor.replace(stored, with: head.moved(place, to: AuditHead.End(entry)))
    }

    private func judge(_ stored: AuditAnchor.Stored?, _ last: AuditEntry?) -> State {
        guard let stored else {
            guard let last else { return .sound }
            return .wrong(last.isPlain ? anchor.unsigned : anchor.broken("its head is missing"))
        }
        guard let head = stored.head else { return .wrong(anchor.broken("its head cannot be read")) }
        guard seal.isGenuine(head) else {
            if head.signature == nil || seal.isGenuineOld(head) { return .wrong(anchor.unsigned) }
            return .wrong(anchor.broken("its head is not signed by JOB_SIGNING_KEY"))
        }
        guard let end = head[place] else {
            guard let last else { return .sound }
            return .wrong(last.isPlain ? anchor.unsigned : anchor.broken("its head names none of its entries"))
        }
        if let last, last.seq == end.seq, last.hash.hasSameBytes(as: end.hash), seal.proves(last, place) {
            return .sound
        }
        if let entry = end.announced, entry.follows(last) { return .unfinished(entry) }
        guard let last, last.seq >= end.seq else { return .wrong(anchor.broken("entries are missing at its end")) }
        return .wrong(
            anchor.broken(
                last.seq == end.seq
                    ? "entry \(last.seq) is not the one that the head names" : "its head is older than its entries"))
    }
}

extension AuditEntry {
    /// Whether the entry stands right behind the other one, or is the first.
    func follows(_ last: AuditEntry?) -> Bool {
        seq == Self.number(after: last?.seq) && seq != last?.seq
            && previousHash.hasSameBytes(as: last?.hash ?? Self.noHash)
    }
}
