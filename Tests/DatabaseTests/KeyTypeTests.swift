import JobCore
import TestSupport
import Testing

/// Keys of types that cut, round, pad or check what they are given.
@Suite("Types of keys on PostgreSQL")
struct KeyTypeTests {
    /// A type, a key that is there, the same written differently, and one that is not.
    struct Sample: CustomTestStringConvertible {
        let type: String
        let stored: String
        let same: String
        let other: String
        /// Keys that the type cannot hold.
        var unfit: [String] = []

        var testDescription: String { type }
    }

    private static let samples = [
        Sample(type: "char(1)", stored: "A", same: "A", other: "B", unfit: ["ABCD"]),
        Sample(type: "char(4)", stored: "A", same: "A  ", other: "ABCD", unfit: ["ABCDE"]),
        Sample(type: "varchar(3)", stored: "abc", same: "abc ", other: "ab", unfit: ["abcd"]),
        Sample(type: "bit(4)", stored: "1000", same: "1000", other: "1111", unfit: ["1", "10000", "x"]),
        Sample(type: "bit varying(4)", stored: "1", same: "1", other: "10", unfit: ["10000"]),
        Sample(type: "numeric(5,2)", stored: "1.20", same: "1.204", other: "1.21", unfit: ["1234567"]),
        Sample(type: "time(0)", stored: "10:00:00", same: "10:00:00.2", other: "10:00:01", unfit: ["25:00:00"]),
        Sample(
            type: "timestamp(0)", stored: "2026-01-01 10:00:00", same: "2026-01-01 10:00:00.2",
            other: "2026-01-01 10:00:01", unfit: ["never"]),
        Sample(
            type: "timestamptz(3)", stored: "2026-01-01 10:00:00+00", same: "2026-01-01 11:00:00.0001+01",
            other: "2026-01-01 10:00:00.002+00"),
        Sample(type: "interval(0)", stored: "1 day", same: "1 day 00:00:00.2", other: "2 days"),
        Sample(type: "short", stored: "ab", same: "ab ", other: "cd", unfit: ["abc"]),
        Sample(type: "checked", stored: "x1", same: "x1", other: "x2", unfit: ["y1"]),
        Sample(type: "mood", stored: "sad", same: "sad", other: "glad", unfit: ["sa", "sadder"]),
        Sample(type: "char(2)[]", stored: "{a,b}", same: "{a,b}", other: "{a,bc}"),
        Sample(type: "smallint", stored: "7", same: "7", other: "8", unfit: ["70000"]),
        Sample(
            type: "uuid", stored: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", same: "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            other: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12"),
    ]

    private static let columns = [Column("id", .text), Column("note", .text)]
    private static let byMail = [Column("id", .text), Column("k", .text), Column("note", .text)]

    private func outcome(
        _ fixture: DatabaseFixture, _ resource: Resource, _ columns: [Column], _ rows: [[String?]], _ mode: LoadMode,
        matchOn: [String]?, isDryRun: Bool
    ) async throws -> LoadOutcome {
        let request = LoadRequest(
            resource: resource, orgId: "org", jobId: "j\(mode)\(isDryRun)", specSHA256: "s", attemptId: "a1", fence: 1,
            isDryRun: isDryRun, mode: mode, matchOn: matchOn)
        let loader = try await fixture.database.openLoader(request)
        _ = try await loader.begin(columns: columns)
        var outcome = try await loader.load(Things.batch(rows))
        try await loader.commit(Things.checkpoint(records: rows.count, isComplete: true), rejects: nil)
        await loader.close()
        outcome.changes = []
        outcome.repeatedKeys = 0
        return outcome
    }

    private func fixture(_ type: String) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture(.postgresql)
        _ = try await fixture.database.migrate(Catalogue(resources: []))
        try fixture.shell(
            """
            CREATE DOMAIN short AS varchar(2); CREATE DOMAIN checked AS text CHECK (VALUE LIKE 'x%');
            CREATE TYPE mood AS ENUM ('sad', 'glad');
            CREATE TABLE keyed (org_id text, id \(type), note text, PRIMARY KEY (org_id, id));
            CREATE TABLE found (org_id text, id text, k \(type), note text, PRIMARY KEY (org_id, id));
            """)
        return fixture
    }

    @Test("A key is found as it is stored, and no other; a dry run says what the real one does", arguments: samples)
    func keys(sample: Sample) async throws {
        let fixture = try await fixture(sample.type)
        let resource = Resource(
            name: "keyed", columns: Self.columns, key: ["id"], timeColumn: nil, canImport: true)
        let rows: [[String?]] = [[sample.same, "new"], [sample.other, "new"]] + sample.unfit.map { [$0, "new"] }
        let unfit = 2..<rows.count
        for mode in LoadMode.allCases {
            try fixture.shell(
                "TRUNCATE keyed, import_ledger; INSERT INTO keyed VALUES ('org', '\(sample.stored)', 'old')")
            let dry = try await outcome(fixture, resource, Self.columns, rows, mode, matchOn: nil, isDryRun: true)
            let real = try await outcome(fixture, resource, Self.columns, rows, mode, matchOn: nil, isDryRun: false)
            #expect(dry == real, "\(mode)")
            let notes = try fixture.shell("SELECT count(*) FILTER (WHERE note = 'old'), count(*) FROM keyed")
            let refused = real.refused.map(\.row)
            switch mode {
            case .insert:
                #expect(real.inserted == 1 && refused == [0] + unfit && notes == "1|2", "\(real)")
                #expect(real.refused.first?.reason == .duplicateKey)
            case .upsert: #expect(real.inserted == 1 && real.updated == 1 && refused == Array(unfit) && notes == "0|2")
            case .update: #expect(real.updated == 1 && refused == [1] + unfit && notes == "0|1", "\(real)")
            }
        }
    }

    @Test("The same for a column that rows are matched by", arguments: samples)
    func matched(sample: Sample) async throws {
        let fixture = try await fixture(sample.type)
        let resource = Resource(name: "found", columns: Self.byMail, key: ["id"], timeColumn: nil, canImport: true)
        let rows: [[String?]] =
            [["8", sample.same, "new"], ["9", sample.other, "new"]] + sample.unfit.map { ["u\($0)", $0, "new"] }
        for mode in LoadMode.allCases {
            try fixture.shell(
                "TRUNCATE found, import_ledger; INSERT INTO found VALUES ('org', '1', '\(sample.stored)', 'old')")
            let dry = try await outcome(fixture, resource, Self.byMail, rows, mode, matchOn: ["k"], isDryRun: true)
            let real = try await outcome(fixture, resource, Self.byMail, rows, mode, matchOn: ["k"], isDryRun: false)
            #expect(dry == real, "\(mode)")
            #expect(real.inserted + real.updated + real.refused.count == rows.count)
            #expect(real.updated == (mode == .insert ? 0 : 1) && real.inserted == (mode == .update ? 0 : 1), "\(real)")
            #expect(try fixture.shell("SELECT count(*) FROM found WHERE id LIKE 'u%'") == "0")
        }
    }

    @Test("Two texts that are stored as one key are one key in one file")
    func oneFile() async throws {
        let fixture = try await fixture("numeric(5,2)")
        let resource = Resource(name: "keyed", columns: Self.columns, key: ["id"], timeColumn: nil, canImport: true)
        let rows: [[String?]] = [["1.201", "a"], ["1.2", "b"], ["1.199", "c"], ["3", "d"]]
        for mode in [LoadMode.insert, .upsert] {
            try fixture.shell("TRUNCATE keyed, import_ledger")
            let dry = try await outcome(fixture, resource, Self.columns, rows, mode, matchOn: nil, isDryRun: true)
            let real = try await outcome(fixture, resource, Self.columns, rows, mode, matchOn: nil, isDryRun: false)
            #expect(dry == real && real.inserted == 2, "\(dry) — \(real)")
        }
    }

    @Test("A column of a type that cuts text without a word is refused", arguments: ["name", "\"char\""])
    func cutting(type: String) async throws {
        let fixture = try await fixture(type)
        let resource = Resource(name: "keyed", columns: Self.columns, key: ["id"], timeColumn: nil, canImport: true)
        let error = await #expect(throws: JobError.self) {
            _ = try await outcome(
                fixture, resource, Self.columns, [["a", "b"]], .insert, matchOn: nil, isDryRun: false)
        }
        #expect(error?.code == .columnTypeMismatch)
    }
}
