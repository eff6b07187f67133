internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Exports from PostgreSQL")
struct PostgreSQLExportTests {
    @Test("The same data give the same bytes from SQLite and from PostgreSQL", arguments: ["csv", "json", "jsonl"])
    func sameBytes(format: String) throws {
        let demo = try Workbench(.demo)
        let scene = try PostgreSQLBench()
        for resource in ["profiles", "events", "contacts"] {
            // Both take the file of the embedded database: what they store is what they export.
            let source = try demo.resultText(demo.export(#""resource":"\#(resource)","format":"csv""#))
            let sqlite = try Workbench(.empty)
            try sqlite.upload(source, as: "f")
            try scene.bench.upload(source, as: "f")
            let load = #""resource":"\#(resource)","sourceKey":"uploads/f""#
            try #require(sqlite.load(load).count("rejected") == 0)
            try #require(scene.run(.import, load).count("rejected") == 0)
            for filters in ["{}", #"{"from":"2026-01-10","to":"2026-06-20"}"#, #"{"last":"10000d"}"#] {
                let spec = #""resource":"\#(resource)","format":"\#(format)","filters":\#(filters)"#
                let one = try sqlite.export(spec)
                let other = try scene.run(.export, spec)
                #expect(one["files.0.sha256"].string != nil)
                #expect(one["files.0.sha256"] == other["files.0.sha256"], "\(resource) \(filters): \(other)")
            }
        }
    }

    @Test("While rows are changed all the time, an export in ranges of blocks is from one moment")
    func oneMoment() throws {
        let scene = try PostgreSQLBench()
        try scene.makeEvents(60_000)
        let sum = try scene.sql("SELECT sum(revenue) FROM events")
        // Each transaction moves an amount from one end of the table to the other.
        let writer = try ChildProcess(
            scene.server.program("psql"), ["-X", "-q", scene.server.socketURL(database: scene.database)],
            input: Array(
                """
                DO $$ BEGIN FOR i IN 1..1000000 LOOP
                  UPDATE events SET revenue = revenue + CASE id WHEN md5('1')::uuid THEN 1 ELSE -1 END
                    WHERE org_id = 'org_demo' AND id IN (md5('1')::uuid, md5('60000')::uuid);
                  COMMIT;
                END LOOP; END $$;
                """.utf8))
        defer {
            writer.send(SIGKILL)
            _ = try? writer.wait()
        }
        for _ in 0..<3 {
            let before = try scene.sql("SELECT revenue FROM events WHERE id = md5('1')::uuid")
            let run = try scene.run(.export, #""resource":"events","format":"csv","columns":["id","revenue"]"#)
            #expect(run.status == 0 && run.count("rowsWritten") == 60_000, "\(run)")
            let text = try scene.bench.resultText(run)
            let hundredths = text.split(separator: "\n").dropFirst().reduce(0) { total, line in
                total + Self.hundredths(line.split(separator: ",").last ?? "")
            }
            #expect(hundredths == Self.hundredths(sum[...]))
            try scene.wait(for: "SELECT revenue <> \(before) FROM events WHERE id = md5('1')::uuid")
        }
    }

    private static func hundredths(_ text: Substring) -> Int {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? Int((parts[1] + "00").prefix(2)) ?? 0 : 0
        let value = (Int(parts[0]) ?? 0) * 100 + fraction
        return isNegative ? -value : value
    }

    @Test("A large stretch of time is read in ranges by its index, in the order of time")
    func timeRanges() throws {
        let scene = try PostgreSQLBench()
        try scene.sql(
            """
            INSERT INTO events (org_id, id, occurred_at, name, session_id) SELECT CASE WHEN i % 3 = 0 THEN 'org_demo' ELSE 'o' || i % 50 END,
              md5(i::text)::uuid, timestamptz '2026-01-01Z' + (i % 100000) * interval '1 min', 'n', repeat('x', 300)
            FROM generate_series(1, 700000) i;
            ANALYZE events;
            """)
        let run = try scene.run(
            .export,
            #""resource":"events","format":"csv","columns":["occurred_at","id"],"filters":{"from":"2026-01-01","to":"2026-12-31"}"#
        )
        #expect(run.status == 0, "\(run)")
        let rows = try scene.bench.resultText(run).split(separator: "\n").dropFirst()
        #expect(rows.count == 233_333)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("Every type a table can have comes back as it was, by a file of either format")
    func types() throws {
        let scene = try PostgreSQLBench(isEmpty: true)
        try scene.sql(TypeZoo.tables)
        try scene.bench.folder.write(TypeZoo.catalogue, to: "catalogue.json")
        let variables = ["RESOURCE_CATALOG": scene.bench.folder.path + "/catalogue.json"]
        for format in ["csv", "jsonl"] {
            let exported = try scene.run(
                .export, #""jobId":"e\#(format)","resource":"original","format":"\#(format)""#, variables: variables)
            #expect(exported.status == 0 && exported.count("rowsWritten") == TypeZoo.rows, "\(exported)")
            try scene.bench.upload(scene.bench.result(exported), as: format)
            let loaded = try scene.run(
                .import, #""jobId":"i\#(format)","resource":"copy","sourceKey":"uploads/\#(format)""#,
                variables: variables)
            #expect(loaded.status == 0 && loaded.count("rejected") == 0, "\(loaded)")
            #expect(loaded.count("inserted") == TypeZoo.rows)
            #expect(try scene.sql(TypeZoo.difference(format)) == "0|0", "\(format)")
            try scene.sql("TRUNCATE zoo.copy")
        }
    }
}
