import HTTPTransport
import JobCore
import ObjectStorage
import Synchronization
import Testing

/// Replies that are lost, or that say one thing and mean another.
@Suite("S3 store and doubt")
struct S3DoubtTests {
    /// A bucket of one object that performs writes and may lose the reply.
    private final class Bucket: Sendable {
        struct State {
            var fields: [String: String]?
            var isUploading = false
            var completions = 0
        }

        let state = Mutex(State())

        func head() -> Result<HTTPResponse, HTTPFailure> {
            guard var fields = state.withLock({ $0.fields }) else { return .answer(404) }
            fields["ETag"] = "\"t\""
            fields["Date"] = "Thu, 01 Jan 2026 00:00:00 GMT"
            return .answer(200, fields)
        }

        func store(_ request: HTTPRequest, size: Int) {
            let id = request.field("x-amz-meta-write-id") ?? "none"
            state.withLock { $0.fields = ["x-amz-meta-write-id": id, "Content-Length": String(size)] }
        }
    }

    @Test("A write that took place although its reply was lost is known by its name")
    func lostReplyOfPut() async throws {
        let bucket = Bucket()
        let scripted = try ScriptedStore { request, number in
            if request.method == "HEAD" { return bucket.head() }
            if number > 0 { return .refusal(412, "PreconditionFailed") }
            bucket.store(request, size: 3)
            return .failed(.stalled)
        }
        let info = try await scripted.store.put(
            [1, 2, 3], at: ScriptedStore.key, contentType: "a/b", mode: .createOnly)
        #expect(info.tag.rawValue == "t")
    }

    @Test("Another's object is not taken for the own one")
    func foreignObject() async throws {
        let bucket = Bucket()
        bucket.state.withLock { $0.fields = ["x-amz-meta-write-id": "other", "Content-Length": "3"] }
        let scripted = try ScriptedStore { request, number in
            if request.method == "HEAD" { return bucket.head() }
            return number == 0 ? .failed(.interrupted) : .refusal(412, "PreconditionFailed")
        }
        await expectCode("precondition_failed", .temporary) {
            _ = try await scripted.store.put([1, 2, 3], at: ScriptedStore.key, contentType: "a/b", mode: .createOnly)
        }
    }

    @Test("A missing object under a condition is a lost one, by 404 as by 412", arguments: [404, 412])
    func missingUnderCondition(status: Int) async throws {
        let scripted = try ScriptedStore { request, _ in
            if request.method == "HEAD" { return .answer(404) }
            return .refusal(status, status == 404 ? "NoSuchKey" : "PreconditionFailed")
        }
        await expectCode("precondition_failed", .temporary) {
            _ = try await scripted.store.put(
                [1], at: ScriptedStore.key, contentType: "a/b", mode: .updateIfMatches(ObjectTag(rawValue: "x")))
        }
    }

    /// How the completion of an upload is answered, try by try; whether it takes place; how the upload ends.
    struct Completion: Sendable, CustomTestStringConvertible {
        let name: String
        let isDone: Bool
        let byOther: Bool
        let code: String?
        let answers: @Sendable (Int) -> Result<HTTPResponse, HTTPFailure>
        var testDescription: String { name }
    }

    private static let finished =
        "<CompleteMultipartUploadResult><ETag>&quot;t&quot;</ETag></CompleteMultipartUploadResult>"

    static let completions = [
        Completion(name: "reply lost, then NoSuchUpload", isDone: true, byOther: false, code: nil) {
            $0 == 0 ? .failed(.interrupted) : .refusal(404, "NoSuchUpload")
        },
        Completion(name: "reply lost, object of another", isDone: true, byOther: true, code: "upload_lost") {
            $0 == 0 ? .failed(.interrupted) : .refusal(404, "NoSuchUpload")
        },
        Completion(name: "error inside 200, then success", isDone: false, byOther: false, code: nil) {
            $0 == 0
                ? .answer(200, [:], "\n \n   <Error><Code>InternalError</Code></Error>")
                : .answer(200, [:], finished)
        },
        Completion(name: "error inside 200 for ever", isDone: false, byOther: false, code: "store_unavailable") { _ in
            .answer(200, [:], "<Error><Code>InternalError</Code></Error>")
        },
        Completion(name: "200 without a body", isDone: false, byOther: false, code: "store_answer_unreadable") { _ in
            .answer(200)
        },
        Completion(name: "part refused", isDone: false, byOther: false, code: "store_refused") { _ in
            .refusal(400, "InvalidPart")
        },
    ]

    @Test("The completion of an upload is believed only when the object is there", arguments: completions)
    func completion(row: Completion) async throws {
        let bucket = Bucket()
        let deleted = Mutex(0)
        let url = "s3://bucket?endpoint=https://store.example&partBytes=\(5 << 20)"
        let scripted = try ScriptedStore(url) { request, _ in
            switch request.method {
            case "HEAD": return bucket.head()
            case "DELETE":
                deleted.withLock { $0 += 1 }
                return .answer(204)
            case "PUT": return .answer(200, ["ETag": "\"p\""])
            default: break
            }
            if request.url.hasSuffix("uploads=") {
                if row.isDone {
                    bucket.store(request, size: 6 << 20)
                    if row.byOther { bucket.state.withLock { $0.fields?["x-amz-meta-write-id"] = "other" } }
                }
                let result = "InitiateMultipartUploadResult"
                return .answer(200, [:], "<\(result)><UploadId>u</UploadId></\(result)>")
            }
            let number = bucket.state.withLock { state in
                defer { state.completions += 1 }
                return state.completions
            }
            return row.answers(number)
        }
        let upload = try await scripted.store.beginUpload(ScriptedStore.key, contentType: "a/b")
        try await upload.write([UInt8](repeating: 1, count: 6 << 20))
        do {
            let info = try await upload.complete(mode: .overwrite)
            #expect(row.code == nil)
            #expect(info.tag.rawValue == "t")
            #expect(info.size == 6 << 20)
            #expect(deleted.withLock { $0 } == 0)
        } catch {
            #expect(error.code.rawValue == row.code)
        }
    }

    @Test("A body damaged on its way is sent once more, then given up")
    func damagedBody() async throws {
        let scripted = try ScriptedStore { _, _ in .refusal(400, "BadDigest") }
        await expectCode("store_checksum_wrong", .protocolError) {
            _ = try await scripted.store.put([1], at: ScriptedStore.key, contentType: "a/b", mode: .overwrite)
        }
        #expect(scripted.sender.requests.count == 2)
        #expect(scripted.sender.requests.allSatisfy { $0.field("Content-MD5") == "VaVACK0bpYmqIQ0mKcHfQQ==" })
    }
}
