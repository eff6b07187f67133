package import Formats
package import JobCore
internal import Signing

/// What somebody did, before it has a place in the chain.
package struct AuditEvent: Sendable, Equatable {
    /// By the machine that did it.
    package var at = WallClock.now()
    package var orgId: String
    package var actor: String
    /// `export`, `import`, `dry-run`, `prepare`, `cancel`, `status`, `download`, `replay`, `keys.create`, `keys.revoke`,
    /// `audit.adopt`.
    package var action: String
    package var jobId = ""
    package var resource = ""
    /// JSON: which rows were asked for, or what else tells one request from another.
    package var filters = ""
    package var rows = 0
    package var bytes = 0
    /// `started`, `completed`, `partial`, `failed`, `cancelled`, `interrupted`, `refused`, `done`.
    package var outcome: String

    package init(orgId: String, actor: String, action: String, outcome: String) {
        self.orgId = orgId
        self.actor = actor
        self.action = action
        self.outcome = outcome
    }

    /// Whether both tell the same, to the byte.
    package static func == (left: AuditEvent, right: AuditEvent) -> Bool {
        (left.at, left.rows, left.bytes) == (right.at, right.rows, right.bytes)
            && zip(left.texts, right.texts).allSatisfy { $0.hasSameBytes(as: $1) }
    }

    private var texts: [String] { [orgId, actor, action, jobId, resource, filters, outcome] }

    /// Whether it can be written down as it is: a NUL would end a text early in some databases.
    var isWritable: Bool { !texts.contains { $0.utf8.contains(0) } }
}

/// An event in its place: numbered from 1 in its organisation, and bound to the entry before it by that one's hash.
package struct AuditEntry: Sendable, Equatable {
    /// What the first entry has in place of a hash before it.
    package static let noHash = String(repeating: "0", count: 64)

    package var event: AuditEvent
    package var seq: Int
    package var previousHash: String
    package var hash: String

    package init(event: AuditEvent, seq: Int, previousHash: String, hash: String) {
        self.event = event
        self.seq = seq
        self.previousHash = previousHash
        self.hash = hash
    }

    /// The entry for an event behind another one, `nil` for the first.
    init(_ event: AuditEvent, after last: AuditEntry?, seal: AuditSeal? = nil, in place: AuditPlace = .table) {
        self.init(
            event: event, seq: Self.number(after: last?.seq), previousHash: last?.hash ?? Self.noHash, hash: "")
        hash = computedHash(seal, place)
    }

    /// The number behind another one.
    ///
    /// Behind the last number there is no other: the same one again is refused where it is put.
    static func number(after seq: Int?) -> Int {
        guard let seq, seq > 0 else { return 1 }
        return seq == Int.max ? seq : seq + 1
    }

    /// SHA-256 in hexadecimal of the entry's values as a JSON array without spaces, in the order of the table's columns:
    /// `[org_id,seq,at,actor,action,job_id,resource,filters,rows,bytes,outcome,prev_hash]`; with a seal its keyed hash in that chain.
    func computedHash(_ seal: AuditSeal?, _ place: AuditPlace = .table) -> String {
        let text = JSONValue.array(values.dropLast().map(\.value)).serialized()
        return seal?.hash(text, place) ?? SHA256Digest.of(text).hex
    }

    /// Whether it is as it was written by somebody without a key.
    var isPlain: Bool { hash.hasSameBytes(as: computedHash(nil)) }

    /// What stands in the place of an entry that cannot be read: no hash fits it.
    static func unreadable(_ seq: Int, of orgId: String) -> AuditEntry {
        AuditEntry(
            event: AuditEvent(orgId: orgId, actor: "", action: "", outcome: ""), seq: seq, previousHash: "", hash: "")
    }

    /// The entry as a JSON object with the names of the table's columns.
    package func json() -> JSONValue { .object(values) }

    private var values: [JSONMember] {
        [
            JSONMember("org_id", .string(event.orgId)), JSONMember("seq", .integer(seq)),
            JSONMember("at", .string(Timestamp.format(event.at))), JSONMember("actor", .string(event.actor)),
            JSONMember("action", .string(event.action)), JSONMember("job_id", .string(event.jobId)),
            JSONMember("resource", .string(event.resource)), JSONMember("filters", .string(event.filters)),
            JSONMember("rows", .integer(event.rows)), JSONMember("bytes", .integer(event.bytes)),
            JSONMember("outcome", .string(event.outcome)), JSONMember("prev_hash", .string(previousHash)),
            JSONMember("hash", .string(hash)),
        ]
    }

    /// Reads what `json` has made; `nil` when something else was stored.
    init?(_ value: JSONValue) {
        guard let orgId = value.text("org_id"), let seq = value.integer("seq"),
            let at = value.text("at").flatMap({ Timestamp.parse($0) }), let actor = value.text("actor"),
            let action = value.text("action"), let jobId = value.text("job_id"),
            let resource = value.text("resource"), let filters = value.text("filters"),
            let rows = value.integer("rows"), let bytes = value.integer("bytes"),
            let outcome = value.text("outcome"), let previousHash = value.text("prev_hash"),
            let hash = value.text("hash")
        else { return nil }
        var event = AuditEvent(orgId: orgId, actor: actor, action: action, outcome: outcome)
        event.at = at
        event.jobId = jobId
        event.resource = resource
        event.filters = filters
        event.rows = rows
        event.bytes = bytes
        self.init(event: event, seq: seq, previousHash: previousHash, hash: hash)
    }
}
