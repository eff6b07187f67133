internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Sources that are packed or wrapped")
struct PackedSourceTests {
    /// An archive as Python writes it, of files by name.
    private static func zip(_ files: [(name: String, text: String)]) throws -> [UInt8] {
        let program = """
            import io, json, sys, zipfile
            target = io.BytesIO()
            with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
                for name, text in json.load(sys.stdin):
                    archive.writestr(name, text)
            sys.stdout.buffer.write(target.getvalue())
            """
        let list = JSONValue.array(files.map { .array([.string($0.name), .string($0.text)]) })
        return try Tool.run("python3", ["-c", program], input: Array(list.serialized().utf8))
    }

    @Test("A ZIP archive as Mailchimp makes it is imported like the file in it, and the preview says what was in it")
    func mailchimp() throws {
        let bench = try Workbench(.empty)
        let text =
            "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID\nada@example.com,Ada,2,2026-04-01 10:00:00,1,e1\n"
        let archive = try Self.zip([
            ("__MACOSX/._members.csv", "\0\u{5}\u{16}\u{7}"), ("lists/", ""), ("lists/members_export_1.csv", text),
        ])
        try bench.upload(archive, as: "export.zip")
        let dry = try bench.load(#""resource":"contacts","sourceKey":"export.zip","dryRun":true"#)
        #expect(dry.status == 0 && dry["preview.preset"].string == "mailchimp", "\(dry)")
        #expect(dry["preview.source.compression"].string == "zip")
        #expect(dry["preview.source.member"].string == "lists/members_export_1.csv")
        #expect(dry["preview.source.delimiter.text"].string == ",")
        #expect(dry["preview.source.delimiter.candidates.0.columns"].int == 6)
        #expect(dry["preview.source.encoding.by"].string == "default")
        let run = try bench.load(#""resource":"contacts","sourceKey":"export.zip""#)
        #expect(run.status == 0 && run.count("inserted") == 1, "\(run)")
        #expect(try bench.sql("SELECT email, first_name FROM contacts") == "ada@example.com|Ada")
    }

    @Test("What is in an archive beside one file of text is refused, and nothing is imported")
    func refused() throws {
        let bench = try Workbench(.empty)
        let text = "id,email\n1,a@example.com\n"
        let inner = try Self.zip([("a.csv", text)])
        let cases: [([(String, String)], String)] = [
            ([("a.csv", text), ("b.csv", text)], "zip_several_files"), ([("a/", "")], "zip_no_file"),
            ([("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>")], "not_text"),
        ]
        for (number, (files, code)) in cases.enumerated() {
            try bench.upload(try Self.zip(files), as: "z\(number)")
            let run = try bench.load(#""resource":"contacts","sourceKey":"z\#(number)""#)
            #expect(run.status == 65 && run.failureCode == code, "\(run)")
        }
        // An archive in an archive is none that is read.
        try bench.upload(try Tool.run("gzip", ["-c"], input: inner), as: "nested")
        let nested = try bench.load(#""resource":"contacts","sourceKey":"nested""#)
        #expect(nested.status == 65 && nested.failureCode == "not_text", "\(nested)")
        #expect(try bench.number("SELECT count(*) FROM contacts") == 0)
    }

    @Test("path names the array inside an object; without it the object is refused with that advice")
    func path() throws {
        let bench = try Workbench(.empty)
        let rows = (0..<500).map { #"  {"id": "c\#($0)", "email": "u\#($0)@example.com", "tags": ["x", {"y": 1}]}"# }
        let text =
            "{\n \"meta\": {\"total\": 500, \"rows\": [1]},\n \"data\": {\"contacts\": [\n"
            + rows.joined(separator: ",\n") + "\n ]},\n \"next\": null\n}\n"
        try bench.upload(text, as: "f")
        let without = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(without.status == 65 && without.failureCode == "json_path_missing", "\(without)")
        #expect(without["error.hint"].string?.contains(#""path": "data.contacts""#) == true, "\(without)")
        let strict = try bench.load(#""resource":"contacts","sourceKey":"f","format":"json""#)
        #expect(strict.status == 65 && strict.errorText.contains("'path'"), "\(strict)")
        let wrong = try bench.load(#""resource":"contacts","sourceKey":"f","path":"data.people""#)
        #expect(wrong.failureCode == "json_path_missing" && wrong.errorText.contains("no 'data.people'"), "\(wrong)")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f","path":"data.contacts""#)
        #expect(run.status == 0 && run.count("inserted") == 500, "\(run)")
        #expect(try bench.sql("SELECT tags FROM contacts WHERE id = 'c7'") == #"["x",{"y":1}]"#)
        for (members, code) in [
            (#""path":"a..b""#, "empty name"), (#""path":"a","format":"csv""#, "no meaning with format csv"),
        ] {
            let run = try bench.load(#""resource":"contacts","sourceKey":"f","# + members)
            #expect(run.status == 64 && run.errorText.contains(code), "\(run)")
        }
    }

    @Test("Rejects of some megabytes are compressed; verify and download know, and they can be sent again")
    func largeRejects() throws {
        let bench = try Workbench(.empty)
        var random = SeededRandom(seed: 5)
        var text = "id,email,company\n"
        for row in 0..<9_000 {
            let filler = (0..<60).map { _ in String(UInt32.random(in: 0...UInt32.max, using: &random)) }
            text += "\(row),broken,\(filler.joined())\n"
        }
        try bench.upload(text, as: "f")
        let run = try bench.load(#""jobId":"j","resource":"contacts","sourceKey":"f""#)
        let key = try #require(run["rejects.key"].string)
        #expect(key.hasSuffix("/rejects.csv.gz") && run["rejects.compression"].string == "gzip")
        let stored = try bench.object(key)
        #expect(stored.count == run["rejects.bytes"].int)
        let proof = try bench.run(.import, ["verify", "--org", "org_demo", "--job", "j"])
        #expect(proof.status == 0 && proof.text.contains("rejects.csv.gz  9000 rows"), "\(proof)")
        let plain = String(decoding: try Tool.run("gzip", ["-dc"], input: stored), as: UTF8.self)
        #expect(plain.split(separator: "\n").count == 9_001)
        try bench.upload(
            try Tool.run("gzip", ["-c"], input: Array(plain.replacing(",broken,", with: ",a@example.com,").utf8)),
            as: "again")
        let again = try bench.load(#""resource":"contacts","sourceKey":"again""#)
        #expect(again.count("inserted") == 9_000 && again.count("rejected") == 0, "\(again)")
    }

    @Test("The whole loop with rows broken in twelve ways, checked by a program of its own")
    func loop() throws {
        let result = try ChildProcess.run(
            "python3", [Checkout.path + "/container/reject-loop", "30000", Program.import.path])
        #expect(result.status == 0, "\(result.text) \(result.errorText)")
        #expect(result.text.contains("the table holds all 30000 rows"), "\(result.text)")
    }
}
