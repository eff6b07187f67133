internal import JobCore
internal import ObjectStorage

/// The head of an organisation's chains, kept apart from them in the object store: whoever cuts entries off the end of a
/// chain, removes it or writes all of it anew, would have to change this too.
struct AuditAnchor: Sendable {
    let orgId: String
    let seal: AuditSeal?
    private let store: any ObjectStore

    init(orgId: String, store: any ObjectStore, signingKey: SigningKey?) {
        self.orgId = orgId
        self.store = store
        seal = signingKey.map { AuditSeal($0, orgId: orgId) }
    }

    /// A head as it is stored; without `head` something that is none.
    struct Stored: Sendable {
        let head: AuditHead?
        let bytes: [UInt8]
        fileprivate let tag: ObjectTag

        /// Whose head it says it is.
        var owner: String? { AuditHead.owner(bytes) }

        /// The object.
        var text: String { String(decoding: bytes, as: UTF8.self) }

        /// Whether nobody has written in between.
        func isSame(as other: Stored?) -> Bool { bytes == other?.bytes }
    }

    /// The head as it is kept; `nil` before the first one.
    func stored() async throws -> Stored? {
        do throws(JobError) {
            let object = try await store.get(key(), range: nil)
            return Stored(head: AuditHead(object.bytes), bytes: object.bytes, tag: object.info.tag)
        } catch {
            if error.code == .objectNotFound { return nil }
            throw error
        }
    }

    /// Replaces what was stored, signed when there is a key; `nil` when somebody else has replaced it meanwhile.
    func replace(_ stored: Stored?, with head: AuditHead) async throws -> Stored? {
        var head = head
        head.signature = seal?.signature(head)
        let bytes = head.bytes(orgId: orgId)
        let mode = stored.map { PutMode.updateIfMatches($0.tag) } ?? .createOnly
        do throws(JobError) {
            let tag = try await store.put(bytes, at: key(), contentType: "application/json", mode: mode).tag
            return Stored(head: head, bytes: bytes, tag: tag)
        } catch {
            if error.code == .preconditionFailed { return nil }
            throw error
        }
    }

    /// The log is not as it was written.
    func broken(_ problem: String) -> JobError {
        JobError(
            .auditBroken, "the audit log of \(orgId) is broken: \(problem)")
    }

    /// Entries that nobody has signed are there, and a key that would have to sign for them.
    var unsigned: JobError {
        JobError(
            .auditUnsigned,
            "the audit log of \(orgId) is not signed, and JOB_SIGNING_KEY is set",
            hint:
                "if it never was, `ImportJob audit adopt --org \(orgId)` signs what is there; else somebody has replaced it"
        )
    }

    /// The log is signed, and this process cannot.
    var locked: JobError {
        JobError(
            .auditKeyMissing,
            "the audit log of \(orgId) is signed, and JOB_SIGNING_KEY is not set",
            hint: "set the JOB_SIGNING_KEY that the organisation's jobs use")
    }

    private func key() throws(JobError) -> ObjectKey {
        try ObjectKey(validating: "\(orgId)/audit/head.json")
    }
}
