import JobCore
import SQLite
import TestSupport
import Testing

@Suite("SQLite snapshots")
struct SnapshotTests {
    @Test("Every type comes back as canonical text: extremes, empty and null")
    func types() async throws {
        let fixture = try await DatabaseFixture.migrated()
        try fixture.shell(
            """
            INSERT INTO things (org_id, id, number, price, ratio, flag, at, day, code, data, note) VALUES
            ('org', '1', -9223372036854775808, '-123456789012345678901234567890.1234567890', 0.1, 0, -1, '1969-12-31',
             '0189f2c4-7a3b-7c00-8abc-def012345678', '{"a": [1, "é"]}', 'naïve 山田 🎉'),
            ('org', '2', 9223372036854775807, '0.00', 0, 1, 253402300799999999, '9999-12-31', '', '[]', ''),
            ('org', '3', 0, '', 1e300, 1, -62135596800000000, '0001-01-01', '', 'null', 'a' || char(0) || 'b'),
            ('org', '4', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            ('org', '5', 7, '1', 100, 1, 1775044800250000, '', '', '"x"', ' ');
            """)
        let columns = Things.resource.columns.map(\.name)
        let rows = try await fixture.rows(Things.query(columns))
        #expect(
            rows == [
                [
                    "1", "-9223372036854775808", "-123456789012345678901234567890.1234567890", "0.1", "false",
                    "1969-12-31T23:59:59.999999Z", "1969-12-31", "0189f2c4-7a3b-7c00-8abc-def012345678",
                    #"{"a": [1, "é"]}"#, "naïve 山田 🎉",
                ],
                [
                    "2", "9223372036854775807", "0.00", "0.0", "true", "9999-12-31T23:59:59.999999Z", "9999-12-31", "",
                    "[]", "",
                ],
                ["3", "0", "", "1e+300", "true", "0001-01-01T00:00:00Z", "0001-01-01", "", "null", "a\u{0}b"],
                ["4", nil, nil, nil, nil, nil, nil, nil, nil, nil],
                ["5", "7", "1", "100.0", "true", "2026-04-01T12:00:00.25Z", "", "", "\"x\"", " "],
            ])
    }

    @Test(
        "What has no canonical text ends the export and names the column, never the value",
        arguments: [
            ("note", "x'00ff'", "binary data"), ("note", "CAST(x'41ff' AS TEXT)", "not UTF-8"),
            ("id", "CAST(x'c3' AS TEXT)", "not UTF-8"), ("at", "'yesterday'", "not an RFC 3339 timestamp"),
            ("at", "253402300800000000", "outside the years"), ("at", "-62135596800000001", "outside the years"),
            ("at", "-9223372036854775808", "outside the years"), ("ratio", "9e999", "infinite"),
            ("ratio", "-9e999", "infinite"), ("data", "x'7b7d'", "binary data"),
        ])
    func invalid(column: String, value: String, reason: String) async throws {
        let fixture = try DatabaseFixture()
        // Without types SQLite keeps whatever is stored.
        try fixture.shell(
            "CREATE TABLE things (org_id, id, at, ratio, data, note); INSERT INTO things (org_id, \(column)) "
                + "VALUES ('org', \(value));")
        let query = Things.query(["id", "at", "ratio", "data", "note"])
        let error = await #expect(throws: JobError.self) { _ = try await fixture.rows(query) }
        #expect(error?.code == .storedValueInvalid)
        #expect(error?.exitCode == .dataError)
        #expect(error?.position?.field == column)
        #expect(error?.message.contains(reason) == true)
    }

    @Test("Timestamps stored as text are understood when they are RFC 3339")
    func textTimestamps() async throws {
        let fixture = try DatabaseFixture()
        try fixture.shell(
            "CREATE TABLE things (org_id, id, at); "
                + "INSERT INTO things VALUES ('org', 'a', '2026-04-01T02:00:00.50+02:00');"
        )
        #expect(try await fixture.rows(Things.query(["at"])) == [["2026-04-01T00:00:00.5Z"]])
    }
}
