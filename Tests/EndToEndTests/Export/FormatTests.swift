internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Formats of an export")
struct FormatTests {
    private static let resources = [
        "profiles", "events", "contacts", "audiences", "workflows", "analytics", "survey_responses",
    ]

    @Test("Every resource in every format and compression reads back as the rows that are stored")
    func matrix() throws {
        let bench = try Workbench(.small)
        var claims: [RowChecker.Claim] = []
        for resource in Self.resources {
            let rows = try bench.number("SELECT count(*) FROM \(resource)")
            for format in ["csv", "json", "jsonl"] {
                for (compression, suffix) in [("none", ""), ("gzip", ".gz"), ("zstd", ".zst")] {
                    let run = try bench.export(
                        #""resource":"\#(resource)","format":"\#(format)","compression":"\#(compression)""#)
                    #expect(run.status == 0)
                    #expect(run.count("rowsWritten") == rows)
                    #expect(run["files.0.name"].string == "\(resource).\(format)\(suffix)")
                    #expect(run["files.0.rows"].int == rows)
                    let bytes = try bench.result(run)
                    #expect(run["files.0.bytes"].int == bytes.count)
                    #expect(run.count("bytesWritten") == bytes.count)
                    #expect(try run["files.0.sha256"].string == Tool.sha256(bytes))
                    let key = try #require(run["files.0.key"].string)
                    claims.append(
                        RowChecker.Claim(
                            resource: resource, format: format, compression: compression,
                            path: bench.storePath + "/" + key))
                }
            }
        }
        let database = bench.folder.path + "/" + Workbench.database
        #expect(claims.count == 63)
        #expect(try RowChecker.differences(claims, database: database) == "")
        // The comparison itself must be able to fail.
        try bench.sql("UPDATE profiles SET plan = 'other' WHERE id = 'prof_100777'")
        let profiles = claims.filter { $0.resource == "profiles" }
        let found = try RowChecker.differences(profiles, database: database)
        #expect(found.split(separator: "\n").count == profiles.count)
    }

    @Test("Null and empty text stay apart, and every kind of text survives, in each format")
    func hardText() throws {
        let bench = try Workbench(.empty)
        try bench.sql(
            """
            INSERT INTO contacts (org_id, id, email, phone, first_name, last_name, company) VALUES
              ('org_demo', 'a', NULL, '', 'say "hi"', 'x,y', 'line' || char(10) || 'two' || char(13, 10) || 'three'),
              ('org_demo', 'b', ' lead', 'trail ', '', 'Zoë 山田 🎈', 'back\\slash	tab'),
              ('org_demo', 'c', char(8232), char(1), '=1+1', '''', 'null');
            """)
        let columns = #""columns":["id","email","phone","first_name","last_name","company"]"#
        let csv = try bench.export(#""resource":"contacts","format":"csv",\#(columns)"#)
        let text = try bench.resultText(csv)
        #expect(text.hasPrefix("id,email,phone,first_name,last_name,company\na,,\"\",\"say \"\"hi\"\"\",\"x,y\",\""))
        let lines = try bench.export(#""resource":"contacts","format":"jsonl",\#(columns)"#)
        let json = try bench.export(#""resource":"contacts","format":"json",\#(columns)"#)
        let all = try Tool.python(
            #"""
            import csv, json, sqlite3, sys
            rows = sqlite3.connect(sys.argv[1]).execute(
              "SELECT id, email, phone, first_name, last_name, company FROM contacts ORDER BY id").fetchall()
            lines = [tuple(json.loads(l).values()) for l in open(sys.argv[3], newline="\n")]
            whole = [tuple(r.values()) for r in json.load(open(sys.argv[4]))]
            table = [tuple(r) for r in csv.reader(open(sys.argv[2], newline=""), strict=True)][1:]
            assert lines == rows, (lines, rows)
            assert whole == rows
            assert table == [tuple(v or "" for v in r) for r in rows], table
            print(len(rows))
            """#,
            [bench.folder.path + "/" + Workbench.database]
                + [csv, lines, json].map { bench.storePath + "/" + ($0["files.0.key"].string ?? "") })
        #expect(all == "3")
    }

    @Test("An empty result is a header, an empty array or an empty file, and can be verified")
    func emptyResult() throws {
        let bench = try Workbench(.empty)
        let expected = ["csv": "day,metric,dimension,value\n", "json": "[]\n", "jsonl": ""]
        for (format, text) in expected {
            let run = try bench.export(#""jobId":"\#(format)","resource":"analytics","format":"\#(format)""#)
            #expect(run.status == 0)
            #expect(run.count("rowsWritten") == 0)
            let found = try bench.resultText(run)
            #expect(found.filter { $0 != "\n" } == text.filter { $0 != "\n" }, "\(format)")
            #expect(try bench.run(.export, ["verify", "--org", "org_demo", "--job", format]).status == 0)
        }
    }
}
