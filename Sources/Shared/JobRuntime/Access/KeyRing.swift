internal import JobCore

/// The keys of all organisations, in the table `api_keys`.
struct KeyRing: Sendable {
    private static let columns = ["key_hash", "org_id", "actor_id", "role", "plan"]

    private let records: JobRecords

    init(_ records: JobRecords) { self.records = records }

    /// Whom the key belongs to; `nil` when nobody has it.
    func record(of key: APIKey) async throws -> APIKeyRecord? {
        let hash = key.hash
        return try await records.read { try Self.select(RecordCondition("key_hash", .text(hash)), $0).first }
    }

    /// The keys of an organisation, revoked ones too, by actor.
    func keys(of orgId: String) async throws -> [APIKeyRecord] {
        try await records.read { try Self.select(RecordCondition("org_id", .text(orgId)), $0) }
    }

    /// Keeps a new key.
    func add(_ record: APIKeyRecord) async throws {
        try await records.write(lock: "keys") { session in
            let texts = [record.hash, record.orgId, record.actorId, record.role, record.plan]
            try session.insert(zip(Self.columns, texts).map { RecordField($0, .text($1)) }, into: .apiKeys)
        }
    }

    /// Revokes the organisation's key whose hash begins with `id`, from now on; returns it as it was.
    ///
    /// Throws `key_not_found` (66) and `key_ambiguous` (64).
    func revoke(_ id: String, of orgId: String) async throws -> APIKeyRecord {
        try await records.write(lock: "keys") { session in
            let found = try Self.select(RecordCondition("org_id", .text(orgId)), session)
                .filter { $0.hash.hasPrefix(id.lowercased()) }
            guard let key = found.first else {
                throw JobError(
                    .keyNotFound, "organisation \(orgId) has no key \(id.prefix(64))",
                    hint: "`keys list --org \(orgId)` names its keys")
            }
            if found.count > 1 {
                throw JobError(
                    .keyAmbiguous, "\(found.count) keys begin with \(id.prefix(64))")
            }
            if key.revokedAt == nil {
                _ = try session.update(
                    .apiKeys, set: [RecordField("revoked_at", .timestamp(WallClock.now()))],
                    where: [RecordCondition("key_hash", .text(key.hash))])
            }
            return key
        }
    }

    private static func select(_ condition: RecordCondition, _ session: any RecordSession) throws -> [APIKeyRecord] {
        let query = RecordQuery(
            columns + ["revoked_at"], of: .apiKeys, where: [condition], order: ["actor_id", "key_hash"])
        return try session.records(query).map { record in
            APIKeyRecord(
                hash: record.text(0), orgId: record.text(1), actorId: record.text(2), role: record.text(3),
                plan: record.text(4), revokedAt: record.integer(5).map { Instant(microseconds: Int64($0)) })
        }
    }
}
