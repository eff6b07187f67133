internal import Formats
internal import JobCore

/// Where the entries of an organisation are; each place has a chain of its own.
enum AuditPlace: String, Sendable, CaseIterable {
    /// The table `audit_log`.
    case table
    /// The object store, for databases that take no writes.
    case objects

    /// The name in messages.
    var words: String { self == .table ? "audit_log" : "the object store" }
}

/// How long the chains of an organisation are and how they end, as `<orgId>/audit/head.json` tells it: the table's end, and
/// under `objects` that of the chain in the object store.
///
/// A signed head goes before its entry: it announces the entry, whole; then the entry is put into its chain; then the
/// head says so. A process that is killed in between leaves an announcement, which the next writer carries out. One head
/// tells of both chains, so that none of them can be there, or be gone, without it.
struct AuditHead: Sendable, Equatable {
    /// The end of one chain.
    struct End: Sendable, Equatable {
        let seq: Int
        let hash: String
        /// The entry, while it may not be in the chain yet.
        let announced: AuditEntry?

        init(_ entry: AuditEntry, isAnnouncement: Bool = false) {
            seq = entry.seq
            hash = entry.hash
            announced = isAnnouncement ? entry : nil
        }

        /// Reads what `members` has made; `nil` for something else.
        fileprivate init?(_ value: JSONValue) {
            guard let seq = value.integer("seq"), let hash = value.text("hash") else { return nil }
            self.seq = seq
            self.hash = hash
            if let found = value["entry"] {
                guard let entry = AuditEntry(found) else { return nil }
                announced = entry
            } else {
                announced = nil
            }
        }

        fileprivate var members: [JSONMember] {
            var members = [JSONMember("seq", .integer(seq)), JSONMember("hash", .string(hash))]
            if let announced { members.append(JSONMember("entry", announced.json())) }
            return members
        }

        /// What is signed of it.
        fileprivate var lines: [String] { [String(seq), hash, announced == nil ? "written" : "announced"] }
    }

    private var ends: [AuditPlace: End] = [:]
    var signature: String?

    /// The head before the first entry.
    init() {}

    /// The end of a chain; `nil` as long as it has no entry.
    subscript(place: AuditPlace) -> End? { ends[place] }

    /// The head with another end of a chain, signed by nobody.
    func moved(_ place: AuditPlace, to end: End) -> AuditHead {
        var head = self
        head.ends[place] = end
        head.signature = nil
        return head
    }

    /// What is signed.
    var lines: [String] { AuditPlace.allCases.flatMap { [$0.rawValue] + (ends[$0]?.lines ?? ["none"]) } }

    /// Reads what `bytes` has made; `nil` for something else.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        if value["seq"] != nil {
            guard let end = End(value) else { return nil }
            ends[.table] = end
        }
        if let objects = value["objects"] {
            guard let end = End(objects) else { return nil }
            ends[.objects] = end
        }
        if ends.isEmpty { return nil }
        signature = value.text("signature")
    }

    /// Whose head the bytes say it is.
    static func owner(_ bytes: [UInt8]) -> String? { (try? JSONValue(parsing: bytes))?.text("org_id") }

    /// The head as it is stored.
    func bytes(orgId: String) -> [UInt8] {
        var members = [JSONMember("org_id", .string(orgId))] + (ends[.table]?.members ?? [])
        if let objects = ends[.objects] { members.append(JSONMember("objects", .object(objects.members))) }
        members.append(JSONMember("signature", .optional(signature)))
        return Array((JSONValue.object(members).serialized() + "\n").utf8)
    }
}
