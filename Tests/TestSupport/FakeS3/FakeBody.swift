import Signing

/// A received body, whole or only its ends.
struct FakeBody: Sendable {
    let count: Int
    /// Everything, or the first bytes.
    let head: [UInt8]
    /// The last bytes of a body that was not kept.
    let tail: [UInt8]
    let sha256: SHA256Digest
    /// MD5, or in counting mode something as good for an ETag.
    let tag: [UInt8]
    /// The MD5 when it was computed.
    let md5: [UInt8]?

    /// Bytes of a range; what was not kept is zero.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        if range.upperBound <= head.count { return Array(head[range]) }
        return range.map { index in
            if index < head.count { return head[index] }
            return index >= count - tail.count ? tail[index - (count - tail.count)] : 0
        }
    }
}

/// Digests a body while it comes.
struct FakeBodySink: ~Copyable {
    private static let keptWhole = 1 << 20
    private static let keptEnd = 1 << 10

    private var sha256 = SHA256Hasher()
    private var md5: FakeMD5?
    private let keepsAll: Bool
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private(set) var count = 0

    init(expected: Int, counting: Bool, contentMD5: Bool) {
        keepsAll = !counting || expected <= Self.keptWhole
        md5 = keepsAll || contentMD5 ? FakeMD5() : nil
        if keepsAll { head.reserveCapacity(expected) }
    }

    mutating func add(_ bytes: [UInt8], range: Range<Int>) {
        sha256.update(bytes, range: range)
        if var hasher = md5.take() {
            hasher.update(bytes, range: range)
            md5 = consume hasher
        }
        count += range.count
        if keepsAll {
            head.append(contentsOf: bytes[range])
            return
        }
        if head.count < Self.keptEnd { head.append(contentsOf: bytes[range].prefix(Self.keptEnd - head.count)) }
        tail.append(contentsOf: bytes[range].suffix(Self.keptEnd))
        tail = Array(tail.suffix(Self.keptEnd))
    }

    consuming func finish() -> FakeBody {
        let digest = sha256.finish()
        let known = md5.take()?.finish()
        return FakeBody(
            count: count, head: head, tail: tail, sha256: digest, tag: known ?? Array(digest.bytes.prefix(16)),
            md5: known)
    }

    static func body(_ bytes: [UInt8]) -> FakeBody {
        var sink = FakeBodySink(expected: bytes.count, counting: false, contentMD5: true)
        sink.add(bytes, range: bytes.indices)
        return sink.finish()
    }
}
