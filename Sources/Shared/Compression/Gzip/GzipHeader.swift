import CISAL

/// Passes over the header of a gzip member (RFC 1952 section 2.3), byte by byte.
///
/// ISA-L can do so too, but refuses a header with a checksum that comes in two pieces.
struct GzipHeader {
    private enum Field: UInt8, CaseIterable {
        case fixed, extraCount, extra, name, comment, checksum

        /// The bit of the flags that announces the field; the first one is always there.
        var flag: UInt8 {
            switch self {
            case .fixed: 0xFF
            case .extraCount, .extra: 1 << 2
            case .name: 1 << 3
            case .comment: 1 << 4
            case .checksum: 1 << 1
            }
        }
    }

    private static let reservedFlags: UInt8 = 0xE0
    private static let fixedByteCount = 10

    private var field = Field.fixed
    /// Bytes of the field so far.
    private var count = 0
    private var flags: UInt8 = 0
    private var extraCount = 0
    private var storedChecksum: UInt32 = 0
    private var checksum: UInt32 = 0
    private(set) var isComplete = false

    /// Takes the next byte; `false` when it cannot stand there.
    mutating func add(_ byte: UInt8) -> Bool {
        let isEnd: Bool
        switch field {
        case .fixed:
            guard isValidFixed(byte) else { return false }
            isEnd = count == Self.fixedByteCount - 1
        case .extraCount:
            extraCount |= Int(byte) << (8 * count)
            isEnd = count == 1
        case .extra:
            isEnd = count == extraCount - 1
        case .name, .comment:
            isEnd = byte == 0
        case .checksum:
            storedChecksum |= UInt32(byte) << (8 * UInt32(count))
            isEnd = count == 1
            if isEnd && storedChecksum != checksum & 0xFFFF { return false }
        }
        if field != .checksum {
            checksum = unsafe withUnsafePointer(to: byte) { unsafe crc32_gzip_refl(checksum, $0, 1) }
        }
        count += 1
        if isEnd { moveOn() }
        return true
    }

    private mutating func isValidFixed(_ byte: UInt8) -> Bool {
        switch count {
        case 0: return byte == 0x1F
        case 1: return byte == 0x8B
        case 2: return byte == 8
        case 3:
            flags = byte
            return byte & Self.reservedFlags == 0
        default: return true
        }
    }

    private mutating func moveOn() {
        count = 0
        let later = Field.allCases.dropFirst(Int(field.rawValue) + 1)
        let next = later.first { $0.flag & flags != 0 && !($0 == .extra && extraCount == 0) }
        if let next { field = next } else { isComplete = true }
    }
}
