extension ImportLedger {
    /// A page of rejects ends at about so many bytes, however few rows that are.
    private static let pageBytes = 8 << 20
    /// How long the rejects of a job that came to nothing are kept: a week.
    private static let rejectsLife = Duration.seconds(7 * 86_400)
    /// Jobs that one import tidies up after, and among how many it looks for them.
    private static let abandonedAtOnce = (jobs: 100, among: 1_000)
    /// What stands as the code of a record that names an object with rejects: the form of that object.
    ///
    /// No reject has such a code.
    private static let partCode = "part/1"
    private static let rejectColumns = [
        "record", "line", "byte_offset", "source_column", "code", "message", "field_count", "fields",
    ]

    /// Keeps where refused rows are.
    package func keep(_ part: RejectPart, _ session: any RecordSession) throws {
        if request.isDryRun { return }
        let values: [Literal] = [
            .integer(Int64(part.firstRecord)), .integer(0), .integer(Int64(part.bytes)), .text(""),
            .text(Self.partCode), .text(""), .integer(Int64(part.rows)), .text(part.object),
        ]
        try session.insert(
            key.fields + zip(Self.rejectColumns, values).map { RecordField($0, $1) }, into: .importRejects)
    }

    /// What is kept of rejects from above the record number on, in order, at most `limit`, fewer when they are large.
    package func rejects(after record: Int, limit: Int, _ session: any RecordSession) throws -> [KeptReject] {
        if request.isDryRun { return [] }
        let query = RecordQuery(
            Self.rejectColumns, of: .importRejects,
            where: key.isJob + [RecordCondition("record", .greater, .integer(Int64(record)))], order: ["record"],
            limit: limit)
        var found: [KeptReject] = []
        var bytes = 0
        try session.read(query) { row in
            found.append(Self.kept(row))
            bytes += row.text(7).utf8.count
            return bytes < Self.pageBytes
        }
        return found
    }

    private static func kept(_ row: Record) -> KeptReject {
        let record = RejectRecord(
            record: row.integer(0) ?? 0, line: row.integer(1) ?? 0, byteOffset: row.integer(2) ?? 0,
            column: row.text(3), code: row.text(4), message: row.text(5), fieldCount: row.integer(6) ?? 0,
            fields: row.text(7))
        if record.code != partCode { return .row(record) }
        return .part(
            RejectPart(
                firstRecord: record.record, rows: record.fieldCount, bytes: record.byteOffset, object: record.fields))
    }

    /// Rows and bytes of the kept rejects.
    package func rejectUsage(_ session: any RecordSession) throws -> RejectUsage {
        var usage = RejectUsage()
        var last = -1
        while true {
            let page = try rejects(after: last, limit: 1_000, session)
            let start = last
            for kept in page {
                switch kept {
                case .part(let part):
                    usage.add(rows: part.rows, bytes: part.bytes)
                    last = max(last, part.firstRecord)
                case .row(let row):
                    usage.add(rows: 1, bytes: row.fields.utf8.count)
                    last = max(last, row.record)
                }
            }
            if last == start { return usage }
        }
    }

    /// Deletes the kept rejects.
    package func discardRejects(_ session: any RecordSession) throws {
        if !request.isDryRun { try Self.discardRejects(of: key, session) }
    }

    /// Deletes the kept rejects of a job.
    package static func discardRejects(of key: LedgerKey, _ session: any RecordSession) throws {
        try session.delete(from: .importRejects, where: key.isJob)
    }

    func abandonedJobs(_ session: any RecordSession) throws -> [String] {
        let kept = RecordQuery(
            ["job_id"], of: .importRejects,
            where: [
                RecordCondition("org_id", .text(request.orgId)),
                RecordCondition("job_id", .notEqual, .text(request.jobId)),
            ], order: ["job_id"], isDistinct: true, limit: Self.abandonedAtOnce.among)
        var found: [String] = []
        for job in try session.records(kept) where found.count < Self.abandonedAtOnce.jobs {
            if try isAbandoned(LedgerKey(orgId: request.orgId, jobId: job.text(0)), session) {
                found.append(job.text(0))
            }
        }
        return found
    }

    private func isAbandoned(_ key: LedgerKey, _ session: any RecordSession) throws -> Bool {
        let isOld = RecordCondition("updated_at", .less, .timestamp(WallClock.now() - Self.rejectsLife))
        return try !session.records(
            RecordQuery(["job_id"], of: .importLedger, where: key.isJob + [isOld], limit: 1)
        ).isEmpty
    }

    /// Deletes what such a job has kept, unless somebody has gone on with it; in a transaction under that job's lock.
    package func discardRejects(ofAbandoned jobId: String, _ session: any RecordSession) throws {
        let key = LedgerKey(orgId: request.orgId, jobId: jobId)
        if try isAbandoned(key, session) { try Self.discardRejects(of: key, session) }
    }
}
