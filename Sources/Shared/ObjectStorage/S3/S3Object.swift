import HTTPTransport
import JobCore

/// What header fields and listings say of an object.
enum S3Object {
    /// The field that carries a name for one write of ours, to know it again after a lost reply.
    static let writeField = "x-amz-meta-write-id"

    /// The version an answer speaks of; `nil` when it names none.
    static func tag(_ head: HTTPHead, _ dialect: S3Location.Dialect) -> ObjectTag? {
        switch dialect {
        case .s3: head["ETag"].map(tag)
        case .gcs: (head["x-goog-generation"]).map(ObjectTag.init(rawValue:))
        }
    }

    /// An ETag without its quotes.
    static func tag(_ text: String) -> ObjectTag {
        ObjectTag(rawValue: text.filter { $0 != "\"" })
    }

    /// Describes the object of a HEAD or GET; the size is that of the whole object.
    static func info(
        _ key: ObjectKey, _ head: HTTPHead, _ dialect: S3Location.Dialect
    ) throws(JobError) -> ObjectInfo {
        guard let tag = tag(head, dialect), let size = size(head) else { throw S3Failure.unreadable("object \(key)") }
        let modified = head["Last-Modified"].flatMap(HTTPDate.parse) ?? time(head)
        return ObjectInfo(key: key, size: size, tag: tag, lastModified: modified)
    }

    /// The store's clock.
    static func time(_ head: HTTPHead) -> Instant {
        head["Date"].flatMap(HTTPDate.parse) ?? WallClock.now()
    }

    /// The size behind the slash of `Content-Range`, or else `Content-Length`.
    static func size(_ head: HTTPHead) -> Int? {
        let text =
            head["Content-Range"].map { $0.split(separator: "/").last ?? "" } ?? head["Content-Length"].map { $0[...] }
        return text.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The fields that put a condition on a write.
    static func condition(
        _ mode: PutMode, _ dialect: S3Location.Dialect, _ form: S3Conditions.Form = .quoted
    ) -> [(name: String, value: String)] {
        switch (mode, dialect) {
        case (.overwrite, _): []
        case (.createOnly, .s3): [("If-None-Match", "*")]
        case (.updateIfMatches(let tag), .s3): [("If-Match", form == .quoted ? "\"\(tag.rawValue)\"" : tag.rawValue)]
        case (.createOnly, .gcs): [("x-goog-if-generation-match", "0")]
        case (.updateIfMatches(let tag), .gcs): [("x-goog-if-generation-match", tag.rawValue)]
        }
    }

    /// The fields that read one version only.
    static func readCondition(
        _ tag: ObjectTag, _ dialect: S3Location.Dialect
    ) -> [(name: String, value: String)] {
        switch dialect {
        case .s3: [("If-Match", "\"\(tag.rawValue)\"")]
        case .gcs: [("x-goog-if-generation-match", tag.rawValue)]
        }
    }
}
