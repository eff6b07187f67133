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
            let told = try earlier.flatMap { try Self.entry($0, of: event.orgId, session) }
            if let stored = try Self.known(event, session) { return (stored, told) }
            let last = try Self.last(of: event.orgId, session)
            if let last, !last.isPlain { throw event.behindSeal }
            let entry = AuditEntry(event, after: last)
            try Self.insert(entry, session)
            return (entry, told)
        }
    }

    package func view(of event: AuditEvent) async throws -> AuditView {
        try await records.write(lock: "audit:" + event.orgId, moreFollows: true) { session in
            // A server that takes no entries says so here, before any is announced.
            try session.proveInsert(into: .auditLog)
            let known = try Self.known(event, session)
            return AuditView(last: try Self.last(of: event.orgId, session), known: known)
        }
    }

    package func place(_ entry: AuditEntry, moreFollows: Bool) async throws -> Bool {
        let orgId = entry.event.orgId
        return try await records.write(lock: "audit:" + orgId, moreFollows: moreFollows) { session in
            if let there = try Self.entry(entry.seq, of: orgId, session) { return there == entry }
            try Self.insert(entry, session)
            return true
        }
    }

    package func entries(of orgId: String, after seq: Int?, limit: Int) async throws -> [AuditEntry] {
        try await records.read { session in
            let behind = seq.map { [RecordCondition("seq", .greater, .integer(Int64($0)))] } ?? []
            return try Self.select(orgId, behind, order: ["seq"], limit: limit, session)
        }
    }

    /// The entry of the same event, if it is there.
    private static func known(_ event: AuditEvent, _ session: any RecordSession) throws -> AuditEntry? {
        let same = try select(
            event.orgId,
            [
                RecordCondition("job_id", .text(event.jobId)),
                RecordCondition("at", .greaterOrEqual, .timestamp(event.at)),
            ], session)
        if let stored = same.first(where: { $0.event == event }) { return stored }
        if same.contains(where: { event.isOvertaken(by: $0.event) }) { throw event.overtaken }
        return nil
    }

    private static func last(of orgId: String, _ session: any RecordSession) throws -> AuditEntry? {
        try select(orgId, [], order: ["seq"], isDescending: true, limit: 1, session).first
    }

    private static func entry(_ seq: Int, of orgId: String, _ session: any RecordSession) throws -> AuditEntry? {
        try select(orgId, [RecordCondition("seq", .integer(Int64(seq)))], session).first
    }

    private static func insert(_ entry: AuditEntry, _ session: any RecordSession) throws {
        let event = entry.event
        let values: [Literal] = [
            .text(event.orgId), .integer(Int64(entry.seq)), .timestamp(event.at), .text(event.actor),
            .text(event.action), .text(event.jobId), .text(event.resource), .text(event.filters),
            .integer(Int64(event.rows)), .integer(Int64(event.bytes)), .text(event.outcome),
            .text(entry.previousHash), .text(entry.hash),
        ]
        try session.insert(zip(columns, values).map { RecordField($0, $1) }, into: .auditLog)
    }

    private static func select(
        _ orgId: String, _ conditions: [RecordCondition], order: [String] = [], isDescending: Bool = false,
        limit: Int? = nil, _ session: any RecordSession
    ) throws -> [AuditEntry] {
        let query = RecordQuery(
            columns, of: .auditLog, where: [RecordCondition("org_id", .text(orgId))] + conditions, order: order,
            isDescending: isDescending, limit: limit)
        return try session.records(query).map { entry($0.values) }
    }

    private static func entry(_ row: [String?]) -> AuditEntry {
        // A database that is not strict about types can hold a word for a number: then no hash fits.
        guard [1, 2, 8, 9].allSatisfy({ column in row[column].map { Int($0).map(String.init) == $0 } == true }),
            row.allSatisfy({ $0 != nil })
        else { return .unreadable(row[1].flatMap { Int($0) } ?? Int.max, of: row[0] ?? "") }
        func text(_ column: Int) -> String { row[column] ?? "" }
        func number(_ column: Int) -> Int { row[column].flatMap { Int($0) } ?? 0 }
        var event = AuditEvent(orgId: text(0), actor: text(3), action: text(4), outcome: text(10))
        event.at = Instant(microseconds: row[2].flatMap { Int64($0) } ?? 0)
        event.jobId = text(5)
        event.resource = text(6)
        event.filters = text(7)
        event.rows = number(8)
        event.bytes = number(9)
        return AuditEntry(event: event, seq: number(1), previousHash: text(11), hash: text(12))
    }
}
