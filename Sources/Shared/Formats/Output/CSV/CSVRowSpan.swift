internal import CSIMD
internal import JobCore

/// The rows of one batch as the CSV writer's inner loop sees them; valid only while the arrays are borrowed.
@safe struct CSVRowSpan {
    let cells: RowCells
    let guarded: UnsafeBufferPointer<Bool>
    let nulls: UnsafeBufferPointer<UInt8>
    let delimiter: UInt8
    private var columnCount: Int { cells.columnCount }

    /// The most bytes a row can take, with room for wide stores.
    func bound(row: Int) -> Int {
        // Every byte a quote or a separator with its apostrophe, then two quotes, an apostrophe and a delimiter for each
        // field.
        unsafe 2 * cells.byteCount(row: row) + columnCount * (4 + nulls.count) + FieldCopy.slack
    }

    /// Writes rows until `last` or until the next one may not fit; moves `row` and returns the bytes written.
    func write(_ row: inout Int, to last: Int, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let base = output.baseAddress else { return 0 }
        // A batch of nulls only may have no bytes; nothing is read then.
        let bytes = unsafe cells.bytes.baseAddress ?? UnsafePointer(base)
        var to = unsafe base
        var walk = cells.walk(from: row &* columnCount)
        while row < last {
            let used = unsafe to - base
            if used &+ bound(row: row) > output.count { break }
            for column in 0..<columnCount {
                let cell = walk.next()
                if cell.isNull {
                    unsafe to = null(into: to)
                } else {
                    unsafe to = field(
                        bytes + cell.start, count: cell.count, readable: cells.bytes.count &- cell.start,
                        isGuarded: guarded[column], into: to)
                }
                unsafe to.pointee = delimiter
                unsafe to += 1
            }
            unsafe (to - 1).pointee = 0x0A
            row &+= 1
        }
        return unsafe to - base
    }

    @inline(__always)
    private func field(
        _ from: UnsafePointer<UInt8>, count: Int, readable: Int, isGuarded: Bool, into to: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var isPlain = unsafe count > 0 && from[0] != 0x20 && from[count &- 1] != 0x20
        if unsafe isGuarded && FormulaText.needsGuard(from, count: count, delimiter: delimiter) {
            return unsafe disarmed(from, count: count, into: to)
        }
        var at = 0
        while isPlain && at < count {
            if at &+ 16 <= readable {
                unsafe csimd_copy16(to + at, from + at)
                var mask = unsafe csimd_csv_special16(from + at, delimiter)
                let left = count &- at
                if left < 16 { mask &= (1 << UInt32(truncatingIfNeeded: left)) &- 1 }
                isPlain = mask == 0
                at &+= 16
            } else {
                let byte = unsafe from[at]
                unsafe to[at] = byte
                isPlain = byte != delimiter && byte != UInt8(ascii: "\"") && byte != 0x0D && byte != 0x0A
                at &+= 1
            }
        }
        if unsafe isPlain && !isNullText(from, count: count) { return unsafe to + count }
        return unsafe quoted(from, count: count, readable: readable, into: to)
    }

    private func null(into to: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        // A record of one empty field would be a blank line, which readers skip.
        if unsafe columnCount == 1 && nulls.isEmpty {
            unsafe to[0] = UInt8(ascii: "\"")
            unsafe to[1] = UInt8(ascii: "\"")
            return unsafe to + 2
        }
        for index in unsafe 0..<nulls.count { unsafe to[index] = nulls[index] }
        return unsafe to + nulls.count
    }

    private func quoted(
        _ from: UnsafePointer<UInt8>, count: Int, readable: Int, into start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var to = unsafe start
        unsafe to.pointee = UInt8(ascii: "\"")
        unsafe to += 1
        var at = 0
        // A quote is doubled by storing what follows it one byte further, as often as the block has quotes.
        while at < count && at &+ 32 <= readable {
            unsafe csimd_copy16(to, from + at)
            var mask = unsafe csimd_equal16(from + at, UInt8(ascii: "\""))
            let length = min(16, count &- at)
            mask &= (1 << UInt32(truncatingIfNeeded: length)) &- 1
            while mask != 0 {
                let behind = mask.trailingZeroBitCount &+ 1
                mask &= mask &- 1
                unsafe to[behind] = UInt8(ascii: "\"")
                unsafe to += 1
                unsafe csimd_copy16(to + behind, from + at + behind)
            }
            unsafe to += length
            at &+= length
        }
        while at < count {
            let byte = unsafe from[at]
            unsafe to.pointee = byte
            unsafe to += 1
            if byte == UInt8(ascii: "\"") {
                unsafe to.pointee = byte
                unsafe to += 1
            }
            at &+= 1
        }
        unsafe to.pointee = UInt8(ascii: "\"")
        return unsafe to + 1
    }

    /// Writes a text in quotes, with an apostrophe wherever it would be a formula.
    private func disarmed(
        _ from: UnsafePointer<UInt8>, count: Int, into start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var to = unsafe start
        func put(_ byte: UInt8) {
            unsafe to.pointee = byte
            unsafe to += 1
        }
        put(UInt8(ascii: "\""))
        if unsafe FormulaText.begins(from, count: count) { put(UInt8(ascii: "'")) }
        for at in 0..<count {
            let byte = unsafe from[at]
            put(byte)
            if byte == UInt8(ascii: "\"") { put(byte) }
            if unsafe FormulaText.isGuarded(behind: at, from, count: count, delimiter: delimiter) {
                put(UInt8(ascii: "'"))
            }
        }
        put(UInt8(ascii: "\""))
        return unsafe to
    }

    /// Whether the field must be quoted to be told from null.
    @inline(__always)
    private func isNullText(_ from: UnsafePointer<UInt8>, count: Int) -> Bool {
        guard unsafe count == nulls.count else { return false }
        for index in 0..<count where unsafe from[index] != nulls[index] { return false }
        return true
    }
}
