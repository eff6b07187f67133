internal import Formats
internal import JobCore

/// How long a chain is and how it ends, as `<orgId>/audit/head.json` tells it.
///
/// A signed head goes before its entry: it announces the entry, whole; then the entry is put into the chain; then the
/// head says so. A process that is killed in between leaves an announcement, which the next writer carries out.
struct AuditHead: Sendable, Equatable {
    let seq: Int
    let hash: String
    /// The entry, while it may not be in the chain yet.
    let announced: AuditEntry?
    var signature: String?

    init(_ entry: AuditEntry, isAnnouncement: Bool = false) {
        seq = entry.seq
        hash = entry.hash
        announced = isAnnouncement ? entry : nil
    }

    /// What is signed of whether the entry is in the chain.
    var state: String { announced == nil ? "written" : "announced" }

    /// Reads what `bytes` has made; `nil` for something else.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let seq = value.integer("seq"), let hash = value.text("hash")
        else { return nil }
        self.seq = seq
        self.hash = hash
        signature = value.text("signature")
        if let found = value["entry"] {
            guard let entry = AuditEntry(found) else { return nil }
            announced = entry
        } else {
            announced = nil
        }
    }

    /// Whose head the bytes say it is, and of which chain.
    static func place(_ bytes: [UInt8]) -> (orgId: String, chain: String)? {
        guard let value = try? JSONValue(parsing: bytes), let orgId = value.text("org_id") else { return nil }
        return (orgId, value.text("chain") ?? "table")
    }

    /// The head as it is stored.
    func bytes(orgId: String, chain: String) -> [UInt8] {
        var members = [
            JSONMember("org_id", .string(orgId)), JSONMember("chain", .string(chain)), JSONMember("seq", .integer(seq)),
            JSONMember("hash", .string(hash)), JSONMember("signature", .optional(signature)),
        ]
        if let announced { members.append(JSONMember("entry", announced.json())) }
        return Array((JSONValue.object(members).serialized() + "\n").utf8)
    }
}
