internal import JobCore

/// The chains in the table `audit_log` of a database.
///
/// The primary key `(org_id, seq)` is what keeps two writers apart; the lock only spares them the collision. A role needs
/// SELECT and INSERT on the table and nothing else.
package struct AuditTable: AuditChain {
    private static let columns = [
        "org_id", "seq", "at", "actor", "action", "job_id", "resource", "filters", "rows", "bytes", "outcome",
        "prev_hash", "hash",
    ]

    private let records: JobRecords

    package init(_ records: JobRecords) { self.records = records }

    package func append(
        _ event: AuditEvent, telling earlier: Int?, moreFollows: Bool
    ) async throws -> (entry: AuditEntry, earlier: AuditEntry?) {
        try await records.write(lock: "audit:" + event.orgId, moreFollows: moreFollows) { session in
            let mark = session.dialect.placeholder
            let told = try earlier.flatMap { seq in
                try Self.select(
                    "WHERE org_id = \(mark(1)) AND seq = \(mark(2))", [.text(event.orgId), .integer(Int64(seq))],
                    session
                ).first
            }
            let same = try Self.select(
                "WHERE org_id = \(mark(1)) AND job_id = \(mark(2)) AND at >= \(mark(3))",
                [.text(event.orgId), .text(event.jobId), .timestamp(event.at)], session)
            if let stored = same.first(where: { $0.event == event }) { return (stored, told) }
            if same.contains(where: { event.isOvertaken(by: $0.event) }) { throw event.overtaken }
            let last = try Self.select(
                "WHERE org_id = \(mark(1)) ORDER BY seq DESC LIMIT 1", [.text(event.orgId)], session
            ).first
            let entry = AuditEntry(event, after: last)
            try Self.insert(entry, session)
            return (entry, told)
        }
    }

    package func entries(of orgId: String, after seq: Int, limit: Int) async throws -> [AuditEntry] {
        try await records.read { session in
            let mark = session.dialect.placeholder
            return try Self.select(
                "WHERE org_id = \(mark(1)) AND seq > \(mark(2)) ORDER BY seq LIMIT \(mark(3))",
                [.text(orgId), .integer(Int64(seq)), .integer(Int64(limit))], session)
        }
    }

    private static func insert(_ entry: AuditEntry, _ session: any RecordSession) throws {
        let names = columns.map(session.dialect.quote).joined(separator: ", ")
        let marks = columns.indices.map { session.dialect.placeholder($0 + 1) }.joined(separator: ", ")
        let event = entry.event
        let values: [Literal] = [
            .text(event.orgId), .integer(Int64(entry.seq)), .timestamp(event.at), .text(event.actor),
            .text(event.action), .text(event.jobId), .text(event.resource), .text(event.filters),
            .integer(Int64(event.rows)), .integer(Int64(event.bytes)), .text(event.outcome),
            .text(entry.previousHash), .text(entry.hash),
        ]
        try session.run(SQLStatement("INSERT INTO audit_log (\(names)) VALUES (\(marks))", values: values))
    }

    private static func select(
        _ rest: String, _ values: [Literal], _ session: any RecordSession
    ) throws -> [AuditEntry] {
        let dialect = session.dialect
        let names = columns.map { $0 == "at" ? dialect.microseconds(dialect.quote($0)) : dialect.quote($0) }
        let statement = SQLStatement(
            "SELECT \(names.joined(separator: ", ")) FROM audit_log \(rest)", values: values)
        return try session.run(statement).map { entry($0) }
    }

    private static func entry(_ row: [String?]) -> AuditEntry {
        func text(_ column: Int) -> String { row[column] ?? "" }
        func number(_ column: Int) -> Int { row[column].flatMap { Int($0) } ?? 0 }
        var event = AuditEvent(orgId: text(0), actor: text(3), action: text(4), outcome: text(10))
        event.at = row[2].flatMap { Int64($0) } ?? 0
        event.jobId = text(5)
        event.resource = text(6)
        event.filters = text(7)
        event.rows = number(8)
        event.bytes = number(9)
        return AuditEntry(event: event, seq: number(1), previousHash: text(11), hash: text(12))
    }
}
