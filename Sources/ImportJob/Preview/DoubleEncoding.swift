internal import Glibc
internal import JobCore

/// Finds text whose UTF-8 was taken for windows-1252 and encoded once more: `JÃ¼rgen`, `donâ€™t`.
enum DoubleEncoding {
    /// For each column the number of fields that look so.
    static func counts(_ batch: RowBatch) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        let end = batch.byteCount
        guard end > 0, batch.columnCount > 0 else { return [:] }
        unsafe batch.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var at = 0
            var field = 0
            while at < end, let found = unsafe memchr(base + at, 0xC3, end - at) {
                at = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
                guard unsafe isDouble(bytes, at, end) else {
                    at += 1
                    continue
                }
                field = Self.field(of: at, in: batch.ends, from: field)
                counts[field % batch.columnCount, default: 0] += 1
                // One of a field is enough.
                at = max(at + 1, batch.ends[field].offset)
            }
        }
        return counts
    }

    /// The field that has the byte, found by halving.
    private static func field(of place: Int, in ends: [CellEnd], from first: Int) -> Int {
        var (low, high) = (first, ends.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle].offset > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether the character at `at` is the first byte of a UTF-8 sequence, and those behind it are the others.
    private static func isDouble(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int, _ end: Int) -> Bool {
        guard at + 3 < end else { return false }
        let lead = unsafe bytes[at + 1] &+ 0x40
        var place = at + 2
        switch lead {
        // Latin, Greek, Cyrillic.
        case 0xC3, 0xC4, 0xC5, 0xC2, 0xCE, 0xCF, 0xD0, 0xD1:
            guard let next = unsafe continuation(bytes, &place, end) else { return false }
            // A no-break space stands behind letters in sound text too.
            return next != 0xA0 || lead <= 0xC3
        // Quotes, dashes and signs.
        case 0xE2:
            guard let next = unsafe continuation(bytes, &place, end), next == 0x80 || next == 0x82 || next == 0x84
            else { return false }
            return unsafe continuation(bytes, &place, end) != nil
        default: return false
        }
    }

    /// The byte that the character at `place` stands for in windows-1252, when it continues a UTF-8 sequence.
    private static func continuation(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int, _ end: Int) -> UInt8? {
        guard place + 1 < end else { return nil }
        let first = unsafe bytes[place]
        if first == 0xC2 {
            let byte = unsafe bytes[place + 1]
            place += 2
            return 0x80...0xBF ~= byte ? byte : nil
        }
        let length = first >= 0xE0 ? 3 : 2
        guard first >= 0xC5, first < 0xF0, place + length <= end else { return nil }
        let text = unsafe String(decoding: bytes[place..<place + length], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first, let byte = special[scalar] else { return nil }
        place += length
        return byte
    }

    /// Characters that windows-1252 has where ISO 8859-1 has control characters
    /// (https://encoding.spec.whatwg.org/index-windows-1252.txt).
    private static let special: [Unicode.Scalar: UInt8] = [
        "€": 0x80, "‚": 0x82, "ƒ": 0x83, "„": 0x84, "…": 0x85, "†": 0x86, "‡": 0x87, "ˆ": 0x88, "‰": 0x89, "Š": 0x8A,
        "‹": 0x8B, "Œ": 0x8C, "Ž": 0x8E, "‘": 0x91, "’": 0x92, "“": 0x93, "”": 0x94, "•": 0x95, "–": 0x96, "—": 0x97,
        "˜": 0x98, "™": 0x99, "š": 0x9A, "›": 0x9B, "œ": 0x9C, "ž": 0x9E, "Ÿ": 0x9F,
    ]
}
