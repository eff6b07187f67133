internal import JobCore
internal import Signing

/// What only who has `JOB_SIGNING_KEY` can write into a chain: the keyed hash of each entry, and the signature of the head.
struct AuditSeal: Sendable {
    private let orgId: String
    private let chain: String
    private let entryKey: [UInt8]
    private let headKey: [UInt8]
    private let oldKey: [UInt8]

    /// The seal of one chain of an organisation; what it makes proves nothing of another chain.
    init(_ key: SigningKey, orgId: String, chain: String) {
        self.orgId = orgId
        self.chain = chain
        entryKey = key.key(for: "audit entry " + chain)
        headKey = key.key(for: "audit head " + chain)
        oldKey = key.bytes
    }

    /// The hash of an entry's text.
    func hash(_ text: String) -> String { Hexadecimal.text(HMACSHA256.code(key: entryKey, message: text)) }

    /// The signature of a head.
    func signature(_ head: AuditHead) -> String {
        let lines = ["data-io audit head", chain, orgId, String(head.seq), head.hash, head.state]
        return Hexadecimal.text(HMACSHA256.code(key: headKey, message: lines.joined(separator: "\n")))
    }

    /// Whether the head is as somebody with the key has signed it.
    func isGenuine(_ head: AuditHead) -> Bool {
        guard let found = head.signature, ConstantTime.equal(found, signature(head)) else { return false }
        guard let entry = head.announced else { return true }
        return entry.seq == head.seq && head.hash.hasSameBytes(as: entry.hash) && proves(entry)
    }

    /// Whether the head was signed before entries were sealed.
    func isGenuineOld(_ head: AuditHead) -> Bool {
        let lines = ["data-io audit", chain, orgId, String(head.seq), head.hash]
        let expected = Hexadecimal.text(HMACSHA256.code(key: oldKey, message: lines.joined(separator: "\n")))
        return head.announced == nil && head.signature.map { ConstantTime.equal($0, expected) } == true
    }

    /// Whether somebody with the key has written the entry.
    func proves(_ entry: AuditEntry) -> Bool {
        entry.event.orgId.hasSameBytes(as: orgId) && ConstantTime.equal(entry.hash, entry.computedHash(self))
    }
}
