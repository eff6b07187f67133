internal import JobCore
internal import Signing

/// What only who has `JOB_SIGNING_KEY` can write into a chain: the keyed hash of each entry, and the signature of the head.
struct AuditSeal: Sendable {
    private let orgId: String
    private let entryKeys: [AuditPlace: [UInt8]]
    private let headKey: [UInt8]
    private let oldKey: [UInt8]

    /// The seal of an organisation; what it makes for one chain proves nothing of the other.
    init(_ key: SigningKey, orgId: String) {
        self.orgId = orgId
        entryKeys = Dictionary(
            uniqueKeysWithValues: AuditPlace.allCases.map { ($0, key.key(for: "audit entry " + $0.rawValue)) })
        headKey = key.key(for: "audit head")
        oldKey = key.bytes
    }

    /// The hash of an entry's text in a chain.
    func hash(_ text: String, _ place: AuditPlace) -> String {
        Hexadecimal.text(HMACSHA256.code(key: entryKeys[place] ?? [], message: text))
    }

    /// The signature of a head.
    func signature(_ head: AuditHead) -> String {
        let lines = ["data-io audit head", orgId] + head.lines
        return Hexadecimal.text(HMACSHA256.code(key: headKey, message: lines.joined(separator: "\n")))
    }

    /// Whether the head is as somebody with the key has signed it.
    func isGenuine(_ head: AuditHead) -> Bool {
        guard let found = head.signature, ConstantTime.equal(found, signature(head)) else { return false }
        return AuditPlace.allCases.allSatisfy { place in
            guard let end = head[place], let entry = end.announced else { return true }
            return entry.seq == end.seq && end.hash.hasSameBytes(as: entry.hash) && proves(entry, place)
        }
    }

    /// Whether the head was signed before entries were sealed.
    func isGenuineOld(_ head: AuditHead) -> Bool {
        guard let end = head[.table], end.announced == nil, head[.objects] == nil else { return false }
        let lines = ["data-io audit", "table", orgId, String(end.seq), end.hash]
        let expected = Hexadecimal.text(HMACSHA256.code(key: oldKey, message: lines.joined(separator: "\n")))
        return head.signature.map { ConstantTime.equal($0, expected) } == true
    }

    /// Whether somebody with the key has written the entry.
    func proves(_ entry: AuditEntry, _ place: AuditPlace) -> Bool {
        entry.event.orgId.hasSameBytes(as: orgId) && ConstantTime.equal(entry.hash, entry.computedHash(self, place))
    }
}
