/// Where the members of an object are in its text.
package enum JSONMembers {
    /// The names, with their quotes, and the values of members that stand one behind the other, without white space.
    ///
    /// Ends where the text is no such thing.
    package static func places(in text: ArraySlice<UInt8>) -> [(name: Range<Int>, value: Range<Int>)] {
        let first = text.startIndex
        var found: [(name: Range<Int>, value: Range<Int>)] = []
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var scanner = unsafe JSONScanner(
                base, end: bytes.count, readable: bytes.count, maxDepth: JSONScanner.depthCeiling)
            var at = 0
            while unsafe at < bytes.count && bytes[at] == UInt8(ascii: "\"") {
                let colon = scanner.string(at)
                guard unsafe colon > 0 && colon < bytes.count && bytes[colon] == UInt8(ascii: ":") else { return }
                let end = scanner.value(colon + 1)
                if end < 0 { return }
                found.append((first + at..<first + colon, first + colon + 1..<first + end))
                at = end + 1
            }
        }
        return found
    }
}
