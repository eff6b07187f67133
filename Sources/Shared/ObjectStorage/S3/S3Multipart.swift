import HTTPTransport
import JobCore

/// The requests of one multipart upload
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html).
struct S3Multipart: Sendable {
    /// A part the store has.
    struct Part: Sendable {
        let number: Int
        /// As the store gave it, quotes included.
        let tag: String
    }

    /// Seconds an abort may take: the process may have been told to end.
    private static let secondsToAbort = 1.5

    private let key: ObjectKey
    let uploadID: String
    private let writeID: String
    private let store: S3Store

    /// Starts an upload.
    static func begin(
        _ key: ObjectKey, _ contentType: String, _ writeID: String, _ store: S3Store
    ) async throws(JobError) -> S3Multipart {
        var operation = S3Operation("POST", key, verb: "begin the upload of")
        operation.query = [("uploads", "")]
        operation.fields = [("Content-Type", contentType), (S3Object.writeField, writeID)]
        let answer = try await store.client.perform(operation)
        let document = try store.document(answer, operation, nil)
        guard let id = document["UploadId"], !id.isEmpty else { throw S3Failure.unreadable(operation.subject) }
        // A try whose reply was lost has begun an upload that nobody will end.
        if answer.failures > 0 { try await store.sweepUploads(prefix: key.text) { $1 != id } }
        return S3Multipart(key: key, uploadID: id, writeID: writeID, store: store)
    }

    /// Stores a part; the same number again replaces it.
    func send(_ bytes: [UInt8], number: Int) async throws(JobError) -> Part {
        var operation = S3Operation("PUT", key, verb: "write part \(number) of")
        operation.query = [("partNumber", String(number)), ("uploadId", uploadID)]
        operation.body = bytes
        let answer = try await store.client.perform(operation)
        guard answer.isSuccess else { throw gone() }
        guard let tag = answer.head["ETag"] else { throw S3Failure.unreadable(operation.subject) }
        return Part(number: number, tag: tag)
    }

    /// Makes the parts one object.
    ///
    /// Throws `precondition_failed` and, when the upload is no longer there, `upload_lost`.
    func complete(_ parts: [Part], size: Int, mode: PutMode) async throws(JobError) -> ObjectInfo {
        var operation = S3Operation("POST", key, verb: "complete the upload of")
        operation.query = [("uploadId", uploadID)]
        operation.fields = [("Content-Type", "application/xml")]
        // Google's interface knows no conditions here; keys of attempts are unique, so nothing is lost.
        if store.dialect == .s3 { operation.fields += S3Object.condition(mode, .s3, store.client.conditions.form) }
        operation.body = Array(Self.document(parts).utf8)
        let answer: S3Answer
        do throws(JobError) {
            answer = try await store.client.perform(operation)
        } catch {
            guard error.code == .storeConditionsMissing, mode == .createOnly else { throw error }
            // Some know conditions for single writes only; the keys of uploads are their attempt's own.
            let condition = operation.condition
            operation.fields.removeAll { $0.name == condition }
            answer = try await store.client.perform(operation)
        }
        if answer.isSuccess, let document = XMLElement(answer.body), let tag = document["ETag"], !tag.isEmpty,
            document.name == "CompleteMultipartUploadResult", store.dialect == .s3
        {
            return ObjectInfo(
                key: key, size: size, tag: S3Object.tag(tag), lastModified: S3Object.time(answer.head))
        }
        // The reply may have been lost, or not be one: what is stored decides.
        if let info = try await store.ownWrite(key, writeID, size) { return info }
        switch answer.verdict {
        case .preconditionFailed: throw StoreFailure.precondition(key, mode)
        case .notFound where mode != .overwrite: throw StoreFailure.precondition(key, mode)
        case .success: throw S3Failure.unreadable(operation.subject)
        default: throw gone()
        }
    }

    /// Drops the parts, also when the task is cancelled.
    func abort() async {
        // A task of its own: a cancelled one could not send the request.
        await Task {
            try? await store.abort(key, uploadID, seconds: Self.secondsToAbort)
        }.value
    }

    private func gone() -> JobError {
        JobError(
            .uploadLost, "the upload of object \(key) is no longer there")
    }

    private static func document(_ parts: [Part]) -> String {
        var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for part in parts {
            let tag = part.tag.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
            text += "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(tag)</ETag></Part>"
        }
        return text + "</CompleteMultipartUpload>"
    }
}
