internal import TestSupport
internal import Testing

@testable internal import JobBench

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
        let run = try load(bench, String(link), allowing: "127.0.0.1:\(Servers.get(.rclone).port)")
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
        let (run, connections) = try connections(url, allowing: "")
        #expect(run.status == 77, "\(run)")
        #expect(run.failureCode == "address_denied")
        #expect(connections == [])
    }

    @Test("The trace that shows no connection to a denied address shows one to the same address when it is allowed")
    func control() throws {
        let (run, connections) = try connections("https://127.0.0.1/a.csv", allowing: "127.0.0.1:443")
        #expect(run.status == 75, "\(run)")
        #expect(connections.count > 0)
    }

    /// An import, and the calls by which it connected to the port of its source.
    private func connections(_ url: String, allowing allowed: String) throws -> (run: JobRun, calls: [Substring]) {
        let bench = try Workbench(.empty)
        let spec = Workbench.spec(#""jobId":"a","resource":"contacts","sourceUrl":"\#(url)""#)
        let result = try ChildProcess.run(
            "strace", ["-f", "-qq", "-e", "trace=connect", "-o", "trace", Program.import.path],
            input: Array(spec.utf8), environment: ["SOURCE_ALLOW": allowed], workingFolder: bench.folder.path)
        let calls = String(decoding: try bench.folder.read("trace"), as: UTF8.self).split(separator: "\n")
        // A resolver may ask its own server, and sort addresses by sockets that send nothing.
        return (JobRun(result), calls.filter { $0.contains("htons(443)") })
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

    // MARK: - A server that fails and changes its mind

    /// An object of the strict server and a link to it.
    private func source(_ server: FakeS3, _ bytes: [UInt8]) throws -> String {
        server.put("p/source", bytes)
        let probe = try Bucket(.none, on: server).bench.run(.probe, ["link", "source"])
        return try #require(probe.text.split(separator: "\n").first.map(String.init))
    }

    private func rows(_ count: Int, _ letter: String) -> [UInt8] {
        Array(("id,email\n" + (0..<count).map { "\(letter)\($0),u\($0)@example.com\n" }.joined()).utf8)
    }

    @Test("A source that is cut again and again is gone on with from where it was, each row once")
    func cut() throws {
        let bench = try Workbench(.empty)
        let server = try FakeS3(.aws)
        let url = try source(server, rows(60_000, "c"))
        server.inject(.truncateBody(after: 300_000), times: 3, operation: "GetObject")
        let run = try load(bench, url, allowing: "127.0.0.1:\(server.port)")
        #expect(run.status == 0, "\(run)")
        #expect(run.count("inserted") == 60_000)
        #expect(try bench.number("SELECT count(*) FROM contacts") == 60_000)
        let reads = server.requests.filter { $0.operation == "GetObject" }
        #expect(reads.count == 4)
        #expect(reads.dropFirst().allSatisfy { $0.headers["range"] != nil && $0.headers["if-match"] != nil })
    }

    @Test("A source that changes while it is read is begun anew once; rows of two versions never mix")
    func changed() throws {
        let bench = try Workbench(.empty)
        let server = try FakeS3(.aws)
        let url = try source(server, rows(9_000, "old"))
        server.inject(.truncateBody(after: 50_000), operation: "GetObject")
        server.inject(.replaceObject(with: rows(8_000, "new")), operation: "GetObject")
        let run = try load(bench, url, allowing: "127.0.0.1:\(server.port)")
        #expect(run.status == 0, "\(run)")
        #expect(try bench.sql("SELECT count(*), count(*) FILTER (WHERE id LIKE 'new%') FROM contacts") == "8000|8000")
    }

    @Test("A source that keeps changing is given up")
    func changing() throws {
        let bench = try Workbench(.empty)
        let server = try FakeS3(.aws)
        let url = try source(server, rows(9_000, "a"))
        for letter in ["b", "c", "d"] {
            server.inject(.truncateBody(after: 50_000), operation: "GetObject")
            server.inject(.replaceObject(with: rows(9_000, letter)), operation: "GetObject")
        }
        let run = try load(bench, url, allowing: "127.0.0.1:\(server.port)")
        #expect(run.status == 65, "\(run)")
        #expect(run.failureCode == "source_changed")
        #expect(try bench.number("SELECT count(*) FROM contacts") == 0)
    }

    @Test("A source that grows beyond reason when it is decompressed is given up")
    func bomb() throws {
        let bench = try Workbench(.empty)
        let server = try FakeS3(.aws)
        let zeros = [UInt8](repeating: 0x61, count: 64 << 20)
        let url = try source(server, Tool.run("gzip", ["-9"], input: zeros))
        let run = try load(bench, url, allowing: "127.0.0.1:\(server.port)")
        #expect(run.status == 65, "\(run)")
        #expect(run.failureCode == "limit_ratio", "\(run)")
    }

    @Test(
        "A redirect to where sources must not be is not followed",
        arguments: [
            ("/redirect/http://169.254.169.254/latest", Int32(65)), ("/redirect/https://127.0.0.1/a", 77),
            ("/redirect/file:///etc/passwd", 65), ("/redirect/gopher://example.com/a", 65), ("/loop", 65),
            ("/lost", 65),
        ])
    func redirects(path: String, status: Int32) throws {
        let server = try PythonServer()
        let bench = try Workbench(.empty)
        let run = try load(bench, server.endpoint + path, allowing: "127.0.0.1:\(server.port)")
        #expect(run.status == status, "\(run)")
        #expect(run.hasHint)
    }

    @Test("A source whose end cannot be told from a cut is loaded with a warning")
    func unbounded() throws {
        let server = try PythonServer()
        for (path, warns) in [("/unbounded", true), ("/contacts", false)] {
            let run = try load(Workbench(.empty), server.endpoint + path, allowing: "127.0.0.1:\(server.port)")
            #expect(run.status == 0, "\(run)")
            #expect(run.count("inserted") == 1)
            #expect(run.errorText.contains("cannot be told") == warns)
        }
    }

    @Test("A redirect to a permitted place is followed, whatever proxies the environment names")
    func redirected() throws {
        let server = try PythonServer()
        let bench = try Workbench(.empty)
        let run = try bench.load(
            #""jobId":"a","resource":"contacts","sourceUrl":"\#(server.endpoint)/redirect/\#(server.endpoint)/contacts""#,
            variables: [
                "SOURCE_ALLOW": "127.0.0.1:\(server.port)", "http_proxy": "http://127.0.0.1:1",
                "ALL_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1",
            ])
        #expect(run.status == 0, "\(run)")
        #expect(run.count("inserted") == 1)
    }
}
