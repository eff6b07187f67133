internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Encodings of sources")
struct EncodingTests {
    private static let text = "sep=;\r\nid;first_name;company\r\n1;Zoë;\"Müller; Söhne – €\"\r\n2;Ümit;x\r\n"
    private static let files: [(String, String)] = [
        ("utf-16 with a mark", "utf-16"), ("utf-16le", "utf-16-le"), ("utf-16be", "utf-16-be"),
        ("windows-1252", "cp1252"),
        ("utf-8", "utf-8-sig"),
    ]

    @Test("Text of any encoding means the same, packed or not", arguments: files)
    func encodings(name: String, codec: String) throws {
        let bench = try Workbench(.empty)
        let bytes = try Tool.run(
            "python3",
            ["-c", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode('utf-8').encode('\(codec)'))"],
            input: Array(Self.text.utf8))
        let option = codec == "utf-16" || codec == "utf-8-sig" ? "" : #","csv":{"encoding":"\#(name)"}"#
        for (index, file) in [bytes, try Tool.run("gzip", ["-c"], input: bytes)].enumerated() {
            try bench.upload(file, as: "f\(index)")
            let run = try bench.load(
                #""resource":"contacts","sourceKey":"f\#(index)","mode":"upsert""# + option)
            #expect(run.status == 0 && run.count("rowsRead") == 2 && run.count("rejected") == 0, "\(run)")
            #expect(
                try bench.sql("SELECT id, first_name, company FROM contacts ORDER BY id")
                    == "1|Zoë|Müller; Söhne – €\n2|Ümit|x")
        }
    }

    @Test("A file of another encoding than is said: its rows are refused, with a word on encodings")
    func wrong() throws {
        let bench = try Workbench(.empty)
        let bytes = Array("id,first_name\n1,Zo".utf8) + [0xEB] + Array("\n2,Ada\n".utf8)
        try bench.upload(bytes, as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(run.count("inserted") == 1 && run["rejects.byCode"].at("invalid_utf8").int == 1)
        let rejects = String(decoding: try bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
        #expect(rejects.contains("csv.encoding"), "\(rejects)")
        let right = try bench.load(
            #""resource":"contacts","sourceKey":"f","skipDuplicates":true,"csv":{"encoding":"windows-1252"}"#)
        #expect(right.count("inserted") == 1 && right.count("skipped") == 1, "\(right)")
        #expect(try bench.sql("SELECT first_name FROM contacts WHERE id = '1'") == "Zoë")
    }
}
