import JobCore

/// The errors every kind of store throws, so that callers can rely on the codes.
enum StoreFailure {
    /// Another writer was first.
    static func precondition(_ key: ObjectKey, _ mode: PutMode) -> JobError {
        let reason =
            switch mode {
            case .createOnly: "is already there"
            case .updateIfMatches, .overwrite: "was changed or removed by another writer"
            }
        return JobError(.preconditionFailed, "object \(key) \(reason)")
    }

    /// No object has the key.
    static func notFound(_ key: ObjectKey) -> JobError {
        JobError(.objectNotFound, "there is no object \(key)")
    }

    /// A part was asked for that the object does not have.
    static func invalidRange(_ key: ObjectKey, _ range: Range<Int>, size: Int) -> JobError {
        JobError(
            .invalidRange,
            "bytes \(range.lowerBound)..<\(range.upperBound) are not inside object \(key) of \(size) bytes")
    }

    /// The object is not the version that reading began with.
    static func changed(_ key: ObjectKey) -> JobError {
        JobError(
            .sourceChanged, "object \(key) was changed while it was read",
            hint: "start again when nothing writes to it any more")
    }

    /// A read came after the reader was closed.
    static func readerClosed(_ key: ObjectKey) -> JobError {
        JobError(.readerClosed, "the reader of object \(key) is already closed")
    }

    /// A write or a completion came after the upload had ended.
    static func uploadEnded(_ key: ObjectKey) -> JobError {
        JobError(.uploadEnded, "the upload of object \(key) has already ended")
    }
}
