import Signing
import TestSupport
import Testing

/// The fake is judged with curl, which signs by itself.
@Suite("Fake object store")
struct FakeS3Tests {
    private struct Answer {
        /// Zero when there was none.
        let status: Int
        let body: String
        /// Exit code of curl.
        let code: Int32
    }

    private static let secret = FakeS3.Credentials().secretKey

    private static func send(
        _ server: FakeS3, _ method: String, _ path: String, body: String = "", headers: [String] = [],
        secret: String = secret
    ) throws -> Answer {
        let digest = SHA256Digest.of(Array(body.utf8)).hex
        var arguments = [
            "-sS", "--max-time", "20", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "AKIDEXAMPLE:\(secret)",
            "-H", "x-amz-content-sha256: \(digest)", "-w", "\n%{http_code}",
        ]
        arguments += headers.flatMap { ["-H", $0] }
        if method == "HEAD" {
            arguments.append("-I")
        } else {
            arguments += ["-X", method]
            if method == "PUT" || method == "POST" { arguments += ["--data-binary", "@-"] }
        }
        let result = try ChildProcess.run("curl", arguments + [server.endpoint + path], input: Array(body.utf8))
        let lines = result.text.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(
            status: lines.last.flatMap { Int($0) } ?? -1, body: lines.dropLast().joined(separator: "\n"),
            code: result.status)
    }

    @Test("a right signature is accepted, a wrong secret, no signature and a wrong clock are refused")
    func signatures() throws {
        let server = try FakeS3(.aws)
        #expect(try Self.send(server, "PUT", "/bucket/a", body: "text").status == 200)
        #expect(try Self.send(server, "GET", "/bucket/a").body == "text")
        let wrong = try Self.send(server, "GET", "/bucket/a", secret: "other")
        #expect(wrong.status == 403 && wrong.body.contains("<Code>SignatureDoesNotMatch</Code>"))
        let anonymous = try ChildProcess.run("curl", ["-s", server.endpoint + "/bucket/a"])
        #expect(anonymous.text.contains("<Code>AccessDenied</Code>"))
        server.setClockOffset(1000)
        #expect(try Self.send(server, "GET", "/bucket/a").body.contains("<Code>RequestTimeTooSkewed</Code>"))
        #expect(server.requests.map(\.status) == [200, 200, 403, 403, 403])
        #expect(server.violations == [])
    }

    @Test("each provider treats conditions in its own way", arguments: FakeS3.Mode.allCases)
    func conditions(mode: FakeS3.Mode) throws {
        let server = try FakeS3(mode, minimumWriteInterval: 0)
        let missing = try Self.send(server, "PUT", "/bucket/a", body: "1", headers: ["If-Match: \"x\""])
        let expected: [FakeS3.Mode: Int] = [.aws: 404, .r2: 412, .minioOld: 200, .gcs: 200]
        #expect(missing.status == expected[mode])
        server.put("b", [1])
        let again = try Self.send(server, "PUT", "/bucket/b", body: "1", headers: ["If-None-Match: *"])
        #expect(again.status == (mode == .gcs ? 200 : 412))
        let google = ["x-goog-if-generation-match: 0"]
        #expect(try Self.send(server, "PUT", "/bucket/b", headers: google).status == (mode == .gcs ? 412 : 200))
        #expect(server.violations.isEmpty == (mode == .gcs))
    }

    @Test("R2 refuses a second write of a key within the interval and unequal parts")
    func cloudflare() throws {
        let server = try FakeS3(.r2, minimumPartBytes: 2, minimumWriteInterval: 60)
        #expect(try Self.send(server, "PUT", "/bucket/a", body: "1").status == 200)
        #expect(try Self.send(server, "PUT", "/bucket/a", body: "2").status == 429)
        for (parts, status) in [(["abc", "abc", "d"], 200), (["abc", "ab", "d"], 400), (["abc", "abcd"], 400)] {
            #expect(try Self.upload(server, parts, key: "m\(parts.joined())").status == status)
        }
        #expect(server.object("mabcabcd")?.bytes == Array("abcabcd".utf8))
        #expect(server.openUploads(prefix: "m").count == 2)
    }

    @Test("other providers take unequal parts, but none that is too small")
    func sizes() throws {
        let server = try FakeS3(.aws, minimumPartBytes: 3)
        #expect(try Self.upload(server, ["abcd", "abc", "abcde"], key: "a").status == 200)
        #expect(try Self.upload(server, ["abcd", "ab", "abcde"], key: "b").body.contains("EntityTooSmall"))
    }

    private static func upload(_ server: FakeS3, _ parts: [String], key: String) throws -> Answer {
        _ = try send(server, "POST", "/bucket/\(key)?uploads=")
        let name = try #require(server.openUploads(prefix: key).last)
        var list = ""
        for (index, part) in parts.enumerated() {
            let path = "/bucket/\(key)?partNumber=\(index + 1)&uploadId=\(name)"
            try #require(try send(server, "PUT", path, body: part).status == 200)
            let tag = try #require(try md5(part))
            list += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
        }
        let document = "<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>"
        return try send(server, "POST", "/bucket/\(key)?uploadId=\(name)", body: document)
    }

    private static func md5(_ text: String) throws -> String? {
        try ChildProcess.run("md5sum", input: Array(text.utf8)).text.split(separator: " ").first.map(String.init)
    }

    @Test("an operation whose reply is lost has happened, one cut in its body has not")
    func lostReplies() throws {
        let server = try FakeS3(.aws)
        server.inject(.reset(.beforeReply), operation: "PutObject")
        #expect(try Self.send(server, "PUT", "/bucket/a", body: "text").status == 0)
        #expect(server.object("a")?.bytes == Array("text".utf8))
        server.inject(.reset(.inBody), operation: "PutObject")
        #expect(try Self.send(server, "PUT", "/bucket/b", body: "text").status == 0)
        #expect(server.object("b") == nil)
        server.inject(.respond(status: 503, code: "SlowDown", executed: true), operation: "PutObject")
        #expect(try Self.send(server, "PUT", "/bucket/c", body: "text").status == 503)
        #expect(server.object("c") != nil)
        #expect(server.requests.map(\.replied) == [false, false, true])
        #expect(try Self.send(server, "PUT", "/bucket/b", body: "text").status == 200)
    }

    @Test("a flipped bit is found by the digest, a cut body by its length")
    func damage() throws {
        let server = try FakeS3(.aws)
        server.inject(.corruptReceivedBit, operation: "PutObject")
        let damaged = try Self.send(server, "PUT", "/bucket/a", body: "text")
        #expect(damaged.body.contains("<Code>XAmzContentSHA256Mismatch</Code>"))
        #expect(server.object("a") == nil)
        server.put("a", Array("text".utf8))
        server.inject(.truncateBody(after: 2), operation: "GetObject")
        let cut = try Self.send(server, "GET", "/bucket/a")
        #expect(cut.code == 18 && cut.body == "te")
        server.inject(.replaceObject(with: Array("other".utf8)), operation: "GetObject")
        #expect(try Self.send(server, "GET", "/bucket/a", headers: ["Range: bytes=1-"]).body == "ther")
    }

    @Test("a late reply holds its error behind white space and status 200")
    func lateReply() throws {
        let server = try FakeS3(.aws)
        server.inject(.lateReply(seconds: 0.2, code: "InternalError"), operation: "PutObject")
        let answer = try Self.send(server, "PUT", "/bucket/a", body: "text")
        #expect(answer.status == 200 && answer.body.contains("?>\n  "))
        #expect(answer.body.contains("<Error><Code>InternalError</Code>"))
    }

    @Test("closed, slow and silent connections each give what they should")
    func closedConnections() throws {
        let server = try FakeS3(.aws)
        server.put("a", Array("text".utf8))
        server.closeIdleRandomly(probability: 1, seed: 1)
        #expect(try Self.send(server, "GET", "/bucket/a").body == "text")
        server.closeIdleRandomly(probability: 0, seed: 1)
        server.inject(.slowBody(bytesPerSecond: 40), operation: "GetObject")
        #expect(try Self.send(server, "GET", "/bucket/a").body == "text")
        server.inject(.silence(.beforeReply), operation: "GetObject")
        let silent = try ChildProcess.run("curl", ["-s", "--max-time", "0.2", server.endpoint + "/bucket/a"])
        #expect(silent.status == 28)
        #expect(server.connections == 3)
    }

    @Test("stop ends a silent connection")
    func silence() throws {
        let server = try FakeS3(.aws)
        server.inject(.silence(.beforeReading), operation: "GetObject")
        let client = try ChildProcess("curl", ["-s", "--max-time", "60", server.endpoint + "/bucket/a"])
        #expect(server.waitForRequests(1))
        server.stop()
        #expect(try client.wait().status == 52)
    }
}
