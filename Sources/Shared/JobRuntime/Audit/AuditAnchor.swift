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

    /// The head as it is kept; `nil` before the first one.
    ///
    /// Throws `audit_broken` (65) when it is not one.
    func head() async throws -> Head? { try await stored()?.head }

    /// Whether the signature is this key's; `nil` when there is no key or no signature.
    func isGenuine(_ head: Head) -> Bool? {
        guard let key = signingKey, let found = head.signature else { return nil }
        return ConstantTime.equal(found, signature(head.seq, head.hash, key))
    }

    /// Moves the head on to an entry, unless it is there or further, or does not lie in the chain.
    func advance(to entry: AuditEntry, in entries: some AuditChain) async throws {
        for _ in 0..<10 {
            let current = try await stored()
            if let head = current?.head {
                if head.seq >= entry.seq { return }
                // A head that the chain does not have is evidence, and stays.
                if try await entries.entry(head.seq, of: orgId)?.hash != head.hash { return }
            }
            let mode = current.map { PutMode.updateIfMatches($0.tag) } ?? .createOnly
            do throws(JobError) {
                _ = try await store.put(bytes(entry), at: key(), contentType: "application/json", mode: mode)
                return
            } catch {
                if error.code != "precondition_failed" { throw error }
            }
        }
    }

    private func stored() async throws -> (head: Head, tag: ObjectTag)? {
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
            throw JobError("audit_broken", .dataError, "the head of the audit log of \(orgId) cannot be read")
        }
        return (Head(seq: seq, hash: hash, signature: value.text("signature")), object.info.tag)
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
