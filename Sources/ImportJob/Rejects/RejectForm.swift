internal import JobCore

/// How refused rows are written into an object: for each a line of numbers, then its texts behind each other, and a line
/// end.
///
/// The numbers are record, line, byte offset and count of fields, then the bytes of each text: column, code, message,
/// fields. So every text comes back as it was, whatever is in it.
enum RejectForm {
    /// A line of numbers is never longer.
    static let lineBytes = 8 * 21

    /// Nor is a text: a record of 64 MiB, each byte of it doubled or guarded.
    private static let textBytes = 1 << 28

    /// The line of numbers.
    static func line(_ reject: RejectRecord) -> String {
        let numbers =
            [reject.record, reject.line, reject.byteOffset, reject.fieldCount]
            + texts(reject).map(\.utf8.count)
        return numbers.map(String.init).joined(separator: " ") + "\n"
    }

    /// The texts behind it.
    static func texts(_ reject: RejectRecord) -> [String] {
        [reject.column, reject.code, reject.message, reject.fields]
    }

    /// The numbers of a line without its end; `nil` when it is none.
    static func numbers(_ line: ArraySlice<UInt8>) -> [Int]? {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 8, parts.count == 8, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        return numbers[4...].allSatisfy { $0 <= textBytes } ? numbers : nil
    }
}
