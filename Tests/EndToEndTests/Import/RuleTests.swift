internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Duplicates, dry runs and limits")
struct RuleTests {
    private static let text = "id,email\na,1@x.y\nb,2@x.y\na,3@x.y\nc,4@x.y\n"

    private func bench(_ text: String = text) throws -> Workbench {
        let bench = try Workbench(.empty)
        try bench.upload(text, as: "f")
        try bench.sql(
            "INSERT INTO contacts (org_id, id, email) VALUES ('org_demo', 'c', 'old'), ('org_x', 'a', 'theirs')")
        return bench
    }

    @Test("Rows whose key exists are skipped when that is asked for; the first of a file stays")
    func skipping() throws {
        let bench = try bench()
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","skipDuplicates":true"#)
        #expect(run.status == 0)
        #expect(run["outcome"].string == "success")
        #expect([run.count("inserted"), run.count("skipped"), run.count("rejected")] == [2, 2, 0])
        #expect(run["rejects"] == .null)
        let rows = try bench.sql("SELECT id, email FROM contacts WHERE org_id = 'org_demo' ORDER BY id")
        #expect(rows == "a|1@x.y\nb|2@x.y\nc|old")
    }

    @Test("Otherwise they are rejected with the name of the key")
    func rejecting() throws {
        let bench = try bench()
        let run = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(run["outcome"].string == "partial")
        #expect([run.count("inserted"), run.count("skipped"), run.count("rejected")] == [2, 0, 2])
        let file = String(decoding: try bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
        #expect(
            file == "id,email,_raw,_line,_record,_byteOffset,_column,_code,_message\n"
                + "a,3@x.y,,4,3,25,id,duplicate_key,a row with this key is in the table or earlier in the file\n"
                + "c,4@x.y,,5,4,33,id,duplicate_key,a row with this key is in the table or earlier in the file\n")
        #expect(try bench.number("SELECT count(*) FROM contacts WHERE org_id = 'org_x' AND email = 'theirs'") == 1)
    }

    @Test(
        "A dry run writes nothing but its entries in the audit log, and counts what the real run then does",
        arguments: [true, false])
    func dryRun(skips: Bool) throws {
        let bench = try bench(Self.text + "d\n,5@x.y\ne,6@x.y\n")
        try bench.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        let others = ".dump contacts events profiles import% api_keys audiences workflows analytics survey%"
        let tables = try bench.sql(others)
        let spec = #""resource":"contacts","sourceKey":"f","skipDuplicates":\#(skips)"#
        let dry = try bench.load(spec + #","dryRun":true,"jobId":"dry""#)
        #expect(dry.status == 0)
        #expect(dry.count("rowsWritten") == 0)
        // But for who did it.
        #expect(try bench.sql(others) == tables)
        #expect(
            try bench.sql("SELECT group_concat(action || ' ' || outcome) FROM audit_log")
                == "dry-run started,dry-run partial")
        #expect(dry["preview.rows"].elements.count == 5)
        #expect(dry["preview.rows.0.id"].string == "a")
        #expect(dry["preview.rows.0.email"].string != "1@x.y")
        #expect(dry["preview.columns.0.values"].int == 5)
        let real = try bench.load(spec)
        for name in ["rowsRead", "inserted", "updated", "skipped", "rejected", "unprocessed"] {
            #expect(dry.count(name) == real.count(name), "\(name)")
        }
        #expect(dry["rejects.byCode"] == real["rejects.byCode"])
        #expect(dry["rejects.sha256"] == real["rejects.sha256"])
        #expect(real.count("inserted") == 3)
    }

    @Test(
        "Too many rejected rows end the job with exit code 65, and the rejects are kept",
        arguments: [
            #""policy":"abort""#, #""maxErrors":2"#, #""maxErrorRate":0.01"#, #""maxErrors":5,"maxErrorRate":0.0"#,
        ])
    func limits(_ onError: String) throws {
        let good = (0..<200).map { "g\($0),2026-04-01\n" }.joined()
        let bench = try bench("id,created_at\n" + good + "x,bad\ny,bad\nz,bad\n")
        let run = try bench.load(#""jobId":"j","resource":"contacts","sourceKey":"f","onError":{\#(onError)}"#)
        #expect(run.status == 65)
        #expect(run["status"].string == "failed")
        #expect(run["error.code"].string == "too_many_rejects")
        #expect(run["error.exitCode"].int == 65)
        #expect(run["error.retryable"] == .bool(false))
        #expect(run.hasHint)
        #expect(run["rejects.rows"].int == 3)
        let file = String(decoding: try bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
        #expect(file.contains("x,bad,,202,201,3104,created_at,invalid_timestamp"))
    }

    @Test("As many rejected rows as are allowed do not end the job")
    func withinLimits() throws {
        let bench = try bench("id,created_at\na,\nb,\nx,bad\n")
        let run = try bench.load(
            #""resource":"contacts","sourceKey":"f","onError":{"maxErrors":1,"maxErrorRate":0.34}"#)
        #expect(run.status == 0)
        #expect(run["outcome"].string == "partial")
    }

    @Test("The same import again is answered from its manifest, and nothing is loaded twice")
    func again() throws {
        let bench = try bench()
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f","skipDuplicates":true"#
        let first = try bench.load(spec)
        let tables = try bench.sql(".dump")
        let second = try bench.load(spec)
        #expect(second.status == 0)
        #expect(second.output == first.output)
        #expect(try bench.sql(".dump") == tables)
        #expect(first["preview"].names == ["source", "rows", "columns", "unmapped"])
        #expect(first["kind"].string == "import")
        #expect(first.text.hasSuffix("}\n"))
        #expect(first.text.split(separator: "\n").count == 1)
    }

    @Test("A resource that is only exported cannot be imported")
    func exportOnly() throws {
        let bench = try bench()
        let run = try bench.load(#""resource":"workflows","sourceKey":"f""#)
        #expect(run.status == 64)
        #expect(run.errorText.contains("has no import"))
    }
}
