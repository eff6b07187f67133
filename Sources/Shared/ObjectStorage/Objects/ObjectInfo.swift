/// Names one version of an object's contents (an ETag, RFC 9110 section 8.8.3, without quotes).
package struct ObjectTag: Sendable, Hashable {
    package let rawValue: String

    /// A tag as a store gave it.
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// What a store knows of an object without its contents.
package struct ObjectInfo: Sendable, Equatable {
    package let key: ObjectKey
    /// Length of the contents in bytes.
    package let size: Int
    package let tag: ObjectTag
    /// Microseconds since 1970-01-01 UTC, by the store's clock.
    package let lastModifiedMicroseconds: Int64

    package init(key: ObjectKey, size: Int, tag: ObjectTag, lastModifiedMicroseconds: Int64) {
        self.key = key
        self.size = size
        self.tag = tag
        self.lastModifiedMicroseconds = lastModifiedMicroseconds
    }
}

/// An object, or the part of it that was asked for.
package struct StoredObject: Sendable {
    /// Describes the whole object, also when `bytes` is a part.
    package let info: ObjectInfo
    package let bytes: [UInt8]
    /// When it was read, in microseconds since 1970-01-01 UTC, by the same clock as `lastModifiedMicroseconds`.
    package let readAtMicroseconds: Int64

    package init(info: ObjectInfo, bytes: [UInt8], readAtMicroseconds: Int64) {
        self.info = info
        self.bytes = bytes
        self.readAtMicroseconds = readAtMicroseconds
    }
}

/// A URL that does one thing with one object without further credentials.
package struct ObjectLink: Sendable, Equatable {
    /// A secret while it lives, unless it names a file.
    package let url: String
    /// Microseconds since 1970-01-01 UTC; `nil`: never.
    package let expiresAtMicroseconds: Int64?

    package init(url: String, expiresAtMicroseconds: Int64?) {
        self.url = url
        self.expiresAtMicroseconds = expiresAtMicroseconds
    }
}

/// What must hold for a write to take place; checked and written as one step.
package enum PutMode: Sendable, Equatable {
    /// Always writes.
    case overwrite
    /// Writes when no object has the key.
    case createOnly
    /// Writes when the object is there and still has the tag.
    case updateIfMatches(ObjectTag)
}
