internal import Glibc
internal import JobCore

extension SourceBatch {
    /// Replaces cells that are `="text"`, a spreadsheet's way to keep text from becoming a number, by that text.
    mutating func unwrapFormulas() { rows.unwrapFormulas() }
}

extension RowBatch {
    fileprivate mutating func unwrapFormulas() {
        guard let first = firstWrapped() else { return }
        var start = first == 0 ? 0 : ends[first - 1].offset
        // Text only gets shorter, so its ends stay in range.
        var plain = Array(bytes[..<start])
        plain.reserveCapacity(byteCount)
        unsafe bytes.withUnsafeBufferPointer { bytes in
            for index in first..<ends.count {
                let end = ends[index].offset
                let isWrapped = unsafe Self.isWrapped(bytes, start, end)
                unsafe plain.append(contentsOf: isWrapped ? bytes[(start + 2)..<(end - 1)] : bytes[start..<end])
                ends[index] = ends[index].moved(to: plain.count)
                start = end
            }
        }
        bytes = plain
    }

    /// Index of the first such cell, which most batches have not.
    private func firstWrapped() -> Int? {
        withCells { cells in
            let bytes = unsafe cells.bytes
            guard unsafe Self.mayBeWrapped(bytes) else { return nil }
            var walk = cells.walk(from: 0)
            for index in 0..<cells.count {
                let cell = walk.next()
                if unsafe cell.count > 0 && bytes[cell.start] == UInt8(ascii: "=")
                    && Self.isWrapped(bytes, cell.start, cell.end)
                {
                    return index
                }
            }
            return nil
        }
    }

    /// Whether `="` is anywhere in the bytes.
    private static func mayBeWrapped(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        var at = 0
        while let found = unsafe memchr(base + at, CInt(UInt8(ascii: "=")), bytes.count - at) {
            at = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
            if at < bytes.count, unsafe bytes[at] == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    /// Whether the cell is nothing but such a text; quotes inside it would make it a formula.
    private static func isWrapped(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let quote = UInt8(ascii: "\"")
        guard end - start >= 3, unsafe bytes[start] == UInt8(ascii: "="), unsafe bytes[start + 1] == quote,
            unsafe bytes[end - 1] == quote
        else { return false }
        return unsafe !bytes[(start + 2)..<(end - 1)].contains(quote)
    }
}
