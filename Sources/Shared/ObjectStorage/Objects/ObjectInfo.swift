package import JobCore

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
    /// By the store's clock.
    package let lastModified: Instant

    package init(key: ObjectKey, size: Int, tag: ObjectTag, lastModified: Instant) {
        self.key = key
        self.size = size
        self.tag = tag
        self.lastModified = lastModified
    }
}

/// An object, or the part of it that was asked for.
package struct StoredObject: Sendable {
    /// Describes the whole object, also when `bytes` is a part.
    package let info: ObjectInfo
    package let bytes: [UInt8]
    /// When it was read, by the same clock as `lastModified`.
    package let readAt: Instant

    package init(info: ObjectInfo, bytes: [UInt8], readAt: Instant) {
        self.info = info
        self.bytes = bytes
        self.readAt = readAt
    }
}

/// A URL that does one thing with one object without further credentials.
package struct ObjectLink: Sendable, Equatable {
    /// A secret while it lives, unless it names a file.
    package let url: String
    /// `nil`: never.
    package let expiresAt: Instant?

    package init(url: String, expiresAt: Instant?) {
        self.url = url
        self.expiresAt = expiresAt
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
