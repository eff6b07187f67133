internal import Formats
internal import JobCore
internal import ObjectStorage
internal import Signing

/// How long a chain is and how it ends, kept apart from it in the object store (`<orgId>/audit/head.json`): whoever cuts
/// entries off the end of a chain, or writes all of it anew, would have to change this too.
///
/// Signed when `JOB_SIGNING_KEY` is there: HMAC-SHA-256 of the lines `data-io audit`, chain, organisation, number and hash.
struct AuditAnchor: Sendable {
    struct Head: Sendable, Equatable {
        let seq: Int
        let hash: String
        let signature: String?
    }

    let orgId: String
    /// `table` or `objects`.
    let chain: String
    private let store: any ObjectStore
    private let signingKey: Secret?

    init(orgId: String, chain: String, store: any ObjectStore, signingKey: Secret?) {
        self.orgId = orgId
        self.chain = chain
        self.store = store
        self.signingKey = signingKey
    }

    /// A head as it is stored.
    struct Stored: Sendable {
        let head: Head
        fileprivate let tag: ObjectTag
    }

    /// Whether the signature is this key's; `nil` when there is no key or no signature.
    func isGenuine(_ head: Head) -> Bool? {
        guard let key = signingKey, let found = head.signature else { return nil }
        return ConstantTime.equal(found, signature(head.seq, head.hash, key))
    }

    /// Moves the head on from what was stored to an entry; `found` is what the chain has at the head's place.
    ///
    /// Nothing is done when the head is there or further, and when the chain does not have it: then it is evidence. False
    /// when somebody else has moved it meanwhile.
    func advance(from stored: Stored?, to entry: AuditEntry, found: AuditEntry?) async throws -> Bool {
        if let head = stored?.head, head.seq >= entry.seq || found?.hash != head.hash { return true }
        let mode = stored.map { PutMode.updateIfMatches($0.tag) } ?? .createOnly
        do throws(JobError) {
            _ = try await store.put(bytes(entry), at: key(), contentType: "application/json", mode: mode)
            return true
        } catch {
            if error.code == "precondition_failed" { return false }
            throw error
        }
    }

    /// The head as it is kept; `nil` before the first one.
    ///
    /// Throws `audit_broken` (65) when it is not one.
    func stored() async throws -> Stored? {
        let object: StoredObject
        do throws(JobError) {
            object = try await store.get(key(), range: nil)
        } catch {
            if error.code == "object_not_found" { return nil }
            throw error
        }
        guard let value = try? JSONValue(parsing: object.bytes), let seq = value.integer("seq"),
            let hash = value.text("hash")
        else {
            throw JobError(
                "audit_broken", .dataError, "the head of the audit log of \(orgId) cannot be read",
                hint: "compare with a backup of the object store")
        }
        return Stored(head: Head(seq: seq, hash: hash, signature: value.text("signature")), tag: object.info.tag)
    }

    private func bytes(_ entry: AuditEntry) -> [UInt8] {
        let proof = signingKey.map { signature(entry.seq, entry.hash, $0) }
        let value = JSONValue.object([
            JSONMember("org_id", .string(orgId)), JSONMember("seq", .integer(entry.seq)),
            JSONMember("hash", .string(entry.hash)), JSONMember("signature", .optional(proof)),
        ])
        return Array((value.serialized() + "\n").utf8)
    }

    private func signature(_ seq: Int, _ hash: String, _ key: Secret) -> String {
        let text = ["data-io audit", chain, orgId, String(seq), hash].joined(separator: "\n")
        return Hexadecimal.text(HMACSHA256.code(key: Array(key.reveal().utf8), message: text))
    }

    private func key() throws(JobError) -> ObjectKey {
        try ObjectKey(validating: "\(orgId)/audit/head\(chain == "table" ? "" : "-\(chain)").json")
    }
}
