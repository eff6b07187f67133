internal import Glibc
internal import JobCore

/// Texts as C wants a list of them: pointers, then a null pointer.
///
/// Owns the copies. A text with a NUL, where C would take it to end, is refused.
@safe final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let count: Int

    /// Throws `nul_in_value`.
    init(_ texts: [String?]) throws(JobError) {
        for text in texts { if let text { try NULCheck.refuse(text) } }
        count = texts.count + 1
        unsafe pointers = .allocate(capacity: count)
        for (index, text) in texts.enumerated() {
            unsafe pointers[index] = text.flatMap { unsafe strdup($0) }.map { unsafe UnsafePointer($0) }
        }
        unsafe pointers[texts.count] = nil
    }

    deinit {
        for index in 0..<count { unsafe free(UnsafeMutablePointer(mutating: pointers[index])) }
        unsafe pointers.deallocate()
    }
}
