internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Options of an export")
struct OptionTests {
    @Test("Columns come in the order asked for, and no more rows than the limit")
    func columnsAndLimit() throws {
        let bench = try Workbench(.small)
        let run = try bench.export(#""resource":"profiles","format":"csv","columns":["plan","id"],"limit":7"#)
        #expect(run.count("rowsWritten") == 7)
        let expected = try bench.sql("SELECT plan || ',' || id FROM profiles ORDER BY id LIMIT 7")
        #expect(try bench.resultText(run) == "plan,id\n" + expected + "\n")
        #expect(try bench.export(#""resource":"profiles","format":"jsonl","limit":0"#).count("rowsWritten") == 0)
    }

    @Test("Delimiter, header, byte order mark and null text are written as asked")
    func csvOptions() throws {
        let bench = try Workbench(.empty)
        try bench.sql(
            """
            INSERT INTO contacts (org_id, id, email, phone, company) VALUES
              ('org_demo', 'a', 'x;y', NULL, ''), ('org_demo', 'b', 'NULL', '1,2', 'tab	here');
            """)
        let columns = #""resource":"contacts","format":"csv","columns":["id","email","phone","company"]"#
        let semicolon = try bench.export(columns + #","csv":{"delimiter":";","nulls":"NULL"}"#)
        let wanted = "id;email;phone;company\na;\"x;y\";NULL;\"\"\nb;\"NULL\";1,2;tab\there\n"
        #expect(try bench.resultText(semicolon) == wanted)
        let tab = try bench.export(columns + #","csv":{"delimiter":"\t","header":false}"#)
        #expect(try bench.resultText(tab) == "a\tx;y\t\t\"\"\nb\tNULL\t1,2\t\"tab\there\"\n")
        let mark = try bench.export(columns + #","csv":{"bom":true}"#)
        #expect(try bench.result(mark).prefix(5) == [0xEF, 0xBB, 0xBF, 0x69, 0x64])
    }

    @Test("Formulas stay as they are, or get an apostrophe when asked")
    func formulas() throws {
        let bench = try Workbench(.empty)
        try bench.sql(
            """
            INSERT INTO contacts (org_id, id, company) VALUES ('org_demo', '1', '=HYPERLINK("http://a")'),
              ('org_demo', '2', '+1'), ('org_demo', '3', '-1'), ('org_demo', '4', '@x'), ('org_demo', '5', 'plain=1');
            INSERT INTO profiles (org_id, id, lifetime_value) VALUES ('org_demo', 'p', '-12.50');
            """)
        let base = #""resource":"contacts","format":"csv","columns":["company"]"#
        let raw = try bench.resultText(bench.export(base))
        #expect(raw == "company\n\"=HYPERLINK(\"\"http://a\"\")\"\n+1\n-1\n@x\nplain=1\n")
        let escaped = try bench.resultText(bench.export(base + #","csv":{"formulas":"escape"}"#))
        #expect(escaped == "company\n\"'=HYPERLINK(\"\"http://a\"\")\"\n\"'+1\"\n\"'-1\"\n\"'@x\"\nplain=1\n")
        let number = try bench.export(
            #""resource":"profiles","format":"csv","columns":["lifetime_value"],"csv":{"formulas":"escape"}"#)
        #expect(try bench.resultText(number) == "lifetime_value\n-12.50\n")
    }

    @Test(
        "A split result is numbered files of about that size that hold the rows of the whole",
        arguments: [
            ("csv", "gzip", ".csv.gz"), ("jsonl", "none", ".jsonl"), ("json", "zstd", ".json.zst"),
        ])
    func splitting(_ format: String, _ compression: String, _ suffix: String) throws {
        let bench = try Workbench(.demo)
        let base = #""resource":"events","format":"\#(format)","compression":"\#(compression)""#
        let whole = try bench.export(base)
        let split = try bench.export(base + #","jobId":"split","maxFileBytes":200000"#)
        let files = split["files"].elements
        #expect(files.count > 2)
        let rows = files.reduce(0) { $0 + ($1.at("rows").int ?? 0) }
        #expect(rows == whole.count("rowsWritten"))
        #expect(split.count("rowsWritten") == rows)
        for (index, file) in files.enumerated() {
            #expect(file.at("name").string == "events-000\(index < 9 ? "0" : "")\(index + 1)\(suffix)")
            #expect((file.at("bytes").int ?? 0) < 350_000)
        }
        let script = #"""
            import gzip, json, subprocess, sys
            def rows(path):
                if path.endswith(".gz"): text = gzip.open(path).read().decode()
                elif path.endswith(".zst"): text = subprocess.run(["zstd", "-dcq", path], check=True, stdout=-1).stdout
                else: text = open(path).read()
                if ".json" in path and ".jsonl" not in path: return None, json.loads(text)
                lines = text.splitlines()
                return (lines[0], lines[1:]) if ".csv" in path else (None, lines)
            header, expected = rows(sys.argv[1])
            found = []
            for path in sys.argv[2:]:
                own, part = rows(path)
                assert own == header and part, path
                found += part
            print("same" if found == expected else "different")
            """#
        let paths = (whole["files"].elements + files).map { bench.storePath + "/" + ($0.at("key").string ?? "") }
        #expect(try Tool.python(script, paths) == "same")
        #expect(try bench.run(.export, ["verify", "--org", "org_demo", "--job", "split"]).status == 0)
    }

    @Test("Password hashes are in the database and never in an export")
    func passwordHashes() throws {
        let bench = try Workbench(.small)
        #expect(try bench.number("SELECT count(*) FROM profiles WHERE password_hash LIKE '$2b$%'") > 0)
        for format in ["csv", "json", "jsonl"] {
            let run = try bench.export(#""resource":"profiles","format":"\#(format)""#)
            let text = try bench.resultText(run)
            #expect(run.count("rowsWritten") == 1200)
            #expect(!text.contains("$2b$"))
            #expect(!text.contains("password"))
        }
        let asked = try bench.export(#""resource":"profiles","format":"csv","columns":["id","password_hash"]"#)
        #expect(asked.status == 64)
        #expect(asked.errorText.contains("never exported"))
    }
}
