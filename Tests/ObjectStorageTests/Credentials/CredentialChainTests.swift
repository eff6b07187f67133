import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Synchronization
import Testing

/// Gives what the test says, and counts how often it was asked.
final class ScriptedSource: CredentialProvider {
    let name: String
    private let count = Mutex(0)
    private let gate: Gate?
    private let answers: @Sendable (Int) -> Result<AWSCredentials?, JobError>

    init(
        _ name: String = "scripted", gate: Gate? = nil,
        _ answers: @escaping @Sendable (Int) -> Result<AWSCredentials?, JobError>
    ) {
        self.name = name
        self.gate = gate
        self.answers = answers
    }

    var loads: Int { count.withLock { $0 } }

    func load() async throws(JobError) -> AWSCredentials? {
        let number = count.withLock { count in
            count += 1
            return count
        }
        await gate?.pass()
        return try answers(number).get()
    }
}

/// Lets callers wait until it is opened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

extension CredentialChain {
    /// Credentials that live that many seconds after the beginning of 1970.
    fileprivate func current(at seconds: Int64) async throws(JobError) -> AWSCredentials {
        try await current(now: Instant(seconds: seconds))
    }
}

@Suite("Chain of credentials")
struct CredentialChainTests {
    /// Credentials that end at that time, in seconds since 1970.
    static func keys(_ name: String, until end: Int64?) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: name, secretAccessKey: Secret("CANARY"), sessionToken: Secret("CANARY"),
            expiresAt: end.map { Instant(seconds: $0) })
    }

    static let failure = JobError(.credentialsUnavailable, "it failed")

    @Test("The order of the sources is that of the AWS SDKs, and the first that is configured is taken")
    func order() async throws {
        var variables = [
            "AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s", "HOME": "/h",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "r", "AWS_REGION": "eu-central-1",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c",
        ]
        var files = [
            "/h/.aws/credentials": "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s",
            "/token": "t",
        ]
        let sender = ScriptedSender { request, _ in
            if request.url.contains("sts") { return .text(200, Answer.xml) }
            if request.url.hasSuffix("/c") { return .text(200, Answer.json(key: "AKIDCONTAINER")) }
            return .text(200, request.url.hasSuffix("role") ? Answer.json(key: "AKIDMACHINE") : "role")
        }
        func next() async throws -> [String?] {
            let chain = CredentialChain(CredentialContext(variables, files: files, sender))
            return [try await chain.current(at: 0).accessKeyID, await chain.source]
        }
        #expect(try await next() == ["AKIDENV", "environment"])
        variables["AWS_ACCESS_KEY_ID"] = nil
        variables["AWS_SECRET_ACCESS_KEY"] = nil
        #expect(try await next() == ["AKIDFILE", "shared files"])
        files["/h/.aws/credentials"] = nil
        #expect(try await next() == ["ASIATEST", "web identity"])
        variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = nil
        #expect(try await next() == ["AKIDCONTAINER", "container endpoint"])
        variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = nil
        #expect(try await next() == ["AKIDMACHINE", "instance metadata"])
    }

    @Test("When nothing is configured the error lists where it was looked and what to set")
    func missing() async throws {
        let chain = CredentialChain(CredentialContext())
        let error = await #expect(throws: JobError.self) { try await chain.current(at: 0) }
        #expect(error?.code == .credentialsMissing)
        #expect(error?.exitCode == .configuration)
        #expect(
            error?.message == "found no AWS credentials; looked at: environment, shared files, web identity, "
                + "container endpoint, instance metadata")
        #expect(error?.hint?.contains("AWS_ACCESS_KEY_ID") == true)
    }

    @Test("A source that is configured but fails ends the search")
    func failing() async throws {
        let first = ScriptedSource { _ in .failure(Self.failure) }
        let second = ScriptedSource { _ in .success(Self.keys("b", until: nil)) }
        let chain = CredentialChain([first, second])
        await expectCode("credentials_unavailable", .temporary) { _ = try await chain.current(at: 0) }
        #expect(second.loads == 0)
    }

    @Test("Credentials without an end are loaded once, others again five minutes before their end")
    func renewal() async throws {
        let lasting = ScriptedSource { _ in .success(Self.keys("a", until: nil)) }
        let forever = CredentialChain([lasting])
        for now in [0, 1, 1 << 40] as [Int64] { _ = try await forever.current(at: now) }
        #expect(lasting.loads == 1)

        let source = ScriptedSource { .success(Self.keys("a\($0)", until: Int64($0) * 10_000)) }
        let chain = CredentialChain([source])
        for (now, wanted) in [(0, "a1"), (9_699, "a1"), (9_700, "a2"), (19_699, "a2"), (19_700, "a3")]
            as [(Int64, String)]
        {
            #expect(try await chain.current(at: now).accessKeyID == wanted)
        }
    }

    @Test("When a renewal fails the old credentials serve to their end, and the source is not asked at every call")
    func failedRenewal() async throws {
        let source = ScriptedSource { $0 == 1 ? .success(Self.keys("a", until: 1_000)) : .failure(Self.failure) }
        let chain = CredentialChain([source])
        for now in [0, 700, 701, 759] as [Int64] {
            #expect(try await chain.current(at: now).accessKeyID == "a")
        }
        #expect(source.loads == 2)
        #expect(try await chain.current(at: 760).accessKeyID == "a")
        #expect(source.loads == 3)
        #expect(try await chain.current(at: 999).accessKeyID == "a")
        await expectCode("credentials_unavailable", .temporary) { _ = try await chain.current(at: 1_000) }
    }

    @Test("Credentials with little life are taken but not asked for at every call; dead ones are not taken")
    func shortLife() async throws {
        let source = ScriptedSource { _ in .success(Self.keys("a", until: 100)) }
        let chain = CredentialChain([source])
        for now in [0, 30, 59] as [Int64] { _ = try await chain.current(at: now) }
        #expect(source.loads == 1)
        _ = try await chain.current(at: 60)
        #expect(source.loads == 2)
        await expectCode("credentials_unavailable", .temporary) { _ = try await chain.current(at: 100) }
    }

    @Test("A renewal asks the source that was chosen, even when it is silent then")
    func chosen() async throws {
        let source = ScriptedSource("machine") { .success($0 == 1 ? Self.keys("a", until: 1_000) : nil) }
        let other = ScriptedSource { _ in .success(Self.keys("b", until: nil)) }
        let chain = CredentialChain([source, other])
        #expect(try await chain.current(at: 0).accessKeyID == "a")
        await expectCode("credentials_unavailable", .temporary) { _ = try await chain.current(at: 2_000) }
        #expect(other.loads == 0)
    }

    @Test("What was called expired is loaded again, once for all who were refused")
    func invalidate() async throws {
        let source = ScriptedSource { .success(Self.keys("a\($0)", until: nil)) }
        let chain = CredentialChain([source])
        let first = try await chain.current(at: 0)
        await chain.invalidate(first)
        #expect(try await chain.current(at: 0).accessKeyID == "a2")
        await chain.invalidate(first)
        #expect(try await chain.current(at: 0).accessKeyID == "a2")
        await chain.invalidate()
        #expect(try await chain.current(at: 0).accessKeyID == "a3")
        #expect(source.loads == 3)
    }

    @Test("Refused credentials do not come back when loading fails")
    func invalidateAndFail() async throws {
        let source = ScriptedSource { $0 == 2 ? .failure(Self.failure) : .success(Self.keys("a\($0)", until: nil)) }
        let chain = CredentialChain([source])
        _ = try await chain.current(at: 0)
        await chain.invalidate()
        await expectCode("credentials_unavailable", .temporary) { _ = try await chain.current(at: 0) }
        #expect(try await chain.current(at: 0).accessKeyID == "a3")
    }

    @Test("Callers that come together share one load")
    func singleFlight() async throws {
        let gate = Gate()
        let source = ScriptedSource(gate: gate) { .success(Self.keys("a\($0)", until: nil)) }
        let chain = CredentialChain([source])
        let names = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await chain.current(at: 0).accessKeyID } }
            group.addTask {
                while source.loads == 0 { await Task.yield() }
                await gate.open()
                return "a1"
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(names == ["a1"])
        #expect(source.loads == 1)
    }
}
