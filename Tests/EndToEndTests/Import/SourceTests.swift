internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Sources of an import")
struct SourceTests {
    /// The same five rows in each format.
    private static let script = #"""
        import csv, io, json, sys
        rows = [{"id": f"c{i}", "email": f"u{i}@example.com" if i else None, "first_name": ["Zoë", "山田", 'say "hi"',
          "a,b", "line\ntwo"][i], "company": "" if i == 1 else "Globex", "status": "lead", "tags": ["vip", i],
          "created_at": f"2026-04-0{i + 1}T12:00:00.{i}Z", "attributes": {"n": i, "deep": {"x": [1.50, None]}}}
          for i in range(5)]
        if sys.argv[1] == "csv":
            out = io.StringIO()
            out.write(",".join(rows[0]) + "\r\n")
            for row in rows:
                cells = [json.dumps(v) if isinstance(v, (dict, list)) else v for v in row.values()]
                out.write(",".join("" if c is None else '"' + c.replace('"', '""') + '"' for c in cells) + "\r\n")
            text = out.getvalue()
        elif sys.argv[1] == "json": text = json.dumps(rows, indent=2)
        else: text = "\n".join(json.dumps(r, ensure_ascii=False) for r in rows)
        sys.stdout.buffer.write(text.encode())
        """#

    private func packed(_ format: String, _ compression: String) throws -> [UInt8] {
        let bytes = try Tool.run("python3", ["-c", Self.script, format])
        switch compression {
        case "gzip": return try Tool.run("gzip", ["-c"], input: bytes)
        case "zstd": return try Tool.run("zstd", ["-cq"], input: bytes)
        // Members one after the other are one file (RFC 1952, 2.2).
        case "gzip-members":
            return try Tool.run("gzip", ["-c"], input: Array(bytes.prefix(100)))
                + Tool.run("gzip", ["-c"], input: Array(bytes.dropFirst(100)))
        default: return bytes
        }
    }

    @Test(
        "Every format and compression is told by its bytes and loads the same rows",
        arguments: ["csv", "json", "jsonl"],
        ["none", "gzip", "zstd", "gzip-members"])
    func formats(_ format: String, _ compression: String) throws {
        let bench = try Workbench(.empty)
        try bench.upload(try packed(format, compression), as: "file.without-a-telling-name")
        let run = try bench.load(#""resource":"contacts","sourceKey":"uploads/file.without-a-telling-name""#)
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.count("inserted") == 5)
        #expect(run["outcome"].string == "success")
        let rows = try bench.sql(
            "SELECT id, email, quote(first_name), quote(company), created_at, tags ->> 1 FROM contacts ORDER BY id")
        #expect(
            rows == """
                c0||'Zoë'|'Globex'|1775044800000000|0
                c1|u1@example.com|'山田'|''|1775131200100000|1
                c2|u2@example.com|'say "hi"'|'Globex'|1775217600200000|2
                c3|u3@example.com|'a,b'|'Globex'|1775304000300000|3
                c4|u4@example.com|'line
                two'|'Globex'|1775390400400000|4
                """)
        #expect(try bench.sql("SELECT DISTINCT attributes ->> '$.deep.x[0]' FROM contacts") == "1.5")
        #expect(try bench.number("SELECT count(*) FROM contacts WHERE org_id != 'org_demo'") == 0)
    }

    @Test("CSV dialects: delimiter, byte order mark, line ends, quote and header")
    func dialects() throws {
        let files: [(name: String, text: String, options: String)] = [
            ("semicolon", "id;email;company\nx;a@b.c;\"one;two\"\n", ""),
            ("tab", "id\temail\tcompany\nx\ta@b.c\tone;two\n", ""),
            ("bar", "id|email|company\nx|a@b.c|one;two", ""),
            ("mark", "\u{FEFF}id,email,company\r\nx,a@b.c,one;two\r\n", ""),
            ("old", "id,email,company\rx,a@b.c,one;two\r", ""),
            ("quote", "id,email,company\nx,a@b.c,'one;two'\n", #","csv":{"quote":"'"}"#),
            ("given", "id:email:company\nx:a@b.c:one;two\n", #","csv":{"delimiter":":"}"#),
            (
                "headless", "x,a@b.c,one;two\n",
                #","csv":{"header":false},"mapping":{"column_1":"id","column_2":"email","column_3":"company"}"#
            ),
        ]
        for file in files {
            let bench = try Workbench(.empty)
            try bench.upload(file.text, as: "f")
            let run = try bench.load(#""resource":"contacts","sourceKey":"f""# + file.options)
            #expect(run.status == 0, "\(file.name): \(run.errorText)")
            #expect(try bench.sql("SELECT id, email, company FROM contacts") == "x|a@b.c|one;two", "\(file.name)")
        }
    }

    @Test("Values take their canonical form, exactly")
    func canonicalValues() throws {
        let bench = try Workbench(.empty)
        try bench.upload(
            """
            id,occurred_at,revenue,properties
            {000BED49-7654-47C1-8736-7219074E788D},2026-04-01T02:00:00.123456+02:00,+0012.5000,"{""a"": 1.10}"
            """.replacing("{000", with: "000").replacing("8D}", with: "8D"), as: "e.csv")
        let run = try bench.load(#""resource":"events","sourceKey":"e.csv""#)
        #expect(run.status == 0, "\(run.messages)")
        let row = try bench.sql("SELECT id, occurred_at, revenue, properties FROM events")
        #expect(row == "000bed49-7654-47c1-8736-7219074e788d|1775001600123456|12.5000|{\"a\":1.10}")
        let long = "123456789012345678901234567890.123456789012345678901234567890"
        try bench.upload("{\"id\":\"p\",\"lifetime_value\":\(long),\"subscribed\":\"Yes\"}\n", as: "p.jsonl")
        #expect(try bench.load(#""resource":"profiles","sourceKey":"p.jsonl""#).status == 0)
        #expect(try bench.sql("SELECT lifetime_value, subscribed FROM profiles") == long + "|1")
        let back = try bench.export(#""resource":"profiles","format":"json","columns":["lifetime_value"]"#)
        #expect(try bench.resultText(back).contains("\"lifetime_value\":\(long)"))
    }

    @Test("A file without rows is loaded as such")
    func headerOnly() throws {
        for (name, text) in [("c.csv", "id,email\n"), ("c.json", "[]")] {
            let bench = try Workbench(.empty)
            try bench.upload(text, as: name)
            let run = try bench.load(#""resource":"contacts","sourceKey":"\#(name)""#)
            #expect(run.status == 0, "\(name) \(run.messages)")
            #expect(run["status"].string == "completed")
            #expect(run.count("rowsRead") == 0)
        }
    }
}
