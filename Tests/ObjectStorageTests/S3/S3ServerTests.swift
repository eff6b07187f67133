import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import TestSupport
import Testing

/// Real servers, started once for all tests.
enum RunningServers {
    static let moto = Result { try S3Server(.moto) }
    static let rclone = Result { try S3Server(.rclone) }
    static let seaweedfs = Result { try S3Server(.seaweedfs) }
    static let radosgw = Result { try S3Server(.radosgw) }

    /// A store with a prefix of its own.
    static func store(
        _ server: S3Server, secret: String = S3Server.secretAccessKey, prefix: String
    ) throws -> S3Store {
        S3Store(
            try S3Location(validating: server.storeURL(prefix: prefix), region: nil),
            sender: HTTPClient(HTTPClientOptions(userAgent: "tests", allowedSchemes: ["http"])),
            credentials: FixedCredentials(
                AWSCredentials(accessKeyID: S3Server.accessKeyID, secretAccessKey: Secret(secret))))
    }
}

@Suite("S3 store on real servers", .timeLimit(.minutes(5)))
struct S3ServerTests {
    @Test("moto: a bucket does what every store must do", arguments: ObjectStoreConformance.allCases)
    func moto(ability: ObjectStoreConformance) async throws {
        try await ability.check(RunningServers.store(RunningServers.moto.get(), prefix: "all/\(ability.rawValue)"))
    }

    @Test("rclone: signatures are right, all but conditions works", arguments: ObjectStoreConformance.unconditional)
    func rclone(ability: ObjectStoreConformance) async throws {
        try await ability.check(RunningServers.store(RunningServers.rclone.get(), prefix: "all/\(ability.rawValue)"))
    }

    @Test("SeaweedFS: a bucket does what every store must do", arguments: ObjectStoreConformance.allCases)
    func seaweedfs(ability: ObjectStoreConformance) async throws {
        try await ability.check(
            RunningServers.store(RunningServers.seaweedfs.get(), prefix: "all/\(ability.rawValue)"))
    }

    @Test("Ceph: a bucket does what every store must do", arguments: ObjectStoreConformance.allCases)
    func radosgw(ability: ObjectStoreConformance) async throws {
        try await ability.check(
            RunningServers.store(RunningServers.radosgw.get(), prefix: "all/\(ability.rawValue)"))
    }

    @Test("rclone: the self-test finds that conditions are ignored")
    func selfTestFindsMissingConditions() async throws {
        let store = try RunningServers.store(RunningServers.rclone.get(), prefix: "selftest")
        await expectCode("store_selftest_failed", .configuration) { try await store.selfTest() }
    }

    @Test("rclone: a wrong secret is refused, and the message names the variable")
    func wrongSecret() async throws {
        let store = try RunningServers.store(RunningServers.rclone.get(), secret: "wrong", prefix: "wrong")
        let key = try ObjectKey(validating: "a")
        let error = await #expect(throws: JobError.self) { try await store.get(key, range: nil) }
        #expect(error?.code == .storeCredentialsInvalid)
        #expect(error?.exitCode == .configuration)
        #expect(error?.hint?.contains("AWS_SECRET_ACCESS_KEY") == true)
        // An answer to HEAD tells no reason; the store finds it out.
        await expectCode("store_credentials_invalid", .configuration) { _ = try await store.head(key) }
    }

    @Test("rclone: plain curl reads and writes by links; changed ones are refused")
    func links() async throws {
        let store = try RunningServers.store(RunningServers.rclone.get(), prefix: "links")
        let key = try ObjectKey(validating: "day=1/a+b.csv")
        let upload = try await store.uploadLink(key, secondsToLive: 60)
        let put = try ChildProcess.run("curl", ["-sS", "-f", "-X", "PUT", "--data-binary", "a,b\n", upload.url])
        #expect(put.status == 0)
        let link = try await store.downloadLink(key, fileName: "my file.csv", secondsToLive: 60)
        let read = try ChildProcess.run("curl", ["-sS", "-f", "-D", "/dev/stderr", link.url])
        #expect(read.text == "a,b\n")
        #expect(read.errorText.lowercased().contains("content-disposition: attachment; filename=\"my_file.csv\""))
        for tampered in [
            link.url.replacing("a%2Bb", with: "a%2Bc"), link.url + "0",
            link.url.replacing("X-Amz-Expires=60", with: "X-Amz-Expires=61"),
        ] {
            #expect(tampered != link.url)
            #expect(try ChildProcess.run("curl", ["-sS", "-f", tampered]).status == 22)
        }
        // A link for reading writes nothing.
        #expect(try ChildProcess.run("curl", ["-sS", "-f", "-X", "PUT", "-d", "x", link.url]).status == 22)
        #expect(try await store.get(key, range: nil).bytes == Array("a,b\n".utf8))
    }

    @Test("rclone: a link that has expired is refused")
    func expiredLink() async throws {
        let store = try RunningServers.store(RunningServers.rclone.get(), prefix: "links")
        let key = try ObjectKey(validating: "expiring.csv")
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .overwrite)
        let alive = try await store.downloadLink(key, fileName: "a.csv", secondsToLive: 1000)
        let expired = try await store.downloadLink(key, fileName: "a.csv", secondsToLive: 1)
        try await Task.sleep(for: .seconds(3))
        #expect(try ChildProcess.run("curl", ["-sS", "-f", alive.url]).status == 0)
        #expect(try ChildProcess.run("curl", ["-sS", "-f", expired.url]).status == 22)
    }

    @Test("moto: uploads that nobody ends are swept, but only below the prefix")
    func sweep() async throws {
        let store = try RunningServers.store(RunningServers.moto.get(), prefix: "sweep")
        let inside = try await store.beginUpload(ObjectKey(validating: "job/1/a.csv"), contentType: "text/csv")
        let outside = try await store.beginUpload(ObjectKey(validating: "other/a.csv"), contentType: "text/csv")
        for upload in [inside, outside] { try await upload.write([UInt8](repeating: 1, count: 20 << 20)) }
        try await store.sweep(prefix: "job/") { _ in true }
        // This server answers 500 where others say NoSuchUpload.
        await #expect(throws: JobError.self) { _ = try await inside.complete(mode: .overwrite) }
        _ = try await outside.complete(mode: .createOnly)
        #expect(try await store.list(prefix: "").map(\.key.text) == ["other/a.csv"])
    }

    @Test(
        "Objects around the size of a part round-trip",
        arguments: [5 << 20, (5 << 20) - 1, (5 << 20) + 1, 10 << 20, (20 << 20) + 12345])
    func sizes(count: Int) async throws {
        let server = try RunningServers.moto.get()
        let store = S3Store(
            try S3Location(
                validating: server.storeURL(prefix: "sizes") + "&partBytes=\(5 << 20)", region: nil),
            sender: HTTPClient(HTTPClientOptions(userAgent: "tests", allowedSchemes: ["http"])),
            credentials: FixedCredentials(
                AWSCredentials(
                    accessKeyID: S3Server.accessKeyID, secretAccessKey: Secret(S3Server.secretAccessKey))))
        var random = SeededRandom(seed: UInt64(count))
        let pattern = (0..<8191).map { _ in UInt8.random(in: 0...255, using: &random) }
        var contents: [UInt8] = []
        contents.reserveCapacity(count + pattern.count)
        while contents.count < count { contents += pattern }
        contents.removeLast(contents.count - count)
        let key = try ObjectKey(validating: "\(count).bin")
        let upload = try await store.beginUpload(key, contentType: "a/b")
        var taken = 0
        while taken < count {
            let end = min(count, taken + 1_234_567)
            try await upload.write(Array(contents[taken..<end]))
            taken = end
        }
        let info = try await upload.complete(mode: .createOnly)
        #expect(info.size == count)
        #expect(try await store.get(key, range: nil).bytes == contents)
        #expect(info.tag.rawValue.contains("-") == (count > 5 << 20))
    }
}
