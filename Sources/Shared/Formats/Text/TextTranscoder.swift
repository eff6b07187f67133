/// The encodings of text that source files may have, by their names in the WHATWG Encoding Standard.
package enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case utf16LE = "utf-16le"
    case utf16BE = "utf-16be"
    case windows1252 = "windows-1252"

    /// What the byte order mark at the beginning of a file tells, or where its zero bytes are; else UTF-8.
    package static func detect(_ beginning: [UInt8]) -> TextEncoding {
        if beginning.starts(with: [0xFF, 0xFE]) { return .utf16LE }
        if beginning.starts(with: [0xFE, 0xFF]) { return .utf16BE }
        return unmarkedUTF16(beginning.prefix(1 << 14)) ?? .utf8
    }

    /// UTF-16 without a mark: of ASCII, which delimiters and line ends are, every other byte is zero, and always the same
    /// one of two.
    private static func unmarkedUTF16(_ sample: ArraySlice<UInt8>) -> TextEncoding? {
        var zeros = (even: 0, odd: 0)
        for (index, byte) in sample.enumerated() where byte == 0 {
            if index % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
        }
        let units = sample.count / 2
        guard units >= 2 else { return nil }
        func isMostly(_ some: Int, _ others: Int) -> Bool { some * 5 >= units && others * 50 <= some }
        let first = (sample[0], sample[1])
        if isMostly(zeros.odd, zeros.even) && first.1 == 0 && 0x09..<0x7F ~= first.0 { return .utf16LE }
        if isMostly(zeros.even, zeros.odd) && first.0 == 0 && 0x09..<0x7F ~= first.1 { return .utf16BE }
        return nil
    }
}

extension TextEncoding {
    /// Characters beyond ASCII in the beginning of a file, and places that are no UTF-8.
    package static func evidence(_ sample: [UInt8]) -> (characters: Int, invalid: Int) {
        var characters = 0
        var invalid = 0
        unsafe sample.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var at = 0
            while at < bytes.count {
                let end = unsafe UTF8Text.firstInvalid(base, from: at, to: bytes.count)
                for index in at..<end where unsafe bytes[index] >= 0xC0 { characters += 1 }
                // The sample may end inside a character.
                if end + 3 < bytes.count { invalid += 1 }
                at = end + 1
            }
        }
        return (characters, invalid)
    }
}

/// Turns text of another encoding, given in pieces of any size, into UTF-8.
///
/// What has no meaning in the encoding (half of a surrogate pair, an unused byte) becomes a byte that UTF-8 never has, so
/// that the reader refuses the row and no other.
package struct TextTranscoder: Sendable {
    /// No byte of UTF-8 (RFC 3629).
    private static let invalid: UInt8 = 0xFF

    private let encoding: TextEncoding
    /// Bytes of a unit, or the high half of a pair, that the last piece ended with.
    private var rest: [UInt8] = []

    /// A transcoder at the beginning of a file.
    package init(_ encoding: TextEncoding) { self.encoding = encoding }

    /// The UTF-8 of the next piece.
    package mutating func decode(_ piece: [UInt8]) -> [UInt8] {
        switch encoding {
        case .utf8: return piece
        case .windows1252: return Self.decodeWindows1252(piece)
        case .utf16LE, .utf16BE: return decodeUTF16(piece)
        }
    }

    /// What is left at the end of the file: nothing, unless it ends inside a character.
    package mutating func finish() -> [UInt8] {
        defer { rest = [] }
        return rest.isEmpty ? [] : [Self.invalid]
    }

    private mutating func decodeUTF16(_ piece: [UInt8]) -> [UInt8] {
        let input = rest + piece
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        let low = encoding == .utf16LE ? 0 : 1
        var index = 0
        func unit(_ index: Int) -> UInt32 { UInt32(input[index + low]) | UInt32(input[index + 1 - low]) << 8 }
        while index + 1 < input.count {
            let first = unit(index)
            switch first {
            case 0xD800..<0xDC00:
                guard index + 3 < input.count else {
                    rest = Array(input[index...])
                    return output
                }
                let second = unit(index + 2)
                if (0xDC00..<0xE000).contains(second) {
                    Self.append(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), to: &output)
                    index += 4
                } else {
                    output.append(Self.invalid)
                    index += 2
                }
            case 0xDC00..<0xE000:
                output.append(Self.invalid)
                index += 2
            default:
                Self.append(first, to: &output)
                index += 2
            }
        }
        rest = Array(input[index...])
        return output
    }

    @inline(__always)
    private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
        if scalar < 0x80 {
            output.append(UInt8(scalar))
        } else if scalar < 0x800 {
            output.append(UInt8(0xC0 | scalar >> 6))
            output.append(tail(0))
        } else if scalar < 0x10000 {
            output.append(UInt8(0xE0 | scalar >> 12))
            output.append(tail(6))
            output.append(tail(0))
        } else {
            output.append(UInt8(0xF0 | scalar >> 18))
            output.append(tail(12))
            output.append(tail(6))
            output.append(tail(0))
        }
    }

    /// Code points of the bytes 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); 0 is unused.
    private static let windows1252: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private static func decodeWindows1252(_ piece: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(piece.count + piece.count / 16)
        for byte in piece {
            if byte < 0x80 {
                output.append(byte)
            } else if byte >= 0xA0 {
                append(UInt32(byte), to: &output)
            } else {
                let scalar = windows1252[Int(byte) - 0x80]
                if scalar == 0 { output.append(invalid) } else { append(scalar, to: &output) }
            }
        }
        return output
    }
}
