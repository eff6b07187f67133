import JobCore
import ObjectStorage
import TestSupport
import Testing

/// Stores that take conditions in another way than the standard's, or not at all.
@Suite("Conditions of stores", .timeLimit(.minutes(2)))
struct S3ConditionTests {
    private static func server(_ conditions: FakeS3.Conditions, _ mode: FakeS3.Mode = .aws) throws -> FakeS3 {
        var options = FakeS3.Options(mode)
        options.conditions = conditions
        options.minimumWriteInterval = 0
        return try FakeS3(options)
    }

    private let key: ObjectKey

    init() throws { key = try ObjectKey(validating: "a") }

    private func create(_ store: S3Store) async throws -> ObjectTag {
        try await store.put([1], at: key, contentType: "a/b", mode: .createOnly).tag
    }

    @Test("A store that compares tags without quotes is given them so, after one try")
    func bare() async throws {
        let server = try Self.server(.bare)
        let store = try server.store(.aws)
        var tag = try await create(store)
        server.clearRequests()
        tag = try await store.put([2], at: key, contentType: "a/b", mode: .updateIfMatches(tag)).tag
        #expect(server.requests.map(\.status) == [412, 200, 200])
        server.clearRequests()
        let last = try await store.put([3], at: key, contentType: "a/b", mode: .updateIfMatches(tag))
        #expect(server.requests.map(\.status) == [200])
        #expect(server.object("p/a")?.bytes == [3])
        // A version that is gone stays gone in either form.
        await expectCode("precondition_failed", .temporary) {
            _ = try await store.put([4], at: key, contentType: "a/b", mode: .updateIfMatches(tag))
        }
        #expect(try await store.head(key)?.tag == last.tag)
    }

    @Test("A store on which no update takes place is a matter of configuration, after two tries")
    func refused() async throws {
        let server = try Self.server(.refused)
        let store = try server.store(.aws)
        let tag = try await create(store)
        server.clearRequests()
        let error = await #expect(throws: JobError.self) {
            try await store.put([2], at: key, contentType: "a/b", mode: .updateIfMatches(tag))
        }
        #expect(error?.code == .storeConditionsMissing && error?.exitCode == .configuration)
        #expect(error?.message.contains("If-Match") == true)
        #expect(server.requests.count == 4)
    }

    @Test("A store that answers 501 to conditions is a matter of configuration")
    func unknown() async throws {
        let server = try Self.server(.unknown)
        let store = try server.store(.aws)
        let error = await #expect(throws: JobError.self) { try await create(store) }
        #expect(error?.code == .storeConditionsMissing && error?.exitCode == .configuration)
        #expect(error?.message.contains("If-None-Match") == true)
    }

    @Test("A store that knows conditions for single writes only still takes uploads")
    func unknownAtEnd() async throws {
        let server = try Self.server(.unknownAtEnd)
        let upload = try await server.store(.aws).beginUpload(key, contentType: "a/b")
        try await upload.write([UInt8](repeating: 1, count: 6 << 20))
        #expect(try await upload.complete(mode: .createOnly).size == 6 << 20)
        #expect(server.openUploads() == [])
    }

    @Test("What a store ignores is found out on an object, and named", arguments: ["If-None-Match", "If-Match"])
    func ignored(field: String) async throws {
        let server = try Self.server(field == "If-Match" ? .updatesIgnored : .ignored)
        let store = try server.store(.aws)
        let tag = try await create(store)
        let error = await #expect(throws: JobError.self) { try await store.proveConditions(key, [1], tag: tag) }
        #expect(error?.code == .storeConditionsMissing && error?.exitCode == .configuration)
        #expect(error?.message.contains("ignores the condition \(field)") == true)
    }

    @Test("The proof passes where conditions work, costs at most five requests, and leaves the object as it was")
    func proven() async throws {
        let stores: [(FakeS3.Conditions, FakeS3.Mode)] = [
            (.honoured, .aws), (.honoured, .r2), (.honoured, .gcs), (.bare, .aws),
        ]
        for (conditions, mode) in stores {
            let server = try Self.server(conditions, mode)
            let store = try server.store(mode)
            var tag = try await create(store)
            server.clearRequests()
            tag = try await store.proveConditions(key, [1], tag: tag)
            #expect(server.requests.filter { $0.method == "PUT" }.count <= (conditions == .bare ? 4 : 3))
            #expect(server.requests.count <= 7)
            #expect(server.object("p/a")?.bytes == [1])
            _ = try await store.put([2], at: key, contentType: "a/b", mode: .updateIfMatches(tag))
        }
    }

    @Test("The proof finds a store on which no update takes place")
    func provenRefused() async throws {
        let server = try Self.server(.refused)
        let store = try server.store(.aws)
        let tag = try await create(store)
        await expectCode("store_conditions_missing", .configuration) {
            _ = try await store.proveConditions(key, [1], tag: tag)
        }
    }

    @Test("The self-test lists before it writes, and tries an upload with its list and its end")
    func selfTest() async throws {
        let server = try FakeS3(.aws)
        try await server.store(.aws).selfTest()
        let operations = server.requests.map(\.operation)
        #expect(operations.first == "ListObjectsV2")
        #expect(operations.contains("ListMultipartUploads") && operations.contains("AbortMultipartUpload"))
        #expect(server.openUploads() == [] && server.keys() == [])
        let blind = try FakeS3(.aws)
        blind.inject(.respond(status: 403, code: "AccessDenied"), times: 100, operation: "ListMultipartUploads")
        await expectCode("store_selftest_failed", .configuration) { try await blind.store(.aws).selfTest() }
        #expect(blind.openUploads() == [] && blind.keys() == [])
    }
}
