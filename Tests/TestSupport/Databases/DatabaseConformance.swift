package import JobCore

/// What every database must do alike, seen through what jobs see of it alone.
///
/// Each check has an organisation of its own; the database has the tables of `Things.catalogue` and of the jobs.
package struct DatabaseConformance: Sendable {
    private static let columns = [Column("id", .text), Column("number", .int), Column("note", .text)]

    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// The checks, by what they say.
    package static let checks: [(name: String, run: @Sendable (DatabaseConformance) async throws -> [String])] = [
        ("rows come back as they were, in the order of their key, and to nobody else", { try await $0.roundTrip() }),
        ("a view does not change while it is read", { try await $0.snapshot() }),
        ("every operator finds the rows it should", { try await $0.conditions() }),
        ("a key that is there is a duplicate", { try await $0.duplicates() }),
        ("upserts and updates change what is there, row after row", { try await $0.changes() }),
        ("rows are found by other columns than the key", { try await $0.matches() }),
        ("a dry run tells what the real run does, and does nothing", { try await $0.dryRuns() }),
        ("rows, rejects and checkpoint are committed together", { try await $0.commits() }),
        ("an attempt goes on where the last one was, and a late one is kept out", { try await $0.attempts() }),
        ("rejects are kept, told and forgotten", { try await $0.rejects() }),
        ("an atomic import is there as a whole or not at all", { try await $0.atomic() }),
        ("records are kept under a lock, and as a whole", { try await $0.records() }),
    ]

    private func loader(_ request: LoadRequest) async throws -> (any RowLoader, LoadCheckpoint?) {
        let loader = try await database.openLoader(request)
        return (loader, try await loader.begin(columns: Self.columns))
    }

    private func load(_ rows: [[String?]], _ request: LoadRequest) async throws -> LoadOutcome {
        let (loader, _) = try await loader(request)
        let outcome = try await loader.load(Things.batch(rows))
        try await loader.commit(Things.checkpoint(records: rows.count, isComplete: true))
        await loader.close()
        return outcome
    }

    private func rows(_ org: String, _ names: [String] = ["id", "number", "note"], _ query: RowQuery? = nil)
        async throws
        -> [[String?]]
    {
        let snapshot = try await database.openSnapshot()
        let rows = try await Things.rows(query ?? Things.query(names, org: org), in: snapshot)
        await snapshot.close()
        return rows
    }

    private func code(_ work: () async throws -> Void) async -> ErrorCode? {
        do {
            try await work()
            return nil
        } catch {
            return JobError.wrapping(error).code
        }
    }

    // MARK: - Reading

    private func roundTrip() async throws -> [String] {
        var found = Problems()
        let values: [String?] = [
            "b", "-9223372036854775808", "12.50", "0.1", "true", "2026-04-01T12:00:00.123456Z", "2026-02-28",
            "0197f2a4-5c5e-7000-8000-000000000001", #"{"a":[1,"ä"]}"#, "ä\"'\\\n",
        ]
        let empty: [String?] = ["a"] + Array(repeating: nil, count: 8) + [""]
        for org in ["round", "other"] {
            let loader = try await database.openLoader(Things.request(org: org))
            _ = try await loader.begin(columns: Things.resource.columns)
            _ = try await loader.load(Things.batch(org == "round" ? [values, empty] : [empty]))
            try await loader.commit(LoadCheckpoint())
            await loader.close()
        }
        found.expect(try await rows("round", Things.resource.columns.map(\.name)), [empty, values], "all columns")
        found.expect(try await rows("round", ["note", "id"]), [["", "a"], [values[9], "b"]], "some columns")
        let limited = Things.query(["id"], org: "round", limit: 1)
        found.expect(try await rows("round", [], limited), [["a"]], "a limit")
        found.expect(try await rows("nobody"), [], "nobody's rows")
        return found.all
    }

    private func snapshot() async throws -> [String] {
        var found = Problems()
        _ = try await load([["a", "1", nil]], Things.request(org: "view", job: "first"))
        let snapshot = try await database.openSnapshot()
        let query = Things.query(["id"], org: "view")
        _ = try await load([["b", "1", nil]], Things.request(org: "view", job: "second"))
        found.expect(try await Things.rows(query, in: snapshot), [["a"]], "the view")
        if !database.source.tellsAmount { found.expect(try await snapshot.count(query), 1, "its count") }
        await snapshot.close()
        found.expect(try await rows("view", ["id"]), [["a"], ["b"]], "a later view")
        return found.all
    }

    private func conditions() async throws -> [String] {
        var found = Problems()
        let names = ["id", "price", "flag", "at", "data", "note"]
        let loader = try await database.openLoader(Things.request(org: "where"))
        _ = try await loader.begin(columns: names.compactMap { Things.resource.column($0) })
        _ = try await loader.load(
            Things.batch([
                ["a", "9.50", "true", "1969-12-31T23:59:59.999999Z", #"{"name":"x","inner":{"size":1.5}}"#, "100 %"],
                ["b", "10", "false", "1970-01-01T00:00:00Z", #"{"name":true,"inner":{"size":7},"a b":1}"#, "aBc"],
                ["c", "100.0", "true", "1970-01-01T00:00:00.000001Z", #""no object""#, "é"],
                ["d", nil, nil, nil, nil, nil],
            ]))
        try await loader.commit(LoadCheckpoint())
        await loader.close()
        for (condition, expected) in Things.conditions {
            let query = Things.query(["id"], org: "where", conditions: [condition])
            found.expect(try await rows("", [], query).compactMap { $0[0] }.joined(), expected, "\(condition)")
        }
        return found.all
    }

    // MARK: - Loading

    private func duplicates() async throws -> [String] {
        var found = Problems()
        _ = try await load([["a", nil, "old"]], Things.request(org: "twice", job: "first"))
        let (loader, _) = try await loader(Things.request(org: "twice", job: "second"))
        let batch = Things.batch([["a", "1", "new"], ["b", "2", "first"], ["b", "3", "second"], ["c", "4", "x"]])
        let refused = [RowVerdict(row: 0, reason: .duplicateKey), RowVerdict(row: 2, reason: .duplicateKey)]
        found.expect(try await loader.load(batch), LoadOutcome(inserted: 2, refused: refused), "the first batch")
        found.expect(try await loader.load(batch).refused.map(\.row), [0, 1, 2, 3], "the same again")
        // A bad row costs itself.
        let bad = try await loader.load(Things.batch([["d", "1", nil], [nil, "2", nil], ["e", "3", nil]]))
        found.expect(bad.inserted, 2, "the rows beside one without a key")
        if case .constraint = bad.refused.first?.reason, bad.refused.map(\.row) == [1] {
        } else {
            found.add("a row without a key: \(bad)")
        }
        try await loader.commit(LoadCheckpoint())
        await loader.close()
        let expected: [[String?]] = [
            ["a", nil, "old"], ["b", "2", "first"], ["c", "4", "x"], ["d", "1", nil], ["e", "3", nil],
        ]
        found.expect(try await rows("twice"), expected, "the rows")
        return found.all
    }

    private func changes() async throws -> [String] {
        var found = Problems()
        _ = try await load([["a", "1", "old"]], Things.request(org: "change", job: "first"))
        let upsert = try await load(
            [["a", "2", "x"], ["b", "3", nil], ["b", "4", "y"], ["a", nil, "z"]],
            Things.request(org: "change", job: "second", mode: .upsert))
        found.expect(upsert, LoadOutcome(inserted: 1, updated: 3), "upsert")
        found.expect(try await rows("change"), [["a", nil, "z"], ["b", "4", "y"]], "rows behind the upsert")
        let update = try await load(
            [["b", "5", "w"], ["c", "6", nil], ["b", "7", "v"]],
            Things.request(org: "change", job: "third", mode: .update))
        found.expect(
            update, LoadOutcome(inserted: 0, updated: 2, refused: [RowVerdict(row: 1, reason: .noMatch)]), "update")
        found.expect(try await rows("change"), [["a", nil, "z"], ["b", "7", "v"]], "rows behind the update")
        return found.all
    }

    private func matches() async throws -> [String] {
        var found = Problems()
        func request(_ job: String, _ mode: LoadMode, isDryRun: Bool = false) -> LoadRequest {
            LoadRequest(
                resource: Things.resource, orgId: "match", jobId: job, specSHA256: "s", attemptId: "a1", fence: 1,
                isDryRun: isDryRun, mode: mode, matchOn: ["number"])
        }
        _ = try await load([["a", "1", "old"], ["b", "2", "old"], ["c", "2", "old"]], Things.request(org: "match"))
        let source: [[String?]] = [["x", "1", "new"], ["y", "2", "new"], ["z", "3", "new"], ["w", "1", "last"]]
        for (mode, expected) in [
            (LoadMode.update, [RowVerdict(row: 1, reason: .ambiguousMatch), RowVerdict(row: 2, reason: .noMatch)]),
            (.upsert, [RowVerdict(row: 1, reason: .ambiguousMatch)]),
        ] {
            var dry = try await load(source, request("dry-\(mode)", mode, isDryRun: true))
            dry.changes = []
            let real = try await load(source, request("real-\(mode)", mode))
            found.expect(dry, real, "the dry run of \(mode)")
            found.expect(real.refused, expected, "\(mode)")
        }
        let left: [[String?]] = [["a", "1", "last"], ["b", "2", "old"], ["c", "2", "old"], ["z", "3", "new"]]
        found.expect(try await rows("match"), left, "the rows")
        return found.all
    }

    private func dryRuns() async throws -> [String] {
        var found = Problems()
        for mode in LoadMode.allCases {
            let org = "dry\(mode)"
            _ = try await load([["a", "1", "old"]], Things.request(org: org, job: "first"))
            let source: [[String?]] = [["b", "1", nil], ["a", "2", "x"], ["b", "3", "y"], ["a", "4", "z"]]
            var dry = try await load(source, Things.request(org: org, job: "dry", isDryRun: true, mode: mode))
            found.expect(try await rows(org), [["a", "1", "old"]], "\(mode): rows behind the dry run")
            dry.changes = []
            dry.repeatedKeys = 0
            found.expect(dry, try await load(source, Things.request(org: org, job: "real", mode: mode)), "\(mode)")
        }
        return found.all
    }

    private func commits() async throws -> [String] {
        var found = Problems()
        let (loader, _) = try await loader(Things.request(org: "commit"))
        _ = try await loader.load(Things.batch([["a", "1", nil]]))
        found.expect(try await rows("commit", ["id"]), [], "before the commit")
        try await loader.commit(Things.checkpoint(records: 2), rejects: Things.part(2))
        found.expect(try await rows("commit", ["id"]), [["a"]], "behind the commit")
        _ = try await loader.load(Things.batch([["b", "1", nil]]))
        try await loader.rollBack(lane: 0)
        _ = try await loader.load(Things.batch([["c", "1", nil]]))
        await loader.close()
        found.expect(try await rows("commit", ["id"]), [["a"]], "behind what was undone")
        let closed = await code { _ = try await loader.load(Things.batch([["d", "1", nil]])) }
        found.expect(closed, .internalError, "a loader that is closed")
        return found.all
    }

    private func attempts() async throws -> [String] {
        var found = Problems()
        let (first, nothing) = try await loader(Things.request(org: "again"))
        found.expect(nothing, nil, "a new job")
        _ = try await first.load(Things.batch([["a", "1", nil]]))
        var checkpoint = Things.checkpoint(records: 3)
        (checkpoint.inserted, checkpoint.rejected, checkpoint.sourceTag) = (1, 2, "tag")
        try await first.commit(checkpoint)
        let (second, told) = try await loader(Things.request(org: "again", attempt: "a2"))
        found.expect(told, checkpoint, "the next attempt")
        _ = try? await first.load(Things.batch([["b", "1", nil]]))
        found.expect(await code { try await first.commit(checkpoint) }, .leaseLost, "a late commit")
        await first.close()
        found.expect(
            await code { _ = try await loader(Things.request(org: "again", attempt: "a1")) }, .leaseLost,
            "a late attempt")
        await second.close()
        found.expect(
            await code { _ = try await loader(Things.request(org: "again", sha: "x", attempt: "a3")) },
            .idempotencyMismatch, "another spec")
        let key = LedgerKey(orgId: "again", jobId: "job")
        try await database.transact(.writing(lock: key.lock)) { session in
            try ImportLedger.fenceOff(key, fence: 7, specSHA256: "sha", session)
        }
        found.expect(
            await code { _ = try await loader(Things.request(org: "again", attempt: "a7")) }, .leaseLost,
            "an attempt behind the fence")
        let (later, kept) = try await loader(Things.request(org: "again", attempt: "a8"))
        found.expect(kept?.records, 3, "an attempt in front of it")
        await later.close()
        return found.all
    }

    private func rejects() async throws -> [String] {
        var found = Problems()
        let (loader, _) = try await loader(Things.request(org: "reject"))
        for record in [2, 5, 9] {
            _ = try await loader.load(Things.batch([["r\(record)", "1", nil]]))
            try await loader.commit(Things.checkpoint(records: record), rejects: Things.part(record, rows: record))
        }
        let parts = [2, 5, 9].map { KeptReject.part(Things.part($0, rows: $0)) }
        found.expect(try await loader.rejects(after: 0, limit: 10), parts, "all")
        found.expect(try await loader.rejects(after: 2, limit: 1), [parts[1]], "a page")
        found.expect(try await loader.rejectUsage(), RejectUsage(rows: 16, bytes: 1600), "the usage")
        found.expect(await loader.abandonedJobs(), [], "jobs that nobody goes on with")
        try await loader.discardRejects()
        found.expect(try await loader.rejects(after: 0, limit: 10), [], "what is forgotten")
        found.expect(try await loader.rejectUsage(), RejectUsage(), "its usage")
        await loader.close()
        return found.all
    }

    private func atomic() async throws -> [String] {
        var found = Problems()
        for isCompleted in [false, true] {
            let request = Things.request(org: "atom", job: "j\(isCompleted)", isAtomic: true)
            let (loader, _) = try await loader(request)
            _ = try await loader.load(Things.batch([["a", "1", nil]]))
            try await loader.commit(Things.checkpoint(records: 1))
            _ = try await loader.load(Things.batch([["b", "1", nil]]))
            if isCompleted { try await loader.commit(Things.checkpoint(records: 2, isComplete: true)) }
            await loader.close()
            let expected: [[String?]] = isCompleted ? [["a"], ["b"]] : []
            found.expect(try await rows("atom", ["id"]), expected, "completed: \(isCompleted)")
        }
        return found.all
    }

    // MARK: - Records

    private func records() async throws -> [String] {
        var found = Problems()
        let isIt = [RecordCondition("key_hash", .text("counter"))]
        let texts = ["actor_id", "role", "plan"].map { RecordField($0, .text("")) }
        let database = database
        try await database.transact(.writing(lock: "count")) { session in
            try session.insert(
                texts + [RecordField("key_hash", .text("counter")), RecordField("org_id", .text("0"))], into: .apiKeys)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    for _ in 0..<5 {
                        try await database.transact(.writing(lock: "count")) { session in
                            let query = RecordQuery(["org_id"], of: .apiKeys, where: isIt)
                            let number = (try session.records(query).first?.integer(0) ?? -1) + 1
                            _ = try session.update(
                                .apiKeys, set: [RecordField("org_id", .text("\(number)"))], where: isIt)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let refused = await code {
            try await database.transact(.writing(lock: "count")) { session in
                try session.delete(from: .apiKeys, where: isIt)
                throw JobError(.cancelled, "no")
            }
        }
        found.expect(refused, .cancelled, "what the work throws")
        let written = await code {
            try await database.transact(.reading) { _ = try $0.delete(from: .apiKeys, where: isIt) }
        }
        found.expect(written?.isReadOnlyDatabase, true, "a change while reading")
        let query = RecordQuery(["org_id", "revoked_at"], of: .apiKeys, where: isIt)
        let left = try await database.transact(.reading) { try $0.records(query) }
        found.expect(left, [Record(["30", nil])], "the counter")
        return found.all
    }
}

/// What differs from what was expected.
private struct Problems {
    private(set) var all: [String] = []

    mutating func add(_ text: String) { all.append(text) }

    mutating func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) {
        if found != expected { add("\(what): \(found), not \(expected)") }
    }
}
