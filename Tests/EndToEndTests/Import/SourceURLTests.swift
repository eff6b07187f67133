internal import TestSupport
internal import Testing

/// Imports from URLs; the only host that can be reached here is this machine, which the operator must allow.
@Suite("Sources by URL", .serialized)
struct SourceURLTests {
    private static let contents = "id,email\nc1,a@example.com\nc2,b@example.com\n"

    private func load(_ bench: Workbench, _ url: String, allowing allowed: String) throws -> JobRun {
        try bench.load(
            #""jobId":"a","resource":"contacts","sourceUrl":"\#(url)""#, variables: ["SOURCE_ALLOW": allowed])
    }

    @Test("A file is read from an allowed host; its query is not shown")
    func allowed() throws {
        let bench = try Workbench(.empty)
        let bucket = try Bucket(.none, on: Servers.get(.rclone), prefix: "sources")
        #expect(try bucket.bench.run(.probe, ["create", "contacts.csv", Self.contents]).status == 0)
        let link = try #require(
            try bucket.bench.run(.probe, ["link", "contacts.csv"]).text.split(separator: "\n").first)
        let run = try load(bench, String(link), allowing: "127.0.0.1:\(bucket.server.port)")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.count("inserted") == 2)
        #expect(try bench.sql("SELECT id, email FROM contacts ORDER BY id") == "c1|a@example.com\nc2|b@example.com")
        #expect(!run.text.contains("Signature="))
        #expect(!run.errorText.contains("Signature="))
    }

    @Test(
        "An address that is not public is not connected to",
        arguments: [
            "https://127.0.0.1/a.csv", "https://localhost/a.csv", "https://[::1]/a.csv", "https://169.254.169.254/a",
        ])
    func denied(url: String) throws {
        let bench = try Workbench(.empty)
        let spec = Workbench.spec(#""jobId":"a","resource":"contacts","sourceUrl":"\#(url)""#)
        let result = try ChildProcess.run(
            "strace", ["-f", "-qq", "-e", "trace=connect", "-o", "trace", Program.import.path],
            input: Array(spec.utf8), workingFolder: bench.folder.path)
        #expect(result.status == 77, "\(result.errorText)")
        #expect(result.text.contains("address_denied"))
        let calls = String(decoding: try bench.folder.read("trace"), as: UTF8.self).split(separator: "\n")
        // A resolver may ask its own server, and sort addresses by sockets that send nothing.
        #expect(calls.filter { $0.contains("htons(443)") } == [])
    }

    @Test("A URL without TLS, with a password or on another port is refused before anything is asked")
    func refused() throws {
        let bench = try Workbench(.empty)
        for url in [
            "http://example.com/a", "https://u:CANARY@example.com/a", "https://example.com:8443/a",
            "file:///etc/passwd",
        ] {
            let run = try load(bench, url, allowing: "")
            #expect(run.status == 64, "\(url)")
            #expect(!run.messages.contains("CANARY"))
        }
    }
}
