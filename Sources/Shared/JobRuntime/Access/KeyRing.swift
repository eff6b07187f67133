internal import JobCore

/// The keys of all organisations, in the table `api_keys`.
struct KeyRing: Sendable {
    private static let columns = "key_hash, org_id, actor_id, role, plan"

    private let records: JobRecords

    init(_ records: JobRecords) { self.records = records }

    /// Whom the key belongs to; `nil` when nobody has it.
    func record(of key: APIKey) async throws -> APIKeyRecord? {
        let hash = key.hash
        return try await records.read { session in
            try Self.select("key_hash = \(session.dialect.placeholder(1))", [.text(hash)], session).first
        }
    }

    /// The keys of an organisation, revoked ones too, by actor.
    func keys(of orgId: String) async throws -> [APIKeyRecord] {
        try await records.read { session in
            try Self.select("org_id = \(session.dialect.placeholder(1))", [.text(orgId)], session)
        }
    }

    /// Keeps a new key.
    func add(_ record: APIKeyRecord) async throws {
        try await records.write(lock: "keys") { session in
            let marks = (1...5).map { session.dialect.placeholder($0) }.joined(separator: ", ")
            try session.run(
                SQLStatement(
                    "INSERT INTO api_keys (\(Self.columns)) VALUES (\(marks))",
                    values: [record.hash, record.orgId, record.actorId, record.role, record.plan].map { .text($0) }))
        }
    }

    /// Revokes the organisation's key whose hash begins with `id`, from now on; returns it as it was.
    ///
    /// Throws `key_not_found` (66) and `key_ambiguous` (64).
    func revoke(_ id: String, of orgId: String) async throws -> APIKeyRecord {
        try await records.write(lock: "keys") { session in
            let mark = session.dialect.placeholder
            let found = try Self.select("org_id = \(mark(1))", [.text(orgId)], session)
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
                try session.run(
                    SQLStatement(
                        "UPDATE api_keys SET revoked_at = \(mark(2)) WHERE key_hash = \(mark(1))",
                        values: [.text(key.hash), .timestamp(WallClock.now())]))
            }
            return key
        }
    }

    private static func select(
        _ condition: String, _ values: [Literal], _ session: any RecordSession
    ) throws -> [APIKeyRecord] {
        let revoked = session.dialect.microseconds("revoked_at")
        let rows = try session.run(
            SQLStatement(
                "SELECT \(columns), \(revoked) FROM api_keys WHERE \(condition) ORDER BY actor_id, key_hash",
                values: values))
        return rows.map { row in
            APIKeyRecord(
                hash: row[0] ?? "", orgId: row[1] ?? "", actorId: row[2] ?? "", role: row[3] ?? "", plan: row[4] ?? "",
                revokedAt: row[5].flatMap { Int64($0) })
        }
    }
}
