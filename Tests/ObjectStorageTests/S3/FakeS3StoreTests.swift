import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import TestSupport
import Testing

extension FakeS3 {
    /// A client of the server, as jobs have it.
    func store(
        _ mode: Mode, prefix: String = "p", partBytes: Int = 5 << 20, stallSeconds: Double = 20,
        credentials: Credentials = Credentials()
    ) throws -> S3Store {
        let dialect = mode == .gcs ? "gcs" : "s3"
        let url =
            "s3://bucket/\(prefix)?endpoint=\(endpoint)&region=us-east-1&dialect=\(dialect)&partBytes=\(partBytes)"
        return S3Store(
            try S3Location(validating: url, region: nil),
            sender: HTTPClient(
                HTTPClientOptions(userAgent: "tests", stallSeconds: stallSeconds, allowedSchemes: ["http"])),
            credentials: FixedCredentials(
                AWSCredentials(
                    accessKeyID: credentials.accessKey, secretAccessKey: Secret(credentials.secretKey),
                    sessionToken: credentials.sessionToken.map(Secret.init))))
    }
}

@Suite("S3 store on a strict server", .timeLimit(.minutes(5)))
struct FakeS3StoreTests {
    /// A provider and what it must do.
    struct Case: Sendable, CustomTestStringConvertible {
        let mode: FakeS3.Mode
        let ability: ObjectStoreConformance
        var testDescription: String { "\(mode.rawValue): \(ability.rawValue)" }
    }

    /// The old MinIO writes under a condition that cannot hold, so it cannot pass what asks for that.
    static let cases = FakeS3.Mode.allCases.flatMap { mode in
        ObjectStoreConformance.allCases
            .filter { mode != .minioOld || ![.updateIfMatches, .selfTest].contains($0) }
            .map { Case(mode: mode, ability: $0) }
    }

    @Test("Every provider's bucket does what every store must do", arguments: cases)
    func conformance(row: Case) async throws {
        // Four hundred writes of one object at one a second would take too long.
        let server = try FakeS3(row.mode, minimumWriteInterval: row.ability == .counter ? 0 : nil)
        try await row.ability.check(server.store(row.mode))
        #expect(server.violations == [])
        #expect(server.openUploads() == [])
    }

    @Test("The self-test finds a store that writes under a condition that cannot hold")
    func oldMinIO() async throws {
        let server = try FakeS3(.minioOld)
        await expectCode("store_selftest_failed", .configuration) { try await server.store(.minioOld).selfTest() }
        #expect(server.keys() == [])
    }

    @Test(
        "Objects around the size of a part round-trip in equal parts", arguments: FakeS3.Mode.allCases,
        [0, 5 << 20, (5 << 20) - 1, (5 << 20) + 1, (15 << 20), (16 << 20) + 1])
    func sizes(mode: FakeS3.Mode, count: Int) async throws {
        let server = try FakeS3(mode)
        let store = try server.store(mode)
        let contents = [UInt8](repeating: 0x61, count: count)
        let key = try ObjectKey(validating: "a.bin")
        let upload = try await store.beginUpload(key, contentType: "a/b")
        for start in stride(from: 0, to: count, by: 1_300_000) {
            try await upload.write(Array(contents[start..<min(count, start + 1_300_000)]))
        }
        #expect(try await upload.complete(mode: .createOnly).size == count)
        #expect(server.object("p/a.bin")?.bytes == contents)
        let parts = server.requests.filter { $0.operation == "UploadPart" }.map(\.bodyBytes)
        #expect(parts.count == (count > 5 << 20 ? (count + (5 << 20) - 1) / (5 << 20) : 0))
        #expect(parts.filter { $0 != 5 << 20 }.count <= 1)
        #expect(server.violations == [])
        #expect(server.openUploads() == [])
    }

    @Test("A flipped bit is noticed by the server and the body sent again", arguments: FakeS3.Mode.allCases)
    func corruption(mode: FakeS3.Mode) async throws {
        let server = try FakeS3(mode)
        server.inject(.corruptReceivedBit, operation: "PutObject")
        server.inject(.corruptReceivedBit, operation: "UploadPart")
        let store = try server.store(mode)
        let small = [UInt8](repeating: 7, count: 1000)
        _ = try await store.put(small, at: ObjectKey(validating: "small"), contentType: "a/b", mode: .createOnly)
        let large = [UInt8](repeating: 9, count: 6 << 20)
        let upload = try await store.beginUpload(ObjectKey(validating: "large"), contentType: "a/b")
        try await upload.write(large)
        _ = try await upload.complete(mode: .createOnly)
        #expect(server.object("p/small")?.bytes == small)
        #expect(server.object("p/large")?.bytes == large)
        #expect(server.requests.filter { $0.status == 400 }.count == 2)
    }

    @Test("A write whose reply is lost has taken place", arguments: [FakeS3.Mode.aws, .r2])
    func lostReply(mode: FakeS3.Mode) async throws {
        let server = try FakeS3(mode, minimumWriteInterval: 0)
        let store = try server.store(mode)
        for operation in ["PutObject", "CompleteMultipartUpload"] {
            server.inject(.reset(.beforeReply), operation: operation)
            server.inject(.respond(status: 500, code: "InternalError", executed: true), operation: operation)
        }
        let key = try ObjectKey(validating: "manifest")
        let created = try await store.put([1], at: key, contentType: "a/b", mode: .createOnly)
        let updated = try await store.put([2], at: key, contentType: "a/b", mode: .updateIfMatches(created.tag))
        #expect(server.object("p/manifest")?.bytes == [2])
        #expect(try await store.head(key)?.tag == updated.tag)
        for name in ["a", "b"] {
            let upload = try await store.beginUpload(ObjectKey(validating: name), contentType: "a/b")
            try await upload.write([UInt8](repeating: 1, count: 6 << 20))
            let info = try await upload.complete(mode: .createOnly)
            #expect(server.object("p/\(name)")?.entityTag.contains(info.tag.rawValue) == true)
        }
        #expect(server.openUploads() == [])
    }

    @Test("An error inside a 200 that is kept alive with white space is no success")
    func lateError() async throws {
        let server = try FakeS3(.aws)
        server.inject(.lateReply(seconds: 2, code: "InternalError"), operation: "CompleteMultipartUpload")
        let store = try server.store(.aws)
        let upload = try await store.beginUpload(ObjectKey(validating: "a"), contentType: "a/b")
        try await upload.write([UInt8](repeating: 1, count: 6 << 20))
        _ = try await upload.complete(mode: .createOnly)
        #expect(server.requests.filter { $0.operation == "CompleteMultipartUpload" }.count == 2)
        #expect(server.object("p/a")?.size == 6 << 20)
    }

    @Test("A read that is cut goes on where it was; one that was changed meanwhile ends")
    func cutRead() async throws {
        let server = try FakeS3(.aws)
        let store = try server.store(.aws)
        let contents = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let key = try ObjectKey(validating: "a")
        _ = try await store.put(contents, at: key, contentType: "a/b", mode: .createOnly)
        server.inject(.truncateBody(after: 1_000_000), operation: "GetObject")
        server.inject(.truncateBody(after: 500_000), operation: "GetObject")
        let reader = try await store.openReader(key, chunkBytes: 1 << 20)
        var read: [UInt8] = []
        var buffer: [UInt8] = []
        while try await reader.read(into: &buffer) { read += buffer }
        #expect(read == contents)
        let ranges = server.requests.filter { $0.operation == "GetObject" }.map { $0.headers["range"] }
        #expect(ranges == [nil, "bytes=1000000-", "bytes=1500000-"])

        server.inject(.truncateBody(after: 1_000_000), operation: "GetObject")
        let changed = try await store.openReader(key, chunkBytes: 1 << 20)
        server.put("p/a", [UInt8](repeating: 1, count: 3_000_000))
        await expectCode("source_changed", .dataError) { while try await changed.read(into: &buffer) {} }
    }

    @Test("A server that goes silent is left and asked again")
    func silence() async throws {
        let server = try FakeS3(.aws)
        let store = try server.store(.aws, stallSeconds: 1)
        for moment in [FakeS3.Moment.beforeReading, .inBody, .beforeReply] {
            server.inject(.silence(moment), operation: "PutObject")
            _ = try await store.put(
                [UInt8](repeating: 1, count: 1 << 20), at: ObjectKey(validating: "a"), contentType: "a/b",
                mode: .overwrite)
        }
        #expect(server.object("p/a")?.size == 1 << 20)
    }

    @Test("A thousand updates of one object get through random closings of the connection", arguments: [0.1])
    func randomClosings(probability: Double) async throws {
        let server = try FakeS3(.aws)
        server.closeIdleRandomly(probability: probability, seed: 7)
        let store = try server.store(.aws)
        let key = try ObjectKey(validating: "manifest.json")
        var mode = PutMode.createOnly
        for number in 1...1000 {
            let bytes = Array("{\"number\":\(number)}".utf8)
            mode = .updateIfMatches(
                try await store.put(bytes, at: key, contentType: "application/json", mode: mode).tag)
        }
        #expect(server.object("p/manifest.json")?.bytes == Array("{\"number\":1000}".utf8))
        #expect(server.connections > 50 && server.connections < 300)
        #expect(server.violations == [])
    }

    @Test("A clock that is an hour off is corrected, for requests and for links")
    func clock() async throws {
        let server = try FakeS3(.aws)
        server.setClockOffset(3600)
        let store = try server.store(.aws)
        let key = try ObjectKey(validating: "a")
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .createOnly)
        let link = try await store.downloadLink(key, fileName: "a", secondsToLive: 60)
        #expect(try ChildProcess.run("curl", ["-sS", "-f", link.url]).output == [1])
    }

    @Test("Temporary credentials sign with their token, requests and links")
    func temporaryCredentials() async throws {
        let credentials = FakeS3.Credentials(sessionToken: "token/with+signs==")
        let server = try FakeS3(FakeS3.Options(.aws), credentials: credentials)
        let store = try server.store(.aws, credentials: credentials)
        let key = try ObjectKey(validating: "a")
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .createOnly)
        let link = try await store.downloadLink(key, fileName: "a", secondsToLive: 60)
        #expect(try ChildProcess.run("curl", ["-sS", "-f", link.url]).output == [1])
    }

    @Test("A bucket in another region is found, and listings come in pages")
    func regionAndPages() async throws {
        var options = FakeS3.Options(.aws)
        options.bucketRegion = "eu-west-1"
        options.pageSize = 3
        let server = try FakeS3(options)
        let store = try server.store(.aws)
        for number in 0..<10 {
            _ = try await store.put(
                [UInt8(number)], at: ObjectKey(validating: "list/\(number)"), contentType: "a/b", mode: .createOnly)
        }
        #expect(try await store.list(prefix: "list/").map(\.key.text) == (0..<10).map { "list/\($0)" })
        #expect(server.requests.filter { $0.status == 301 }.count == 1)
        for number in 0..<5 {
            let upload = try await store.beginUpload(ObjectKey(validating: "job/\(number)"), contentType: "a/b")
            try await upload.write([UInt8](repeating: 1, count: 11 << 20))
        }
        try await store.sweep(prefix: "job/") { _ in true }
        #expect(server.openUploads() == [])
    }

    @Test("An upload whose beginning was told twice, because the first reply was lost, leaves no second one behind")
    func lostBeginning() async throws {
        let server = try FakeS3(.aws)
        server.inject(.reset(.beforeReply), operation: "CreateMultipartUpload")
        let upload = try await server.store(.aws).beginUpload(ObjectKey(validating: "a"), contentType: "a/b")
        try await upload.write([UInt8](repeating: 1, count: 6 << 20))
        _ = try await upload.complete(mode: .createOnly)
        #expect(server.object("p/a")?.size == 6 << 20)
        #expect(server.requests.count { $0.operation == "CreateMultipartUpload" && $0.status == 200 } == 2)
        #expect(server.openUploads() == [])
    }

    @Test("An upload that fails leaves no parts behind")
    func failedUpload() async throws {
        let server = try FakeS3(.r2)
        server.inject(.respond(status: 403, code: "AccessDenied"), operation: "UploadPart")
        let upload = try await server.store(.r2).beginUpload(ObjectKey(validating: "a"), contentType: "a/b")
        await expectCode("store_permission_denied", .notPermitted) {
            for _ in 0..<40 { try await upload.write([UInt8](repeating: 1, count: 1 << 20)) }
            _ = try await upload.complete(mode: .createOnly)
        }
        #expect(server.openUploads() == [])
        #expect(server.keys() == [])
    }
}
