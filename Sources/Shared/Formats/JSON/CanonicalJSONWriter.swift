internal import JobCore

/// Writes JSON text that is not canonical yet in its canonical form, in one pass.
///
/// Members are written as they come; an object that had them out of order is rearranged when it ends. Each method takes
/// the index at which something begins and returns the index behind it, -1 when it is not JSON that can be stored.
@safe struct CanonicalJSONWriter {
    /// A member of an object that is being written.
    private struct Member {
        /// Its name without quotes and escapes.
        let name: Range<Int>
        /// The name had escapes and stands in `names`, not in the text.
        let isDecoded: Bool
        /// Name and value in the output.
        var written: Range<Int>
    }

    private var scanner: JSONScanner
    private let limit: Int
    /// Members of all objects that are open, the outermost first.
    private var members: [Member] = []
    private var names: [UInt8] = []
    private var rearranged: [UInt8] = []

    /// `limit`: bytes that the output may have behind a number.
    init(_ scanner: JSONScanner, limit: Int) {
        self.scanner = scanner
        self.limit = limit
    }

    /// Writes the whole text; false when it is not JSON that can be stored.
    mutating func writeDocument(to output: inout [UInt8]) -> Bool {
        let behind = value(scanner.skipSpace(0), depth: 0, to: &output)
        return behind >= 0 && scanner.skipSpace(behind) == scanner.end
    }

    private mutating func value(_ at: Int, depth: Int, to output: inout [UInt8]) -> Int {
        guard at < scanner.end else { return -1 }
        switch unsafe scanner.bytes[at] {
        case UInt8(ascii: "{"):
            return depth == CanonicalJSON.maximumDepth ? -1 : object(at + 1, depth: depth + 1, to: &output)
        case UInt8(ascii: "["):
            return depth == CanonicalJSON.maximumDepth ? -1 : array(at + 1, depth: depth + 1, to: &output)
        case UInt8(ascii: "\""): return string(at, to: &output)
        default: return scalar(at, to: &output)
        }
    }

    private mutating func array(_ start: Int, depth: Int, to output: inout [UInt8]) -> Int {
        output.append(UInt8(ascii: "["))
        var at = scanner.skipSpace(start)
        if !isAt(UInt8(ascii: "]"), at) {
            while true {
                at = value(at, depth: depth, to: &output)
                if at < 0 { return -1 }
                at = scanner.skipSpace(at)
                if isAt(UInt8(ascii: "]"), at) { break }
                if !isAt(UInt8(ascii: ","), at) { return -1 }
                output.append(UInt8(ascii: ","))
                at = scanner.skipSpace(at + 1)
            }
        }
        output.append(UInt8(ascii: "]"))
        return at + 1
    }

    private mutating func object(_ start: Int, depth: Int, to output: inout [UInt8]) -> Int {
        output.append(UInt8(ascii: "{"))
        var at = scanner.skipSpace(start)
        if !isAt(UInt8(ascii: "}"), at) {
            let first = members.count
            let contents = output.count
            var isOrdered = true
            if first == 0 { members.reserveCapacity(16) }
            while true {
                guard isAt(UInt8(ascii: "\""), at) else { return -1 }
                at = member(at, depth: depth, to: &output)
                if at < 0 { return -1 }
                let last = members.count - 1
                if last > first && isOrdered { isOrdered = order(members[last - 1], members[last]) < 0 }
                at = scanner.skipSpace(at)
                if isAt(UInt8(ascii: "}"), at) { break }
                if !isAt(UInt8(ascii: ","), at) { return -1 }
                output.append(UInt8(ascii: ","))
                at = scanner.skipSpace(at + 1)
            }
            if !isOrdered { rearrange(from: first, contents, &output) }
            members.removeLast(members.count - first)
        }
        output.append(UInt8(ascii: "}"))
        return at + 1
    }

    private mutating func member(_ open: Int, depth: Int, to output: inout [UInt8]) -> Int {
        let written = output.count
        let behind = string(open, to: &output)
        if behind < 0 { return -1 }
        let isDecoded = scanner.hasEscape
        let name = isDecoded ? decode(open + 1..<behind - 1) : open + 1..<behind - 1
        let colon = scanner.skipSpace(behind)
        guard isAt(UInt8(ascii: ":"), colon) else { return -1 }
        output.append(UInt8(ascii: ":"))
        let end = value(scanner.skipSpace(colon + 1), depth: depth, to: &output)
        members.append(Member(name: name, isDecoded: isDecoded, written: written..<output.count))
        return end
    }

    /// Puts the members from `first` on, which stand in the output from `contents` on, in order.
    private mutating func rearrange(from first: Int, _ contents: Int, _ output: inout [UInt8]) {
        // Moved out, as the order looks into the names.
        var sorted = members
        members = []
        sorted[first...].sort { left, right in
            let order = order(left, right)
            return order == 0 ? left.written.lowerBound < right.written.lowerBound : order < 0
        }
        rearranged.removeAll(keepingCapacity: true)
        rearranged.reserveCapacity(output.count - contents)
        unsafe output.withUnsafeBufferPointer { written in
            for index in first..<sorted.count {
                // Of those with one name the last one counts.
                if index + 1 < sorted.count, order(sorted[index], sorted[index + 1]) == 0 { continue }
                if !rearranged.isEmpty { rearranged.append(UInt8(ascii: ",")) }
                unsafe rearranged.append(contentsOf: UnsafeBufferPointer(rebasing: written[sorted[index].written]))
            }
        }
        members = sorted
        output.replaceSubrange(contents..., with: rearranged)
    }

    /// Below, at or above zero as the left name stands before, with or behind the right one.
    private func order(_ left: Member, _ right: Member) -> Int {
        if left.name.count != right.name.count { return left.name.count - right.name.count }
        for index in 0..<left.name.count {
            let difference = Int(byte(left, index)) - Int(byte(right, index))
            if difference != 0 { return difference }
        }
        return 0
    }

    @inline(__always)
    private func byte(_ member: Member, _ index: Int) -> UInt8 {
        let place = member.name.lowerBound + index
        return member.isDecoded ? names[place] : unsafe scanner.bytes[place]
    }

    /// Appends what the text of a valid string stands for to `names`.
    private mutating func decode(_ text: Range<Int>) -> Range<Int> {
        let start = names.count
        var at = text.lowerBound
        while at < text.upperBound {
            if let escape = unsafe JSONEscape.decode(scanner.bytes, at: at, end: text.upperBound),
                unsafe scanner.bytes[at] == UInt8(ascii: "\\")
            {
                names.append(contentsOf: escape.text.utf8)
                at += escape.length
            } else {
                unsafe names.append(scanner.bytes[at])
                at += 1
            }
        }
        return start..<names.count
    }

    private mutating func string(_ open: Int, to output: inout [UInt8]) -> Int {
        let behind = scanner.string(open)
        if behind < 0 { return -1 }
        if scanner.hasEscape { return unescaped(open, behind, to: &output) }
        append(open..<behind, to: &output)
        return behind
    }

    private func unescaped(_ open: Int, _ behind: Int, to output: inout [UInt8]) -> Int {
        var at = open
        var plain = open
        while at < behind {
            guard unsafe scanner.bytes[at] == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            append(plain..<at, to: &output)
            guard let escape = unsafe JSONEscape.decode(scanner.bytes, at: at, end: behind), escape.text != "\0" else {
                return -1
            }
            JSONSerializer.append(escaped: escape.text.utf8, to: &output)
            at += escape.length
            plain = at
        }
        append(plain..<behind, to: &output)
        return behind
    }

    private mutating func scalar(_ start: Int, to output: inout [UInt8]) -> Int {
        let behind = scanner.scalar(start)
        if behind < 0 { return -1 }
        if CanonicalJSONCheck.isCanonical(scanner, start..<behind) {
            append(start..<behind, to: &output)
            return behind
        }
        let number = unsafe UnsafeBufferPointer(start: scanner.bytes + start, count: behind - start)
        return unsafe DecimalText.append(number, to: &output) && output.count <= limit ? behind : -1
    }

    @inline(__always)
    private func append(_ text: Range<Int>, to output: inout [UInt8]) {
        unsafe output.append(
            contentsOf: UnsafeBufferPointer(start: scanner.bytes + text.lowerBound, count: text.count))
    }

    @inline(__always)
    private func isAt(_ byte: UInt8, _ at: Int) -> Bool { unsafe at < scanner.end && scanner.bytes[at] == byte }
}
