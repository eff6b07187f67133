internal import CSIMD
internal import JobCore

/// The rows of one batch as the JSON writer's inner loop sees them; valid only while the arrays are borrowed.
@safe struct JSONRowSpan {
    let cells: RowCells
    let shape: JSONRowShape

    /// The most bytes a row can take, with room for wide stores.
    func bound(row: Int) -> Int {
        // Every byte a `\u0000` escape, then quotes or `null`, the names, and brackets.
        6 * cells.byteCount(row: row) + 4 * cells.columnCount + shape.prefixes.count + FieldCopy.slack
    }

    /// Writes rows until `last` or until the next one may not fit; moves `row` and returns the bytes written.
    func write(
        _ row: inout Int, to last: Int, isFirst: inout Bool, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        guard let base = output.baseAddress else { return 0 }
        // A batch of nulls only may have no bytes; nothing is read then.
        let bytes = unsafe cells.bytes.baseAddress ?? UnsafePointer(base)
        let columnCount = cells.columnCount
        var to = unsafe base
        var walk = cells.walk(from: row &* columnCount)
        unsafe shape.prefixes.withUnsafeBufferPointer { prefixes in
            unsafe shape.prefixEnds.withUnsafeBufferPointer { prefixEnds in
                unsafe shape.kinds.withUnsafeBufferPointer { kinds in
                    guard let names = prefixes.baseAddress else { return }
                    while row < last {
                        if unsafe (to - base) &+ bound(row: row) > output.count { break }
                        if shape.isArray && !isFirst {
                            unsafe to[0] = UInt8(ascii: ",")
                            unsafe to[1] = 0x0A
                            unsafe to += 2
                        }
                        isFirst = false
                        var nameStart = 0
                        for column in 0..<columnCount {
                            let nameEnd = unsafe prefixEnds[column]
                            unsafe FieldCopy.copy(
                                to, names + nameStart, nameEnd &- nameStart, readable: prefixes.count &- nameStart)
                            unsafe to += nameEnd &- nameStart
                            nameStart = nameEnd
                            let cell = walk.next()
                            if cell.isNull {
                                unsafe (to[0], to[1], to[2], to[3]) = (0x6E, 0x75, 0x6C, 0x6C)
                                unsafe to += 4
                            } else {
                                unsafe to = field(
                                    kinds[column], bytes + cell.start, count: cell.count,
                                    readable: cells.bytes.count &- cell.start, into: to)
                            }
                        }
                        unsafe to.pointee = UInt8(ascii: "}")
                        unsafe to += 1
                        if !shape.isArray {
                            unsafe to.pointee = 0x0A
                            unsafe to += 1
                        }
                        row &+= 1
                    }
                }
            }
        }
        return unsafe to - base
    }

    @inline(__always)
    private func field(
        _ kind: JSONRowShape.Kind, _ from: UnsafePointer<UInt8>, count: Int, readable: Int,
        into to: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        switch kind {
        case .string: return unsafe string(from, count: count, readable: readable, into: to)
        case .bare, .double, .json: break
        }
        // One check serves all: what is no JSON value (Infinity, a damaged document) becomes a string.
        var scanner = unsafe JSONScanner(from, end: count, readable: readable, maxDepth: JSONScanner.depthCeiling)
        var behind = kind == .json ? scanner.value(scanner.skipSpace(0)) : scanner.scalar(0)
        if kind == .json && behind >= 0 { behind = scanner.skipSpace(behind) }
        guard behind == count else { return unsafe string(from, count: count, readable: readable, into: to) }
        if kind == .json, let place = unsafe LiteralText.place(from, count: count) {
            unsafe FieldCopy.copy(to, from, place, readable: readable)
            let (length, replaced) = unsafe LiteralText.mark(from + place, to: to + place)
            let behind = place &+ replaced
            unsafe FieldCopy.copy(
                to + place + length, from + behind, count &- behind, readable: readable &- behind)
            return unsafe to + (place &+ length &+ count &- behind)
        }
        unsafe FieldCopy.copy(to, from, count, readable: readable)
        if kind == .json { unsafe Self.blankLineEnds(to, count: count) }
        return unsafe to + count
    }

    /// Replaces raw CR and LF, which in a valid document stand between tokens, by spaces.
    @inline(__always)
    private static func blankLineEnds(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) {
        var at = 0
        while at < count {
            // What lies behind the text is looked at too, never changed.
            var mask = unsafe csimd_equal16(bytes + at, 0x0A) | csimd_equal16(bytes + at, 0x0D)
            while mask != 0 {
                let place = at &+ mask.trailingZeroBitCount
                if place < count { unsafe bytes[place] = 0x20 }
                mask &= mask &- 1
            }
            at &+= 16
        }
    }

    @inline(__always)
    private func string(
        _ from: UnsafePointer<UInt8>, count: Int, readable: Int, into start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var to = unsafe start
        unsafe to.pointee = UInt8(ascii: "\"")
        unsafe to += 1
        var at = 0
        while at < count {
            if at &+ 16 <= readable {
                unsafe csimd_copy16(to, from + at)
                let special = unsafe csimd_json_special16(from + at) & 0xFFFF
                let plain = min(special == 0 ? 16 : special.trailingZeroBitCount, count &- at)
                unsafe to += plain
                at &+= plain
                if plain == 16 { continue }
                if at == count { break }
            }
            unsafe to = escaped(from[at], into: to)
            at &+= 1
        }
        unsafe to.pointee = UInt8(ascii: "\"")
        return unsafe to + 1
    }

    private func escaped(_ byte: UInt8, into to: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            return unsafe short(byte, into: to)
        case 0x08: return unsafe short(UInt8(ascii: "b"), into: to)
        case 0x09: return unsafe short(UInt8(ascii: "t"), into: to)
        case 0x0A: return unsafe short(UInt8(ascii: "n"), into: to)
        case 0x0C: return unsafe short(UInt8(ascii: "f"), into: to)
        case 0x0D: return unsafe short(UInt8(ascii: "r"), into: to)
        case 0x00..<0x20:
            let digit = byte & 0x0F
            unsafe (to[0], to[1], to[2], to[3]) = (UInt8(ascii: "\\"), UInt8(ascii: "u"), 0x30, 0x30)
            unsafe to[4] = byte < 0x10 ? 0x30 : 0x31
            unsafe to[5] = digit < 10 ? 0x30 + digit : UInt8(ascii: "a") + digit - 10
            return unsafe to + 6
        default:
            unsafe to.pointee = byte
            return unsafe to + 1
        }
    }

    private func short(_ letter: UInt8, into to: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        unsafe to[0] = UInt8(ascii: "\\")
        unsafe to[1] = letter
        return unsafe to + 2
    }
}
