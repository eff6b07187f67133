internal import JobCore

/// Text of nothing but white space, as Unicode has it.
enum BlankText {
    /// Whether `start..<end` holds white space only, or nothing.
    static func isBlank(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
        unsafe VisibleText.trimmed(UnsafeBufferPointer(start: bytes + start, count: end - start)).isEmpty
    }

    /// Whether the bytes from `start` on are white space only, or nothing.
    static func isBlank(_ bytes: [UInt8], from start: Int, to end: Int) -> Bool {
        let end = min(end, bytes.count)
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe VisibleText.trimmed(UnsafeBufferPointer(rebasing: buffer[min(start, end)..<end])).isEmpty
        }
    }
}
