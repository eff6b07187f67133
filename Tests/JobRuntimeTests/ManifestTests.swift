import Formats
import JobCore
import ObjectStorage
import Testing

@testable import JobRuntime

@Suite("Manifests")
struct ManifestTests {
    /// A manifest with a value in every member.
    static func full() throws -> Manifest {
        let spec = try CommonSpecTests.spec(#"{"jobId":"j","orgId":"o","resource":"events","format":"csv"}"#)
        var manifest = Manifest(
            spec, format: "csv", actor: JobActor(id: "me", role: "ADMIN"), now: Instant(seconds: 1_775_044_800))
        manifest.status = .completed
        manifest.outcome = .partial
        manifest.progress = 42.5
        manifest.timeLeftSeconds = 12
        manifest.downloadURL = "https://x/y?z"
        manifest.downloadURLExpiresAt = Instant(microseconds: 1_775_044_801_500_000)
        manifest.counts.rowsTotal = 10
        manifest.counts.rowsRead = 9
        manifest.counts.rowsWritten = 8
        manifest.counts.inserted = 4
        manifest.counts.updated = 1
        manifest.counts.skipped = 2
        manifest.counts.rejected = 1
        manifest.counts.unprocessed = 1
        manifest.counts.bytesRead = 7
        manifest.counts.bytesWritten = 6
        var file = ResultFile(
            key: "o/jobs/j/a/events.csv.gz", name: "events.csv.gz", rows: 8, bytes: 6, sha256: "ab",
            contentType: "text/csv",
            compression: "gzip")
        file.url = "file:///x"
        manifest.files = [file, file]
        manifest.rejects = RejectsFile(key: "k", rows: 1, bytes: 2, sha256: "cd", byCode: ["invalid_int": 1, "a": 2])
        manifest.rejects?.url = "file:///r"
        manifest.preview = Preview()
        manifest.notes = [Note("assumed_utc", at: "time", "Times without a zone are taken as UTC.")]
        manifest.error = ManifestFailure(JobError(.tooManyRejects, "1 \"row\"\n", hint: "look"))
        manifest.attempt = 3
        manifest.attemptId = "a3-x"
        manifest.leaseExpiresAt = Instant(seconds: 1_775_044_802)
        manifest.owner = ProcessIdentity(host: "0123456789abcdef", pid: 7, startTicks: 4711)
        manifest.startedAt = Instant(microseconds: 1_775_044_803_000_001)
        manifest.updatedAt = Instant(seconds: 1_775_044_804)
        manifest.finishedAt = Instant(seconds: 1_775_044_805)
        var stats = JobStats()
        stats.durationMs = 5
        stats.rowsPerSecond = 6
        stats.peakMemoryBytes = 7
        stats.stages = [.init("read", milliseconds: 1), .init("upload", milliseconds: 2)]
        manifest.stats = stats
        return manifest
    }

    private static let members = [
        "manifestVersion", "kind", "jobId", "orgId", "resource", "format", "status", "outcome", "progress",
        "timeLeftSeconds",
        "downloadUrl", "downloadUrlExpiresAt", "counts", "files", "rejects", "report", "preview", "notes",
        "error", "spec",
        "specSha256", "actor", "attempt", "attemptId", "leaseExpiresAt", "owner", "createdAt", "startedAt", "updatedAt",
        "finishedAt", "stats", "toolVersion",
    ]

    @Test("A manifest has exactly the members of the contract, in its order, also when they have no value yet")
    func memberList() throws {
        let full = try Self.full().json()
        #expect(full.members.map(\.name) == Self.members)
        let spec = try CommonSpecTests.spec(#"{"orgId":"o","resource":"events"}"#)
        let empty = Manifest(spec, format: "csv", actor: nil, now: Instant(seconds: 0)).json()
        #expect(empty.members.map(\.name) == Self.members)
        #expect(empty.text("status") == "queued" && empty.integer("manifestVersion") == 1)
        #expect(
            full["counts"]?.members.map(\.name) == [
                "rowsTotal", "rowsRead", "rowsWritten", "inserted", "updated", "skipped", "rejected", "unprocessed",
                "bytesRead", "bytesWritten",
            ])
        #expect(
            full.items("files").first?.members.map(\.name)
                == ["key", "name", "rows", "bytes", "sha256", "contentType", "compression", "url"])
        #expect(full["error"]?.members.map(\.name) == ["code", "message", "hint", "retryable", "exitCode"])
        #expect(full["stats"]?.members.map(\.name) == ["durationMs", "rowsPerSecond", "peakMemoryBytes", "stages"])
        #expect(full["actor"]?.members.map(\.name) == ["id", "role"])
        let rejects = full["rejects"]?.members.map(\.name) ?? []
        #expect(Set(["key", "rows", "url", "byCode"]).isSubset(of: rejects))
    }

    @Test("What is stored reads back the same, as one line")
    func roundTrip() throws {
        let manifest = try Self.full()
        let stored = manifest.bytes()
        #expect(stored.filter { $0 == 0x0A }.count == 1 && stored.last == 0x0A)
        let read = try Manifest(stored: stored)
        #expect(read.bytes() == stored)
        #expect(read.counts == manifest.counts && read.files == manifest.files && read.rejects == manifest.rejects)
        #expect(read.stats == manifest.stats && read.actor == manifest.actor && read.spec == manifest.spec)
        #expect(read.startedAt == manifest.startedAt && read.error == manifest.error && read.error?.exitCode == 65)
        #expect(read.notes == manifest.notes && read.notes.count == 1)
        #expect(read.attempt == 3 && read.toolVersion == ToolVersion.text)
    }

    @Test("Progress keeps its one decimal place through storing, and stays between 0 and 100")
    func progress() throws {
        var manifest = try Self.full()
        for tenths in 0...1000 {
            let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
            manifest.progress = try #require(Double(text))
            let once = try Manifest(stored: manifest.bytes())
            #expect(once.json()["progress"] == .number(text))
        }
        manifest.progress = 1000
        #expect(manifest.json()["progress"] == .number("100"))
        manifest.progress = -1
        #expect(manifest.json()["progress"] == .number("0"))
    }

    @Test(
        "What is no manifest is refused",
        arguments: [
            "", "{}", "[]", "null", "{\"manifestVersion\":2}", "{\"manifestVersion\":1}", "\u{0}",
            #"{"manifestVersion":1,"kind":"export","status":"done","jobId":"j","orgId":"o","spec":{},"#
                + #""createdAt":"2026-01-01"}"#,
            #"{"manifestVersion":1,"kind":"export","status":"queued","jobId":"j","orgId":"o","spec":{},"#
                + #""createdAt":"x"}"#,
        ])
    func invalid(text: String) {
        let error = #expect(throws: JobError.self) { _ = try Manifest(stored: Array(text.utf8)) }
        #expect(error?.code == .manifestInvalid && error?.exitCode == .protocolError)
    }

    @Test("Counts balance when every row has one fate")
    func balance() {
        var counts = JobCounts()
        #expect(counts.isBalanced)
        counts.rowsRead = 5
        counts.inserted = 1
        counts.updated = 1
        counts.skipped = 1
        counts.rejected = 1
        #expect(!counts.isBalanced)
        counts.unprocessed = 1
        #expect(counts.isBalanced)
    }

    @Test("The objects of a job have the keys of the contract, and no id can lead out of them")
    func keys() throws {
        let folder = try JobFolder(orgId: "o", jobId: "j")
        #expect(try folder.manifest().text == "o/jobs/j/manifest.json")
        #expect(try folder.data(attemptId: "a1", name: "events.csv").text == "o/jobs/j/a1/events.csv")
        #expect(try JobFolder.upload(orgId: "o", name: "x").text == "o/uploads/x")
        #expect(try JobFolder.upload(orgId: "o", name: "uploads/x").text == "o/uploads/x")
        for id in ["", "..", "a/b", "-a"] {
            #expect(throws: JobError.self) { _ = try JobFolder(orgId: id, jobId: "j") }
            #expect(throws: JobError.self) { _ = try JobFolder(orgId: "o", jobId: id) }
        }
        #expect(throws: JobError.self) { _ = try JobFolder.upload(orgId: "o", name: "../x") }
    }
}
