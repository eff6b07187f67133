import JobCore
import TestSupport
import Testing

@Suite("Attempts that come late, in every database")
struct FenceTests {
    private static let columns = [Column("id", .text)]

    @Test(
        "An attempt that begins after a later one has begun cannot take the job from it", arguments: Backend.allCases)
    func lateBegin(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let second = try await fixture.database.openLoader(Things.plan(attempt: "a10"))
        _ = try await second.begin(columns: Self.columns)
        let late = try await fixture.database.openLoader(Things.plan(attempt: "a9"))
        let error = await #expect(throws: JobError.self) { _ = try await late.begin(columns: Self.columns) }
        #expect(error?.code == .leaseLost && error?.exitCode == .temporary)
        await late.close()
        _ = try await second.load(Things.batch([["a"]]))
        try await second.commit(Things.checkpoint(records: 1), rejects: nil)
        await second.close()
        #expect(try fixture.shell("SELECT attempt_id, fence, records FROM import_ledger") == "a10|10|1")
    }

    @Test("The same attempt may begin again, as it does when its connection was lost", arguments: Backend.allCases)
    func sameAgain(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        for records in 1...2 {
            let loader = try await fixture.database.openLoader(Things.plan(attempt: "a3"))
            let found = try await loader.begin(columns: Self.columns)
            #expect(found?.records == (records == 1 ? nil : 1))
            _ = try await loader.load(Things.batch([["\(records)"]]))
            try await loader.commit(Things.checkpoint(records: records), rejects: nil)
            await loader.close()
        }
        #expect(try fixture.shell("SELECT attempt_id, fence, records FROM import_ledger") == "a3|3|2")
    }

    @Test("Behind the fence of a cancellation nothing is committed any more", arguments: Backend.allCases)
    func cancelled(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let loader = try await fixture.database.openLoader(Things.plan(attempt: "a1"))
        _ = try await loader.begin(columns: Self.columns)
        try await fixture.database.transact(.writing(lock: "x")) { session in
            _ = try session.run(
                LedgerStatements.fenceOff(
                    orgId: "org", jobId: "job", fence: 1, specSHA256: Things.plan(attempt: "a1").specSHA256,
                    dialect: session.dialect))
        }
        _ = try await loader.load(Things.batch([["a"]]))
        let error = await #expect(throws: JobError.self) {
            try await loader.commit(Things.checkpoint(records: 1), rejects: nil)
        }
        #expect(error?.code == .leaseLost)
        await loader.close()
        #expect(try fixture.shell("SELECT count(*) FROM things") == "0")
        // Nor does it take the job over again; a later attempt may.
        let late = try await fixture.database.openLoader(Things.plan(attempt: "a1"))
        let refused = await #expect(throws: JobError.self) { _ = try await late.begin(columns: Self.columns) }
        #expect(refused?.code == .leaseLost)
        await late.close()
        let next = try await fixture.database.openLoader(Things.plan(attempt: "a2"))
        _ = try await next.begin(columns: Self.columns)
        await next.close()
    }

    @Test("An attempt that has not come to the ledger yet is kept out of it too", arguments: Backend.allCases)
    func early(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let plan = Things.plan(attempt: "a1")
        try await fixture.database.transact(.writing(lock: "x")) { session in
            _ = try session.run(
                LedgerStatements.fenceOff(
                    orgId: "org", jobId: "job", fence: 1, specSHA256: plan.specSHA256, dialect: session.dialect))
        }
        let loader = try await fixture.database.openLoader(plan)
        let refused = await #expect(throws: JobError.self) { _ = try await loader.begin(columns: Self.columns) }
        #expect(refused?.code == .leaseLost)
        await loader.close()
    }
}

@Suite("Transactions over the jobs' own tables, in every database")
struct RecordTests {
    @Test("Values come back as they were: text of any kind, whole microseconds, null", arguments: Backend.allCases)
    func values(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        var random = SeededRandom(seed: 3)
        let instants =
            [0, 1, -1, 1_775_044_802_123_456]
            + (0..<300).map { _ in
                Int64.random(in: 0...4_102_444_800_000_000, using: &random)
            }
        for (number, instant) in instants.enumerated() {
            let text = "ä'\"\\\n\(number)"
            let rows = try await fixture.database.transact(.writing(lock: "x")) { session in
                let mark = session.dialect.placeholder
                try session.run(
                    SQLStatement(
                        "INSERT INTO api_keys VALUES (\(mark(1)), \(mark(2)), '', '', '', \(mark(3)))",
                        values: [.text("k\(number)"), .text(text), .timestamp(instant)]))
                let time = session.dialect.microseconds("revoked_at")
                return try session.run(
                    SQLStatement(
                        "SELECT org_id, \(time), NULL FROM api_keys WHERE key_hash = \(mark(1))",
                        values: [.text("k\(number)")]))
            }
            #expect(rows == [[text, "\(instant)", nil]])
        }
    }

    @Test("What throws leaves nothing behind, and reading cannot write", arguments: Backend.allCases)
    func rollback(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let insert = SQLStatement("INSERT INTO api_keys VALUES ('k', 'o', '', '', '', NULL)")
        await #expect(throws: JobError.self) {
            try await fixture.database.transact(.writing(lock: "x")) { session in
                try session.run(insert)
                throw JobError(.internalError, "no")
            }
        }
        let error = await #expect(throws: JobError.self) {
            try await fixture.database.transact(.reading) { session in _ = try session.run(insert) }
        }
        #expect(error?.code.isReadOnlyDatabase == true)
        #expect(try fixture.shell("SELECT count(*) FROM api_keys") == "0")
    }

    @Test(
        "Of writers that name the same lock one works at a time: none overwrites another", arguments: Backend.allCases)
    func lock(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        try fixture.shell("INSERT INTO api_keys VALUES ('k', '0', '', '', '', NULL)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10 {
                        try await fixture.database.transact(.writing(lock: "x")) { session in
                            let rows = try session.run(SQLStatement("SELECT org_id FROM api_keys"))
                            let number = (rows.first?.first?.flatMap { Int($0) } ?? -1) + 1
                            try session.run(
                                SQLStatement(
                                    "UPDATE api_keys SET org_id = \(session.dialect.placeholder(1))",
                                    values: [.text("\(number)")]))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.shell("SELECT org_id FROM api_keys") == "80")
    }
}
