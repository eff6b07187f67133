internal import Compression
internal import JobCore
internal import ObjectStorage

/// Reads the refused rows of one object, one after the other.
///
/// Used by one task.
final class RejectReader {
    /// Where the compressed bytes come from.
    enum Source {
        case memory([UInt8])
        case object(any ObjectReader)
    }

    private let part: RejectPart
    private var source: Source
    private var decompressor: Decompressor
    /// Compressed bytes, and how many of them are used up.
    private var packed: [UInt8] = []
    private var taken = 0
    private var isAtEnd = false
    /// What was decompressed and is not read, from `position` on.
    private var plain: [UInt8] = []
    private var position = 0
    private var chunk: [UInt8] = []
    private var rows = 0

    init(_ part: RejectPart, _ source: Source) throws(JobError) {
        self.part = part
        self.source = source
        // Rows that are all the same are no bomb: this program has written them.
        decompressor = try Decompressor(.zstd, limits: DecompressionLimits(chunkBytes: 1 << 18, maxRatio: nil))
    }

    /// The next row; `nil` behind the last one.
    ///
    /// Throws `rejects_unreadable` (76) when the object is not what was stored.
    func next() async throws -> RejectRecord? {
        if rows == part.rows {
            // The checksum comes at the end.
            guard try await !fill(1), isComplete else { throw Self.unreadable(part) }
            return nil
        }
        let numbers = try await line()
        var texts: [String] = []
        for count in numbers[4...] { texts.append(try await text(count)) }
        guard try await text(1) == "\n" else { throw Self.unreadable(part) }
        rows += 1
        return RejectRecord(
            record: numbers[0], line: numbers[1], byteOffset: numbers[2], column: texts[0], code: texts[1],
            message: texts[2], fieldCount: numbers[3], fields: texts[3])
    }

    /// Ends the reading.
    func close() async {
        if case .object(let reader) = source { await reader.close() }
    }

    /// The object is not what was stored.
    static func unreadable(_ part: RejectPart) -> JobError {
        JobError(
            .rejectsUnreadable,
            "the refused rows from record \(part.firstRecord) on, which were stored, cannot be read again")
    }

    private var isComplete: Bool { (try? decompressor.finish()) != nil }

    private func line() async throws -> [Int] {
        while true {
            let rest = plain[position...]
            if let end = rest.prefix(RejectForm.lineBytes).firstIndex(of: UInt8(ascii: "\n")) {
                guard let numbers = RejectForm.numbers(rest[..<end]) else { throw Self.unreadable(part) }
                position = end + 1
                return numbers
            }
            guard rest.count < RejectForm.lineBytes, try await fill(rest.count + 1) else { throw Self.unreadable(part) }
        }
    }

    private func text(_ count: Int) async throws -> String {
        guard try await fill(count) else { throw Self.unreadable(part) }
        defer { position += count }
        return String(decoding: plain[position..<position + count], as: UTF8.self)
    }

    /// Decompresses until so many bytes are there; false when there are no more.
    private func fill(_ count: Int) async throws -> Bool {
        if plain.count - position >= count { return true }
        plain.removeFirst(position)
        position = 0
        while plain.count < count {
            if taken < packed.count || decompressor.hasPending {
                do {
                    taken = try decompressor.decompress(packed, from: taken, into: &chunk)
                } catch {
                    throw Self.unreadable(part)
                }
                plain += chunk
            } else if isAtEnd {
                return false
            } else {
                try await receive()
            }
        }
        return true
    }

    private func receive() async throws {
        taken = 0
        switch source {
        case .memory(let bytes):
            packed = bytes
            isAtEnd = true
        case .object(let reader): isAtEnd = try await !reader.read(into: &packed)
        }
    }
}
