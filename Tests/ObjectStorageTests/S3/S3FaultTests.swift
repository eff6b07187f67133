import HTTPTransport
import JobCore
import ObjectStorage
import Signing
import Synchronization
import Testing

@Suite("S3 store and faults")
struct S3FaultTests {
    /// An answer, and whether the same request is worth another try.
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        let code: String
        let isRetried: Bool
        var testDescription: String { "\(status) \(code)" }
    }

    static let rows: [Row] = [
        Row(status: 500, code: "InternalError", isRetried: true), Row(status: 502, code: "", isRetried: true),
        Row(status: 503, code: "SlowDown", isRetried: true), Row(status: 504, code: "", isRetried: true),
        Row(status: 429, code: "TooManyRequests", isRetried: true), Row(status: 408, code: "", isRetried: true),
        Row(status: 400, code: "RequestTimeout", isRetried: true),
        Row(status: 400, code: "BadDigest", isRetried: true),
        Row(status: 409, code: "ConditionalRequestConflict", isRetried: true),
        Row(status: 400, code: "InvalidArgument", isRetried: false), Row(status: 401, code: "", isRetried: false),
        Row(status: 403, code: "AccessDenied", isRetried: false), Row(status: 404, code: "", isRetried: false),
        Row(status: 405, code: "MethodNotAllowed", isRetried: false), Row(status: 411, code: "", isRetried: false),
        Row(status: 412, code: "PreconditionFailed", isRetried: false),
        Row(status: 416, code: "InvalidRange", isRetried: false),
        Row(status: 501, code: "NotImplemented", isRetried: false),
        Row(status: 404, code: "NoSuchBucket", isRetried: false),
    ]

    @Test("Faults that pass are tried again, others are not", arguments: rows)
    func retried(row: Row) async throws {
        let scripted = try ScriptedStore { _, number in
            number == 0
                ? .refusal(row.status, row.code)
                : .answer(200, ["ETag": "\"t\"", "Content-Length": "1", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"], "x")
        }
        let object = try? await scripted.store.get(ScriptedStore.key, range: nil)
        #expect((object != nil) == row.isRetried)
        #expect(scripted.sender.requests.filter { $0.method == "GET" }.count == (row.isRetried ? 2 : 1))
    }

    @Test("Broken connections are tried again, refused certificates are not", arguments: HTTPFailure.Kind.allCases)
    func transport(kind: HTTPFailure.Kind) async throws {
        let scripted = try ScriptedStore { _, number in number == 0 ? .failed(kind) : .answer(204) }
        let isDone = (try? await scripted.store.delete(ScriptedStore.key)) != nil
        #expect(isDone == HTTPFailure(kind, "").isTransient)
    }

    @Test("Throttles wait a second and more, other faults a twentieth; every try is signed afresh")
    func delays() async throws {
        let slow = try ScriptedStore(random: 0.999) { _, number in
            number < 4 ? .refusal(503, "SlowDown") : .answer(204)
        }
        try await slow.store.delete(ScriptedStore.key)
        #expect(zip(slow.delays, [1, 2, 4, 8]).allSatisfy { abs($0 - $1) < 0.01 * $1 })
        let broken = try ScriptedStore(random: 0.999) { _, number in number < 3 ? .answer(500) : .answer(204) }
        try await broken.store.delete(ScriptedStore.key)
        #expect(zip(broken.delays, [0.05, 0.1, 0.2]).allSatisfy { abs($0 - $1) < 0.01 * $1 })
        let asked = try ScriptedStore(random: 0) { _, number in
            number < 1 ? .answer(503, ["Retry-After": "3"]) : .answer(204)
        }
        try await asked.store.delete(ScriptedStore.key)
        #expect(asked.delays == [3])
    }

    @Test("When everything fails, all requests together are tried again at most 35 times")
    func quota() async throws {
        let quota = RetryQuota()
        let scripted = try ScriptedStore(quota: quota) { _, _ in .answer(500) }
        for _ in 0..<20 {
            await expectCode("store_unavailable", .temporary) { try await scripted.store.delete(ScriptedStore.key) }
        }
        #expect(scripted.sender.requests.count - 20 == 35)
    }

    @Test("A clock that is an hour off is corrected by the store's once")
    func skew() async throws {
        let dates = Mutex<[String]>([])
        let scripted = try ScriptedStore { request, _ in
            let date = request.field("x-amz-date") ?? ""
            dates.withLock { $0.append(date) }
            if date.hasPrefix("20260101T01") { return .answer(204) }
            return .refusal(403, "RequestTimeTooSkewed", ["Date": "Thu, 01 Jan 2026 01:00:00 GMT"])
        }
        try await scripted.store.delete(ScriptedStore.key)
        try await scripted.store.delete(ScriptedStore.key)
        #expect(dates.withLock { $0 } == ["20260101T000000Z", "20260101T010000Z", "20260101T010000Z"])
        let hopeless = try ScriptedStore { _, _ in
            .refusal(403, "RequestTimeTooSkewed", ["Date": "Thu, 01 Jan 2026 01:00:00 GMT"])
        }
        await expectCode("clock_wrong", .configuration) { try await hopeless.store.delete(ScriptedStore.key) }
    }

    @Test("Credentials that have ended are loaded anew once")
    func endedCredentials() async throws {
        let source = RenewableKeys()
        let scripted = try ScriptedStore(credentials: source) { request, _ in
            request.field("Authorization")?.contains("AKID1") == true ? .answer(204) : .refusal(400, "ExpiredToken")
        }
        try await scripted.store.delete(ScriptedStore.key)
        #expect(scripted.sender.requests.count == 2)
        let hopeless = try ScriptedStore { _, _ in .refusal(400, "ExpiredToken") }
        await expectCode("store_credentials_expired", .configuration) {
            try await hopeless.store.delete(ScriptedStore.key)
        }
    }

    @Test("A redirect to another region signs for it, on hosts of AWS alone")
    func redirect() async throws {
        let answers: @Sendable (HTTPRequest, Int) -> Result<HTTPResponse, HTTPFailure> = { request, _ in
            request.field("Authorization")?.contains("/eu-west-1/") == true
                ? .answer(204) : .refusal(301, "PermanentRedirect", ["x-amz-bucket-region": "eu-west-1"])
        }
        let aws = try ScriptedStore("s3://bucket", answers: answers)
        try await aws.store.delete(ScriptedStore.key)
        #expect(
            aws.sender.requests.map(\.url) == [
                "https://bucket.s3.us-east-1.amazonaws.com/a", "https://bucket.s3.eu-west-1.amazonaws.com/a",
            ])
        let other = try ScriptedStore(answers: answers)
        try await other.store.delete(ScriptedStore.key)
        #expect(other.sender.requests.allSatisfy { $0.url == "https://store.example/bucket/p/a" })
        let elsewhere = try ScriptedStore { _, _ in
            .refusal(307, "TemporaryRedirect", ["Location": "https://evil.example/bucket/p/a"])
        }
        await expectCode("store_region_wrong", .configuration) {
            try await elsewhere.store.delete(ScriptedStore.key)
        }
        #expect(elsewhere.sender.requests.count == 1)
    }
}

/// Credentials that are others after each invalidation.
private final class RenewableKeys: CredentialSource {
    private let number = Mutex(0)

    func current(now: Instant) async throws(JobError) -> AWSCredentials {
        AWSCredentials(accessKeyID: "AKID\(number.withLock { $0 })", secretAccessKey: Secret("s"))
    }

    func invalidate() async { number.withLock { $0 += 1 } }
}
