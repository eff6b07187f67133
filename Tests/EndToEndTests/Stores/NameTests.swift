internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// What people call the files that they upload.
@Suite("Names of sources", .serialized)
struct NameTests {
    static let names = [
        "Kunden (neu) 2026.csv", "Ärzte & Söhne.csv", "100%.csv", "a%2Fb.csv", "#1.csv", "a+b=c.csv",
        "it's \\\"quoted\\\".csv", "12:30;x,y.csv", "u\u{308}.csv", "名簿 😀.csv", " leading", "what?.csv",
    ]

    private static let longest = String(repeating: "ü", count: 125) + ".csv"

    private static func spec(_ name: String) -> String {
        #""jobId":"j","resource":"contacts","sourceKey":"uploads/\#(name)""#
    }

    private static func plain(_ name: String) -> String { name.replacing("\\\"", with: "\"") }

    @Test("An upload of any name is imported from a folder", arguments: names + [longest])
    func folder(name: String) throws {
        let bench = try Workbench(.empty)
        try bench.upload("id,email\nc1,a@example.com\n", as: Self.plain(name))
        let run = try bench.load(Self.spec(name))
        #expect(run.status == 0 && run.count("inserted") == 1, "\(run)")
        #expect(run["spec.sourceKey"].string == "uploads/" + Self.plain(name))
    }

    @Test("An upload of any name is imported from a bucket", arguments: names)
    func bucket(name: String) throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.empty, on: server)
        server.put("p/org_demo/uploads/" + Self.plain(name), Array("id,email\nc1,a@example.com\n".utf8))
        let run = try bucket.run(.import, Self.spec(name))
        #expect(run.status == 0 && run.count("inserted") == 1, "\(run)")
        #expect(server.violations == [])
    }

    @Test(
        "Names that lead elsewhere, or that a terminal would obey, are refused before anything is read",
        arguments: [
            "../other/f", "a/../../f", "..", "a//b", "", "/", #"a\u0000b"#, #"a\nb"#, #"a\u001b[2Jb"#, #"a\u0085b"#,
            #"..\\f"#,
            #"../\u0301f"#,
        ])
    func refused(name: String) throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.empty, on: server)
        let run = try bucket.run(.import, Self.spec(name))
        #expect(run.status == 64, "\(run)")
        #expect(server.requests.filter { $0.key.contains("uploads") }.isEmpty)
    }
}
