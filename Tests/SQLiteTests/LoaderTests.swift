import JobCore
import SQLite
import TestSupport
import Testing

@Suite("SQLite loader")
struct LoaderTests {
    @Test("Values of every type come back exactly as they were loaded")
    func roundTrip() async throws {
        let fixture = try await DatabaseFixture.migrated()
        let rows: [[String?]] = [
            [
                "1", "-9223372036854775808", "-0.100", "5e-324", "false", "1969-12-31T23:59:59.999999Z", "0001-01-01",
                "0189f2c4-7a3b-7c00-8abc-def012345678", "{\"a\":\"é\"}", "",
            ],
            [
                "2", "9223372036854775807", "12345678901234567890123", "1.7976931348623157e+308", "true",
                "2026-04-01T00:00:00Z", "9999-12-31", "", "[]", "line\nbreak, \"quote\" \u{1} 🎉",
            ],
            ["3", nil, nil, nil, nil, nil, nil, nil, nil, nil],
        ]
        let loader = try await fixture.database.openLoader(Things.request())
        #expect(try await loader.begin(columns: Things.resource.columns) == nil)
        #expect(try await loader.load(Things.batch(rows)) == LoadOutcome(inserted: 3))
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        #expect(try await fixture.rows(Things.query(Things.resource.columns.map(\.name))) == rows)
        #expect(
            try fixture.shell("SELECT typeof(at), typeof(flag), length(note) IS NULL FROM things WHERE id = '3';")
                == "null|null|1\n")
    }
}
