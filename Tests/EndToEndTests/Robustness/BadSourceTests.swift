internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Bad sources")
struct BadSourceTests {
    private static let good = "id,email\n" + (0..<5_000).map { "c\($0),u\($0)@example.com\n" }.joined()

    /// Loads the bytes as contacts and expects a failure that leaves nothing but the manifest.
    private func expectFailure(
        _ bytes: [UInt8], _ code: String, _ name: String, status: Int32 = 65, options: String = ""
    ) throws -> Workbench {
        let bench = try Workbench(.empty)
        try bench.upload(bytes, as: "f.csv")
        let run = try bench.load(#""jobId":"j","resource":"contacts","sourceKey":"f.csv""# + options)
        #expect(run.status == status, "\(name): \(run.errorText)")
        #expect(run["error.code"].string == code, "\(name): \(run.errorText)")
        #expect(run["error.exitCode"].int == Int(status), "\(name)")
        #expect(run["status"].string == "failed", "\(name)")
        #expect(run.hasHint, "\(name): \(run.messages)")
        #expect(try bench.objects(below: "org_demo/jobs/") == ["org_demo/jobs/j/manifest.json"], "\(name)")
        #expect(try bench.stagingFiles() == [], "\(name)")
        return bench
    }

    @Test("Compressed data that is cut off or damaged")
    func compressed() throws {
        let gzip = try Tool.run("gzip", ["-c"], input: Array(Self.good.utf8))
        let zstd = try Tool.run("zstd", ["-cq", "--check"], input: Array(Self.good.utf8))
        _ = try expectFailure(gzip.dropLast(5), "source_truncated", "gzip without its end")
        _ = try expectFailure(Array(gzip.prefix(gzip.count / 2)), "source_truncated", "half a gzip")
        _ = try expectFailure(Array(gzip.prefix(12)), "source_truncated", "a gzip header")
        _ = try expectFailure(Array(zstd.prefix(zstd.count / 2)), "source_truncated", "half a zstd")
        var damaged = gzip
        damaged[gzip.count / 2] ^= 0xFF
        _ = try expectFailure(damaged, "source_corrupt", "damaged gzip")
        var checksum = gzip
        checksum[gzip.count - 6] ^= 1
        _ = try expectFailure(checksum, "source_corrupt", "gzip with a wrong checksum")
        damaged = zstd
        damaged[zstd.count - 2] ^= 0xFF
        _ = try expectFailure(damaged, "source_corrupt", "zstd with a wrong checksum")
        damaged = zstd
        for index in 20..<60 { damaged[index] = 0xFF }
        _ = try expectFailure(damaged, "source_corrupt", "damaged zstd")
    }

    @Test("A decompression bomb is stopped")
    func bomb() throws {
        let script = "head -c 300000000 /dev/zero | tr '\\0' 'a' | gzip -9c"
        let bytes = try Tool.run("sh", ["-c", script])
        let bench = try Workbench(.empty)
        try bench.upload(bytes, as: "f")
        let run = try bench.load(#""jobId":"j","resource":"contacts","sourceKey":"f""#)
        #expect(run.status == 65)
        #expect(run.failureCode?.hasPrefix("limit_") == true)
        #expect((run["stats.peakMemoryBytes"].int ?? .max) < 400 << 20)
    }

    @Test("Files that are no text, whatever their name says")
    func binary() throws {
        let padding = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let files: [(String, [UInt8])] = [
            (
                "a workbook",
                [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0] + [UInt8](repeating: 0, count: 16) + [19, 0, 0, 0]
                    + Array("[Content_Types].xml".utf8) + padding
            ), ("an image", [0x89, 0x50, 0x4E, 0x47] + padding),
            ("a program", [0x7F, 0x45, 0x4C, 0x46] + padding), ("noise", padding.reversed()),
            ("zeros", [UInt8](repeating: 0, count: 4_096)),
        ]
        for (name, bytes) in files { _ = try expectFailure(bytes, "not_text", name) }
        let packed = try Tool.run("gzip", ["-c"], input: [0x89, 0x50, 0x4E, 0x47] + padding)
        _ = try expectFailure(packed, "not_text", "a packed image")
    }

    @Test("Files that are not what their format asks for")
    func malformed() throws {
        let files: [(String, String, String, String)] = [
            ("an empty file", "", "source_empty", ""),
            ("only a mark", "\u{FEFF}", "source_empty", ""),
            ("blank lines", "\n\n\r\n", "source_empty", ""),
            ("an open quote in the header", "id,\"email\na,b\nc,d\n", "unterminated_quote", ""),
            ("a broken quote in the header", "id,\"e\"mail\na,b\n", "malformed_quote", ""),
            ("a page", "\n<!DOCTYPE html>\n<html><body>a,b</body></html>\n", "not_tabular", ""),
            ("a page told to be CSV", "<html>\n", "not_tabular", #","format":"csv""#),
            ("an open array", #"[{"id":"a"},{"id":"b"}"#, "invalid_json", ""),
            ("a cut object", #"[{"id":"a"},{"id":"#, "invalid_json", ""),
            ("a column twice", "id,email,email\na,b,c\n", "duplicate_column", ""),
            ("a long name", "id," + String(repeating: "n", count: 200) + "\na,b\n", "limit_name_bytes", ""),
            ("many columns", "id" + (0..<5_000).map { ",c\($0)" }.joined() + "\n", "limit_columns", ""),
        ]
        for (name, text, code, options) in files {
            let bench = try expectFailure(Array(text.utf8), code, name, options: options)
            #expect(try bench.number("SELECT count(*) FROM contacts") <= 1, "\(name)")
        }
    }

    @Test("Elements and lines that are no objects are rejected one by one")
    func noObjects() throws {
        let sources = [
            ("[1,{\"id\":\"a\"},[2]]", "", "not_an_object", 2), ("{\"id\":\"a\"}\n{\"id\":", "", "invalid_json", 1),
            ("id,email\n{\"id\":\"a\"}\n", #","format":"jsonl""#, "invalid_json", 1),
        ]
        for (text, options, code, rejected) in sources {
            let bench = try Workbench(.empty)
            try bench.upload(text, as: "f")
            let run = try bench.load(#""resource":"contacts","sourceKey":"f""# + options)
            #expect(run.status == 0, "\(text): \(run.messages)")
            #expect(run["rejects.byCode"].at(code).int == rejected, "\(text)")
            #expect(try bench.sql("SELECT id FROM contacts") == "a", "\(text)")
        }
    }

    @Test("Rows with NUL bytes or text that is no UTF-8 are rejected, the others are loaded")
    func badBytes() throws {
        let bench = try Workbench(.empty)
        let text = Self.good.replacing("u7@example.com\n", with: "u\u{0}7@example.com\n")
        var bytes = Array(text.utf8)
        bytes += Array("bad,".utf8) + [0xFF, 0xC0, 0x0A] + Array("end,e@example.com\n".utf8)
        try bench.upload(bytes, as: "f")
        let run = try bench.load(#""resource":"contacts","sourceKey":"f""#)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.count("inserted") == 5_000)
        #expect(run["rejects.byCode.nul_byte"].int == 1)
        #expect(run["rejects.byCode.invalid_utf8"].int == 1)
        #expect(try bench.number("SELECT count(*) FROM contacts WHERE id IN ('end', 'c7')") == 1)
    }

    @Test("A source that is not there ends with exit code 66 and says where it should be")
    func missing() throws {
        let bench = try Workbench(.empty)
        let run = try bench.load(#""jobId":"j","resource":"contacts","sourceKey":"uploads/none.csv""#)
        #expect(run.status == 66)
        #expect(run["error.code"].string == "source_not_found")
        #expect(run["error.message"].string?.contains("org_demo/uploads/none.csv") == true)
        #expect(run["error.hint"].string?.contains("prepare") == true)
        #expect(run["error.retryable"] == .bool(false))
        #expect(try bench.objects() == ["org_demo/jobs/j/manifest.json"])
    }
}
