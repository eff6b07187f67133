internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Rejected rows")
struct RejectTests {
    private func load(_ text: String, _ options: String = "", resource: String = "profiles") throws -> (
        Workbench, JobRun
    ) {
        let bench = try Workbench(.empty)
        try bench.upload(text, as: "f")
        let run = try bench.load(#""jobId":"j","resource":"\#(resource)","sourceKey":"f""# + options)
        return (bench, run)
    }

    /// The rejects file as Python's csv reads it: one JSON array of rows.
    private func rejects(_ bench: Workbench, _ run: JobRun) throws -> [JSONValue] {
        let key = try #require(run["rejects.key"].string)
        #expect(try run["rejects.sha256"].string == Tool.sha256(bench.object(key)))
        let script =
            "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline=''), strict=True))))"
        let text = try Tool.python(script, [bench.storePath + "/" + key])
        return try JSONValue(parsing: Array(text.utf8)).elements
    }

    private static let cells = [
        ("subscribed", "maybe", "invalid_bool"), ("lifetime_value", "12.5.1", "invalid_decimal"),
        ("lifetime_value", "NaN", "invalid_decimal"), ("created_at", "yesterday", "invalid_timestamp"),
        ("created_at", "2026-02-30T00:00:00Z", "invalid_date"), ("attributes", "{a:1}", "invalid_json"),
        ("password_hash", "hunter2", "invalid_password_hash"),
    ]

    @Test("A cell that does not fit its column rejects its row with a code, and no other row", arguments: cells)
    func cell(_ column: String, _ value: String, _ code: String) throws {
        let (bench, run) = try load("id,\(column)\ngood,\nbad,\"\(value)\"\nfine,\n")
        #expect(run.status == 0)
        #expect(run["outcome"].string == "partial")
        #expect(run["rejects.rows"].int == 1)
        #expect(run["rejects.byCode"].at(code).int == 1)
        #expect(try bench.sql("SELECT group_concat(id) FROM (SELECT id FROM profiles ORDER BY id)") == "fine,good")
        let rows = try rejects(bench, run)
        #expect(
            rows.map { $0.elements.prefix(8).map { $0.string ?? "" } } == [
                ["id", column, "_raw", "_line", "_record", "_byteOffset", "_column", "_code"],
                ["bad", value, "", "3", "2", "\(10 + column.utf8.count)", column, code],
            ])
        #expect(
            rows[1].at("8").string?.hasPrefix(
                "\(column): " + (code == "invalid_date" ? "there is no day 30" : "expected")) == true)
        // The value is in the rejects file, which belongs to the user, and nowhere else.
        #expect(!run.errorText.contains(value))
        #expect(!run.text.contains(value))
    }

    @Test("Lines are right behind quoted newlines, and every problem of a row is named")
    func lineNumbers() throws {
        let text =
            "id,first_name,subscribed,created_at\r\n1,\"two\nlines\",yes,\r\n2,\"a\r\nb\r\nc\",perhaps,never\r\n"
            + "3,x\r\n,y,no,\r\n5,\"said \"\"hi\"\"\",?,\r\n\r\n6,ok,no,2026-04-01\r\n7,a,b,c,d\r\n"
        let (bench, run) = try load(text)
        #expect(run.status == 0)
        let rows = try rejects(bench, run)
        let summary = rows.dropFirst().map { row in
            let cells = row.elements.map { $0.string ?? "" }
            let place = Array(cells.suffix(6))
            return [place[0], place[3], place[4]].joined(separator: " ")
        }
        #expect(
            summary == [
                "4 subscribed;created_at invalid_bool", "7  ragged_row", "8 id missing_key",
                "9 subscribed invalid_bool",
                "12  ragged_row",
            ])
        #expect(
            rows[1].elements.prefix(4) == [.string("2"), .string("a\r\nb\r\nc"), .string("perhaps"), .string("never")])
        #expect(rows[4].at("1").string == "said \"hi\"")
        #expect(run.count("rowsRead") == 7)
        #expect(run.count("inserted") == 2)
        #expect(run.count("rejected") == 5)
    }

    @Test("A row that could not be split stands in _raw, and is refused again as long as nobody corrects it")
    func uncorrected() throws {
        let long = String(repeating: "a", count: 1500)
        let many = (0..<3_000).map { "m\($0),Lee, \(long),yes\n" }.joined()
        for (text, count) in [("g1,Lee, Greta,yes\ng2,\"Hu\"go,no\ng3,Ada,no\n", 2), (many, 3_000)] {
            let (bench, run) = try load("id,first_name,subscribed\n" + text)
            #expect(run.count("rejected") == count)
            let key = try #require(run["rejects.key"].string)
            #expect(key.hasSuffix(".gz") == (count > 2))
            if count == 2 {
                let rows = try rejects(bench, run).map { $0.elements.prefix(5).map { $0.string ?? "" } }
                #expect(rows[0].prefix(4) == ["id", "first_name", "subscribed", "_raw"])
                #expect(rows[1] == ["", "", "", "g1,Lee, Greta,yes", "2"])
                #expect(rows[2] == ["", "", "", "g2,\"Hu\"go,no", "3"])
            }
            try bench.upload(try bench.object(key), as: "again")
            let again = try bench.load(#""resource":"profiles","sourceKey":"again","unmapped":"attributes""#)
            #expect(again.count("rejected") == count && again.count("inserted") == 0, "\(again)")
            #expect(again["rejects.byCode.not_corrected"].int == count)
        }
    }

    @Test("The rejects file can be loaded once it is corrected")
    func correcting() throws {
        let good = (0..<20).map { "g\($0),Ada,true,\n" }.joined()
        let (bench, run) = try load(
            "id,first_name,subscribed,created_at\n" + good + "b1,\"x,y\",nope,\nb2,,true,later\n")
        #expect(run.count("rejected") == 2)
        let key = try #require(run["rejects.key"].string)
        let text = String(decoding: try bench.object(key), as: UTF8.self)
        // What the messages quote of other values must not matter: only the two bad cells are replaced.
        try bench.upload(
            text.replacing("nope", with: "no").replacing(",later,", with: ",2026-04-01T00:00:00Z,"), as: "again.csv")
        let again = try bench.load(#""resource":"profiles","sourceKey":"again.csv""#)
        #expect(again.status == 0)
        #expect(again.count("inserted") == 2)
        let row = try bench.sql("SELECT first_name, subscribed FROM profiles WHERE id = 'b1'")
        #expect(row == "x,y|0")
        #expect(try bench.sql("SELECT created_at FROM profiles WHERE id = 'b2'") == "1775001600000000")
        #expect(again["preview.unmapped"].elements.isEmpty)
    }

    @Test("Every row that was read has one fate, and verify and download know the rejects")
    func countIdentity() throws {
        var random = SeededRandom(seed: 41)
        var text = "id,occurred_at,revenue\n"
        for number in 0..<3_000 {
            let id = "00000000-0000-4000-8000-" + String(100_000_000_000 + number % 2_000)
            let kind = Int.random(in: 0..<10, using: &random)
            text += kind == 0 ? "\(id)x,2026-04-01,1\n" : kind == 1 ? "\(id),2026-04-01\n" : "\(id),2026-04-01,1.5\n"
        }
        for skips in [true, false] {
            let (bench, run) = try load(text, #","skipDuplicates":\#(skips)"#, resource: "events")
            #expect(run.status == 0)
            let fates = ["inserted", "updated", "skipped", "rejected", "unprocessed"].map { run.count($0) }
            #expect(run.count("rowsRead") == 3_000)
            #expect(fates.reduce(0, +) == 3_000)
            #expect(try bench.number("SELECT count(*) FROM events") == run.count("inserted"))
            #expect(run["rejects.rows"].int == run.count("rejected"))
            #expect((run.count("skipped") > 0) == skips)
            #expect((run["rejects.byCode.duplicate_key"] != .null) == !skips)
            let proof = try bench.run(.import, ["verify", "--org", "org_demo", "--job", "j"])
            #expect(proof.status == 0)
            #expect(proof.text.contains("rejects.csv  \(run.count("rejected")) rows"))
            let link = try bench.run(.import, ["download", "--rejects", "--org", "org_demo", "--job", "j"])
            #expect(link.text.hasSuffix("/rejects.csv\n"))
            #expect(try bench.number("SELECT count(*) FROM import_rejects") == 0)
        }
    }

    @Test("Password hashes of known kinds are loaded, and shown nowhere")
    func passwordHashes() throws {
        let hashes = [
            "$2b$12$abcdefghijklmnopqrstuuKx0Kx0Kx0Kx0Kx0Kx0Kx0Kx0Kx0Kx0e",
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG",
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        ]
        let rows = hashes.enumerated().map { "p\($0),\"\($1)\"\n" }.joined()
        let (bench, run) = try load("id,password_hash\n" + rows + "p9,$1$abc$defghijk\n", #","dryRun":true"#)
        #expect(run.count("inserted") == 3)
        #expect(run["preview.rows.0.password_hash"].string == "***")
        #expect(!run.text.contains("$2b$"))
        let real = try bench.load(#""resource":"profiles","sourceKey":"f""#)
        #expect(real.count("inserted") == 3)
        #expect(try bench.sql("SELECT group_concat(password_hash, '') FROM profiles") == hashes.joined())
        #expect(!(real.text + real.errorText).contains("$argon2id$"))
    }
}
