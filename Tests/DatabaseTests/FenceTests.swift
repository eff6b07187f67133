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
        let second = try await fixture.database.openLoader(Things.request(attempt: "a10"))
        _ = try await second.begin(columns: Self.columns)
        let late = try await fixture.database.openLoader(Things.request(attempt: "a9"))
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
            let loader = try await fixture.database.openLoader(Things.request(attempt: "a3"))
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
        let loader = try await fixture.database.openLoader(Things.request(attempt: "a1"))
        _ = try await loader.begin(columns: Self.columns)
        try await fixture.database.transact(.writing(lock: "x")) { session in
            try ImportLedger.fenceOff(
                LedgerKey(orgId: "org", jobId: "job"), fence: 1, specSHA256: Things.request(attempt: "a1").specSHA256,
                session)
        }
        _ = try await loader.load(Things.batch([["a"]]))
        let error = await #expect(throws: JobError.self) {
            try await loader.commit(Things.checkpoint(records: 1), rejects: nil)
        }
        #expect(error?.code == .leaseLost)
        await loader.close()
        #expect(try fixture.shell("SELECT count(*) FROM things") == "0")
        // Nor does it take the job over again; a later attempt may.
        let late = try await fixture.database.openLoader(Things.request(attempt: "a1"))
        let refused = await #expect(throws: JobError.self) { _ = try await late.begin(columns: Self.columns) }
        #expect(refused?.code == .leaseLost)
        await late.close()
        let next = try await fixture.database.openLoader(Things.request(attempt: "a2"))
        _ = try await next.begin(columns: Self.columns)
        await next.close()
    }

    @Test("An attempt that has not come to the ledger yet is kept out of it too", arguments: Backend.allCases)
    func early(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let request = Things.request(attempt: "a1")
        try await fixture.database.transact(.writing(lock: "x")) { session in
            try ImportLedger.fenceOff(
                LedgerKey(orgId: "org", jobId: "job"), fence: 1, specSHA256: request.specSHA256, session)
        }
        let loader = try await fixture.database.openLoader(request)
        let refused = await #expect(throws: JobError.self) { _ = try await loader.begin(columns: Self.columns) }
        #expect(refused?.code == .leaseLost)
        await loader.close()
    }
}

@Suite("Transactions over the jobs' own tables, in every database")
struct RecordTests {
    private static func key(_ hash: String, org: String, revoked: Instant? = nil) -> [RecordField] {
        let texts = ["key_hash": hash, "org_id": org, "actor_id": "", "role": "", "plan": ""]
        return texts.sorted { $0.key < $1.key }.map { RecordField($0.key, .text($0.value)) }
            + (revoked.map { [RecordField("revoked_at", .timestamp($0))] } ?? [])
    }

    @Test("What is read, changed and removed is what meets all conditions", arguments: Backend.allCases)
    func conditions(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let isThird = RecordCondition("key_hash", .less, .text("k3"))
        let found = try await fixture.database.transact(.writing(lock: "x")) { session in
            for number in 0..<6 {
                try session.insert(Self.key("k\(number)", org: number % 2 == 0 ? "even" : "odd"), into: .apiKeys)
            }
            let evens = [RecordCondition("org_id", .text("even"))]
            let query = RecordQuery(
                ["key_hash"], of: .apiKeys, where: evens, order: ["key_hash"], isDescending: true, limit: 2)
            let last = try session.records(query).map { $0.text(0) }
            let orgs = try session.records(
                RecordQuery(["org_id"], of: .apiKeys, where: [], order: ["org_id"], isDistinct: true))
            let changed = try session.update(
                .apiKeys, set: [RecordField("plan", .text("p"))], where: evens + [isThird])
            let again = try session.update(.apiKeys, set: [RecordField("plan", .text("p"))], where: [isThird])
            let removed = try session.delete(
                from: .apiKeys, where: [RecordCondition("plan", .notEqual, .text("p"))])
            try session.proveInsert(into: .apiKeys)
            var first: [String] = []
            try session.read(RecordQuery(["key_hash"], of: .apiKeys, where: [], order: ["key_hash"])) { record in
                first.append(record.text(0))
                return first.count < 2
            }
            return [last, orgs.map { $0.text(0) }, ["\(changed)", "\(again)", "\(removed)"], first]
        }
        // A change to what is there already counts too: what is told is how many met the conditions.
        #expect(found == [["k4", "k2"], ["even", "odd"], ["2", "3", "3"], ["k0", "k1"]])
    }

    @Test("Values come back as they were: text of any kind, whole microseconds, null", arguments: Backend.allCases)
    func values(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        var random = SeededRandom(seed: 3)
        let times =
            [0, 1, -1, 1_775_044_802_123_456]
            + (0..<300).map { _ in
                Int64.random(in: 0...4_102_444_800_000_000, using: &random)
            }
        for (number, time) in times.enumerated() {
            let instant = Instant(microseconds: time)
            let text = "ä'\"\\\n\(number)"
            let rows = try await fixture.database.transact(.writing(lock: "x")) { session in
                try session.insert(Self.key("k\(number)", org: text, revoked: instant), into: .apiKeys)
                return try session.records(
                    RecordQuery(
                        ["org_id", "revoked_at", "plan"], of: .apiKeys,
                        where: [RecordCondition("key_hash", .text("k\(number)"))]))
            }
            #expect(rows == [Record([text, "\(time)", ""])])
        }
    }

    @Test("What throws leaves nothing behind, and reading cannot write", arguments: Backend.allCases)
    func rollback(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let key = Self.key("k", org: "o")
        await #expect(throws: JobError.self) {
            try await fixture.database.transact(.writing(lock: "x")) { session in
                try session.insert(key, into: .apiKeys)
                throw JobError(.internalError, "no")
            }
        }
        let error = await #expect(throws: JobError.self) {
            try await fixture.database.transact(.reading) { try $0.insert(key, into: .apiKeys) }
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
                            let rows = try session.records(RecordQuery(["org_id"], of: .apiKeys, where: []))
                            let number = (rows.first?.integer(0) ?? -1) + 1
                            _ = try session.update(
                                .apiKeys, set: [RecordField("org_id", .text("\(number)"))], where: [])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.shell("SELECT org_id FROM api_keys") == "80")
    }
}
