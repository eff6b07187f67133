internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Hostile data")
struct HostileDataTests {
    /// Loads a file as contacts; the code of the failure, or nil.
    private func code(_ text: String, _ options: String = "") throws -> String? {
        let bench = try Workbench(.empty)
        try bench.upload(text, as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f""# + options)
        #expect(run.status == (run.failureCode == nil ? 0 : 65), "\(run.errorText)")
        if run.failureCode == nil {
            #expect(run.count("inserted") == 1 && run.count("rejected") == 0, "\(run.errorText)")
        }
        return run.failureCode
    }

    @Test("54: every limit holds at its value and not one beyond")
    func limits() throws {
        func csv(columns: Int) -> String {
            "id" + (1..<columns).map { ",c\($0)" }.joined() + "\na" + String(repeating: ",", count: columns - 1) + "\n"
        }
        #expect(try code(csv(columns: 4_096)) == nil)
        #expect(try code(csv(columns: 4_097)) == "limit_columns")
        func named(_ bytes: Int) -> String { "id,\(String(repeating: "n", count: bytes))\na,b\n" }
        #expect(try code(named(128)) == nil)
        #expect(try code(named(129)) == "limit_name_bytes")
        func field(_ bytes: Int) -> String { "id,company\na,\(String(repeating: "x", count: bytes))\n" }
        #expect(try code(field(16 << 20)) == nil)
        #expect(try code(field(16 << 20 + 1)) == "limit_field_bytes")
        // Five columns make a record of exactly the limit, its line end not counted.
        func record(_ bytes: Int) -> String {
            let long = String(repeating: "x", count: 15 << 20)
            let rest = String(repeating: "y", count: bytes - 4 * (15 << 20) - 6)
            return "id,a,b,c,d,e\na,\(long),\(long),\(long),\(long),\(rest)\n"
        }
        #expect(try code(record(64 << 20)) == nil)
        #expect(try code(record(64 << 20 + 1)) == "limit_record_bytes")
        func nested(_ levels: Int) -> String {
            let inner = String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
            return #"{"id":"a","attributes":{"x":\#(inner.dropFirst().dropLast())}}"# + "\n"
        }
        #expect(try code(nested(64)) == nil)
        #expect(try code(nested(65)) == "limit_depth")
    }

    @Test("54: bombs of every packing are stopped with little memory")
    func bombs() throws {
        let zip =
            "import zipfile,sys,io; b=io.BytesIO(); z=zipfile.ZipFile(b,'w',8); z.writestr('a.csv', b'a'*200000000); "
            + "z.close(); sys.stdout.buffer.write(b.getvalue())"
        let bombs = [
            ("head -c 50000000 /dev/zero | tr '\\0' a | gzip -9c", "limit_ratio"),
            ("head -c 100000000 /dev/zero | tr '\\0' a | zstd -19 -c", "limit_ratio"),
            ("head -c 400000000 /dev/zero | zstd -1 --long=31 -c", "limit_window"),
            ("python3 -c \"\(zip)\"", "limit_ratio"),
        ]
        for (script, code) in bombs {
            let bench = try Workbench(.empty)
            try bench.upload(try Tool.run("sh", ["-c", script]), as: "f")
            let spec = Workbench.spec(#""resource":"contacts","sourceKey":"f""#)
            let result = try bench.start(.import, spec: spec, measuresMemory: true).wait()
            let run = JobRun(result)
            #expect(run.status == 65 && run.failureCode == code, "\(script): \(run.errorText)")
            #expect((1 << 20..<256 << 20).contains(result.peakMemoryBytes), "\(script): \(result.peakMemoryBytes)")
        }
    }

    @Test("56: text like a formula is exported with an apostrophe and comes back without it, exactly")
    func formulas() throws {
        let texts = [
            "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\u{FF1D}1", "\u{FF0B}1", "\u{FF0D}1", "\u{FF20}x",
            "'=1", "''=1", "'tis", "'", "''", "plain", "=cmd|' /C calc'!A0", "-", "=", "\"=1\"", "x=1", " =1", "é", "😀",
            "=HYPERLINK(\"http://x/?\"&A1,\"a,b\")", "\u{FF21}", "@", "' =1",
            "=\"007\"", "=\"\"", "=\" x \"",
        ]
        let bench = try Workbench(.empty)
        func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
        let rows = texts.enumerated().map { "c\($0),\(quoted($1)),\(quoted("{\"x\":\"=1\"}"))\n" }.joined()
        try bench.upload("id,company,attributes\n" + rows, as: "f")
        let raw = #""resource":"contacts","sourceKey":"f","csv":{"formulas":"raw"}"#
        #expect(try bench.load(raw).count("inserted") == texts.count)
        let look = "SELECT id, hex(company), attributes FROM contacts ORDER BY id"
        let before = try bench.sql(look)
        let export = try bench.export(
            #""resource":"contacts","format":"csv","columns":["id","company","attributes"],"csv":{"formulas":"escape"}"#
        )
        let file = try bench.result(export)
        // A reader that knows nothing of us finds no cell that begins like a formula.
        let program = """
            import csv, io, sys
            rows = csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline=''))
            print(sum(cell[:1] in '=+-@\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20' for row in rows for cell in row if cell))
            """
        #expect(try String(decoding: Tool.run("python3", ["-c", program], input: file), as: UTF8.self) == "0\n")
        try bench.sql("DELETE FROM contacts")
        try bench.upload(file, as: "g")
        let back = try bench.load(#""resource":"contacts","sourceKey":"g","csv":{"formulas":"unescape"}"#)
        #expect(back.count("inserted") == texts.count && back.count("rejected") == 0, "\(back.errorText)")
        #expect(try bench.sql(look) == before)
        // Without being told to, an import changes nothing.
        try bench.sql("DELETE FROM contacts")
        #expect(try bench.load(#""resource":"contacts","sourceKey":"g""#).count("inserted") == texts.count)
        #expect(try bench.sql("SELECT company FROM contacts WHERE id = 'c0'") == "'=1+1")
    }

    @Test("The rejects of a hostile file are no formulas for any reader, and come back as they were")
    func formulasOfRejects() throws {
        let texts = [
            "=1+1", "a;=cmd()", "x\t=1", "a;\"=1\"", "a\n+1", "a;\u{FF1D}1", "a,=1", "'=1", "-5", "a;", "plain",
        ]
        let bench = try Workbench(.empty)
        func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
        let rows = texts.enumerated().map { "c\($0),no address,\(quoted($1))\n" }.joined()
        try bench.upload("id,email,company,\(quoted("=cmd()"))\n" + rows.replacing("\"\n", with: "\",\n"), as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","csv":{"delimiter":","}"#)
        #expect(run.count("rejected") == texts.count, "\(run.errorText)")
        let file = try bench.object(try #require(run["rejects.key"].string))
        let program = """
            import csv, io, sys
            text = sys.stdin.buffer.read().decode()
            found = []
            for delimiter in ",;\\t":
                for row in csv.reader(io.StringIO(text, newline=''), delimiter=delimiter):
                    found += [cell for cell in row if cell[:1] in tuple('=+-@\\uff1d\\uff0b\\uff0d\\uff20')]
            print(found)
            """
        #expect(try String(decoding: Tool.run("python3", ["-c", program], input: file), as: UTF8.self) == "[]\n")
        try bench.upload(file, as: "g")
        let back = try bench.load(#""resource":"contacts","sourceKey":"g","mapping":{"email":null}"#)
        #expect(back.count("inserted") == texts.count, "\(back.errorText) \(back.text)")
        let stored = try bench.sql("SELECT hex(company) FROM contacts ORDER BY CAST(substr(id, 2) AS INTEGER)")
        let expected = texts.map { text in
            text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        }
        #expect(stored.split(separator: "\n").map(String.init) == expected)
    }

    @Test("57: headers, repeated names and bytes that are no text have one meaning each")
    func headers() throws {
        #expect(try code("\u{FEFF} id ,,\"E-Mail\"\na,x,a@example.com\n") == nil)
        #expect(try code("id,email,email\na,,\n") == "duplicate_column")
        // Names that differ by case are two columns; which of them is meant has to be said.
        let bench = try Workbench(.empty)
        try bench.upload("id,email,EMAIL\na,a@example.com,b@example.com\n", as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","dryRun":true"#)
        #expect(run.status == 65 && run["error.code"].string == "mapping_ambiguous", "\(run)")
        #expect(run.messages.contains("EMAIL"), "\(run)")
        let rows: [([UInt8], String)] = [
            (Array(#"{"id":"b","id":"c"}"#.utf8), "duplicate_key"),
            (Array("{\"id\":\"".utf8) + [0xFF, 0x22, 0x7D], "invalid_json"),
            (Array(#"{"id":"b\u0000"}"#.utf8), "nul_byte"), (Array(#"{"id":"\ud800"}"#.utf8), "invalid_json"),
        ]
        for (row, code) in rows {
            let bench = try Workbench(.empty)
            try bench.upload(Array("{\"id\":\"a\"}\n".utf8) + row + [0x0A], as: "f")
            let run = try bench.load(#""resource":"contacts","sourceKey":"f""#)
            #expect(run["rejects.byCode"].at(code).int == 1 && run.count("inserted") == 1, "\(code): \(run)")
            let file = String(decoding: try bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
            #expect(file.contains(",2,2,11,"), "\(file)")
        }
    }
}
