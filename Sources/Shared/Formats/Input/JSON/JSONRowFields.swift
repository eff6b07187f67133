internal import CSIMD
internal import JobCore

/// The storage of a batch while a JSON reader fills it; indices count from its beginning.
@safe struct JSONRowOutput {
    let bytes: UnsafeMutablePointer<UInt8>
    let ends: UnsafeMutablePointer<CellEnd>
    let byteCapacity: Int
    let endCapacity: Int
    var byteCount: Int
    var endCount: Int
    /// Places in `ends`, see `RowBatch.literals`.
    var literals: [Int] = []
}

extension JSONRowParser {
    /// What became of a row's fields.
    enum Copied {
        case done
        /// A string holds an escaped NUL.
        case nul
        case tooLong
    }

    /// Copies the fields of the row just parsed; nothing is added unless all is well.
    ///
    /// The output has room for the row's source text and for one end a column.
    func copyFields(into output: inout JSONRowOutput) -> Copied {
        let bytes = unsafe output.bytes
        var count = output.byteCount
        let literalsBefore = output.literals.count
        for column in 0..<columnCount {
            let slot = unsafe slots[column]
            var kind = slot.stamp == stamp ? CellEnd.Kind.null : .absent
            if slot.stamp == stamp && slot.kind != .null {
                let from = unsafe input + slot.start
                let length = slot.end &- slot.start
                let before = count
                kind = .value
                switch slot.kind {
                case .plainString:
                    unsafe FieldCopy.copy(bytes + count, from, length, readable: readable &- slot.start)
                    count &+= length
                    kind = .string
                case .escapedString:
                    let decoded = unsafe decode(from, length, readable: readable &- slot.start, into: bytes + count)
                    if decoded < 0 {
                        output.literals.removeLast(output.literals.count - literalsBefore)
                        return .nul
                    }
                    if unsafe LiteralText.isMarked(from, count: length) {
                        output.literals.append(output.endCount &+ column)
                    }
                    count &+= decoded
                    kind = .string
                case .bare, .null:
                    unsafe FieldCopy.copy(bytes + count, from, length, readable: readable &- slot.start)
                    count &+= length
                case .nested:
                    unsafe FieldCopy.copy(bytes + count, from, length, readable: readable &- slot.start)
                    unsafe Self.blankControls(bytes + count, count: length)
                    count &+= length
                }
                if count &- before > limits.fieldBytes {
                    output.literals.removeLast(output.literals.count - literalsBefore)
                    return .tooLong
                }
            }
            unsafe output.ends[output.endCount &+ column] = CellEnd(count, kind)
        }
        output.byteCount = count
        output.endCount &+= columnCount
        return .done
    }

    /// Replaces raw line ends and tabs, which in a checked value stand between tokens, by spaces.
    private static func blankControls(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) {
        var at = 0
        while at < count {
            // What lies behind the text is looked at too and left alone.
            var mask = unsafe csimd_control16(bytes + at)
            while mask != 0 {
                let place = at &+ mask.trailingZeroBitCount
                if place < count { unsafe bytes[place] = 0x20 }
                mask &= mask &- 1
            }
            at &+= 16
        }
    }

    /// Decodes a checked string with escapes; returns the bytes written, -1 when one of them is NUL.
    private func decode(
        _ from: UnsafePointer<UInt8>, _ count: Int, readable: Int, into start: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var to = unsafe start
        var at = 0
        while at < count {
            if at &+ 16 <= readable {
                unsafe csimd_copy16(to, from + at)
                let mask = unsafe csimd_equal16(from + at, UInt8(ascii: "\\"))
                let plain = min(mask == 0 ? 16 : mask.trailingZeroBitCount, count &- at)
                unsafe to += plain
                at &+= plain
                if mask == 0 || at == count { continue }
            }
            let byte = unsafe from[at]
            guard byte == UInt8(ascii: "\\") else {
                unsafe to.pointee = byte
                unsafe to += 1
                at &+= 1
                continue
            }
            guard let escape = unsafe JSONEscape.decode(from, at: at, end: count) else { return -1 }
            if escape.text == "\0" { return -1 }
            for byte in UTF8.encode(escape.text) ?? UTF8.encodedReplacementCharacter {
                unsafe to.pointee = byte
                unsafe to += 1
            }
            at &+= escape.length
        }
        return unsafe to - start
    }
}
