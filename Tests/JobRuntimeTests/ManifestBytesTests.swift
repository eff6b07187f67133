import Formats
import JobCore
import Testing

@testable import JobRuntime

@Suite("Bytes of manifests")
struct ManifestBytesTests {
    /// A manifest with a value in every member of every part.
    private static func full() throws -> Manifest {
        var manifest = try ManifestTests.full()
        manifest.spec = .object([JSONMember("orgId", .string("o"))])
        manifest.specSHA256 = "ef"
        manifest.actor?.key = "k1"
        manifest.report = ReportFile(key: "o/jobs/j/a/report.html", url: "file:///p")
        manifest.rejects?.compression = "gzip"
        manifest.rejects?.omitted = 5
        manifest.preview?.unmapped = ["x"]
        manifest.toolVersion = "1.2.3"
        return manifest
    }

    private static let text = """
        {"manifestVersion":1,"kind":"export","jobId":"j","orgId":"o","resource":"events","format":"csv",\
        "status":"completed","outcome":"partial","progress":42.5,"timeLeftSeconds":12,"downloadUrl":"https://x/y?z",\
        "downloadUrlExpiresAt":"2026-04-01T12:00:01.5Z",\
        "counts":{"rowsTotal":10,"rowsRead":9,"rowsWritten":8,"inserted":4,"updated":1,"skipped":2,"rejected":1,\
        "unprocessed":1,"bytesRead":7,"bytesWritten":6},\
        "files":[{"key":"o/jobs/j/a/events.csv.gz","name":"events.csv.gz","rows":8,"bytes":6,"sha256":"ab",\
        "contentType":"text/csv","compression":"gzip","url":"file:///x"},\
        {"key":"o/jobs/j/a/events.csv.gz","name":"events.csv.gz","rows":8,"bytes":6,"sha256":"ab",\
        "contentType":"text/csv","compression":"gzip","url":"file:///x"}],\
        "rejects":{"key":"k","rows":1,"bytes":2,"sha256":"cd","compression":"gzip","url":"file:///r",\
        "byCode":{"a":2,"invalid_int":1},"omitted":5},\
        "report":{"key":"o/jobs/j/a/report.html","url":"file:///p"},\
        "preview":{"rows":[],"columns":[],"unmapped":["x"]},\
        "notes":[{"code":"assumed_utc","place":"time","text":"Times without a zone are taken as UTC."}],\
        "error":{"code":"too_many_rejects","message":"1 \\"row\\"\\n","hint":"look","retryable":false,"exitCode":65},\
        "spec":{"orgId":"o"},"specSha256":"ef","actor":{"id":"me","role":"ADMIN","key":"k1"},"attempt":3,\
        "attemptId":"a3-x","leaseExpiresAt":"2026-04-01T12:00:02Z",\
        "owner":{"host":"0123456789abcdef","pid":7,"startTicks":4711},"createdAt":"2026-04-01T12:00:00Z",\
        "startedAt":"2026-04-01T12:00:03.000001Z","updatedAt":"2026-04-01T12:00:04Z",\
        "finishedAt":"2026-04-01T12:00:05Z",\
        "stats":{"durationMs":5,"rowsPerSecond":6,"peakMemoryBytes":7,"stages":{"read":1,"upload":2}},\
        "toolVersion":"1.2.3"}

        """

    private static let empty = """
        {"manifestVersion":1,"kind":"import","jobId":"j","orgId":"o","resource":"","format":"","status":"queued",\
        "outcome":null,"progress":0,"timeLeftSeconds":null,"downloadUrl":null,"downloadUrlExpiresAt":null,\
        "counts":{"rowsTotal":0,"rowsRead":0,"rowsWritten":0,"inserted":0,"updated":0,"skipped":0,"rejected":0,\
        "unprocessed":0,"bytesRead":0,"bytesWritten":0},"files":[],"rejects":null,"report":null,"preview":null,\
        "notes":[],"error":null,"spec":null,"specSha256":"","actor":null,"attempt":0,"attemptId":"",\
        "leaseExpiresAt":null,"owner":null,"createdAt":"1970-01-01T00:00:01Z","startedAt":null,\
        "updatedAt":"1970-01-01T00:00:01Z","finishedAt":null,"stats":null,"toolVersion":""}

        """

    @Test("A manifest with a value in every member is written, and written again once it was read, as it always was")
    func everyMember() throws {
        let manifest = try Self.full()
        #expect(String(decoding: manifest.bytes(), as: UTF8.self) == Self.text)
        let read = try Manifest(stored: Array(Self.text.utf8))
        #expect(String(decoding: read.bytes(), as: UTF8.self) == Self.text)
        #expect(read.rejects == manifest.rejects && read.preview == manifest.preview)
        // Of the rejects a dictionary, of the preview what it was read from.
        let others = ["rejects", "storedPreview"]
        for (one, other) in zip(Mirror(reflecting: manifest).children, Mirror(reflecting: read).children) {
            guard let name = one.label, !others.contains(name) else { continue }
            let text = String(reflecting: one.value)
            #expect(text == String(reflecting: other.value), "\(name)")
            #expect(!["nil", "[]", "\"\"", "0"].contains(text), "\(name)")
        }
    }

    @Test("The names of all parts' members are their names in the manifest, in its order")
    func names() throws {
        let manifest = try Self.full()
        expectNames(manifest.counts)
        manifest.files.forEach(expectNames)
        manifest.rejects.map(expectNames)
        manifest.report.map(expectNames)
        manifest.notes.forEach(expectNames)
        manifest.actor.map(expectNames)
        manifest.stats.map(expectNames)
    }

    @Test("What a manifest lacks has no value; what it must have is asked for")
    func missing() throws {
        let required = ["kind", "jobId", "orgId", "status", "spec", "createdAt"]
        let members = [
            JSONMember("manifestVersion", .integer(1)), JSONMember("kind", .string("import")),
            JSONMember("jobId", .string("j")), JSONMember("orgId", .string("o")),
            JSONMember("status", .string("queued")), JSONMember("spec", .null),
            JSONMember("createdAt", .string("1970-01-01T00:00:01Z")),
        ]
        let read = try Manifest(stored: Array(JSONValue.object(members).serialized().utf8))
        #expect(String(decoding: read.bytes(), as: UTF8.self) == Self.empty)
        for name in required {
            let rest = JSONValue.object(members.filter { $0.name != name })
            let error = #expect(throws: JobError.self) { _ = try Manifest(stored: Array(rest.serialized().utf8)) }
            #expect(error?.code == .manifestInvalid)
        }
    }

    @Test("A member that is not what it should be counts as missing, also one of an object in it")
    func broken() throws {
        let full = try JSONValue(parsing: Array(Self.text.utf8))
        let read = try Manifest(
            stored: Array(
                full.replacing(["counts", "rowsRead"], with: .string("9")).replacing(["owner", "pid"], with: .null)
                    .replacing(["error", "exitCode"], with: .null).replacing(["error", "retryable"], with: .bool(true))
                    .replacing(["stats"], with: .number("1")).serialized().utf8))
        #expect(read.counts.rowsRead == 0 && read.counts.rowsTotal == 10)
        // A process that is not known as a whole could be taken for one that has ended.
        #expect(read.owner == nil && read.stats == nil)
        #expect(read.error?.exitCode == 70 && read.error?.isRetryable == ExitCode.software.isRetryable)
        #expect(read.error?.code == "too_many_rejects")
    }
}
