internal import JobCore

/// Binary values of fixed size as canonical text.
enum BinaryValue {
    /// 2000-01-01, in microseconds and days since 1970.
    private static let epoch: Int64 = 946_684_800_000_000
    private static let epochDay = 10_957

    /// An instant since 1970; `nil` when that does not fit.
    @inline(__always)
    static func instant(_ value: Int64) -> Int64? {
        if value == .max || value == .min { return value }
        let (instant, overflows) = value.addingReportingOverflow(epoch)
        return overflows ? nil : instant
    }

    /// A day since 1970.
    @inline(__always)
    static func day(_ value: Int32) -> Int {
        switch value {
        case .max: CalendarDate.infinity
        case .min: CalendarDate.negativeInfinity
        default: Int(value) + epochDay
        }
    }

    @inline(__always)
    static func write(_ flag: Bool, to target: UnsafeMutablePointer<UInt8>) -> Int {
        unsafe copy(flag ? "true" : "false", to: target)
    }

    static func write(_ number: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if number.isFinite { return unsafe copy(number.description, to: target) }
        return unsafe copy(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity", to: target)
    }

    static func write(_ number: Float, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if number.isFinite { return unsafe copy(number.description, to: target) }
        return unsafe write(Double(number), to: target)
    }

    @inline(__always)
    static func copy(_ text: String, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        for byte in text.utf8 {
            unsafe target[count] = byte
            count += 1
        }
        return count
    }

    /// 16 bytes as 36 characters.
    @inline(__always)
    static func writeUUID(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var out = 0
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                unsafe target[out] = UInt8(ascii: "-")
                out += 1
            }
            let byte = unsafe bytes[index]
            unsafe target[out] = digit(byte >> 4)
            unsafe target[out + 1] = digit(byte & 15)
            out += 2
        }
        return out
    }

    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 { value &+ (value < 10 ? 0x30 : 0x57) }

    /// The text of a jsonb value without the spaces that the server puts behind commas and colons.
    ///
    /// In strings they stay. The first byte is the version of the form.
    @inline(__always)
    static func writeJSON(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var index = 1
        var out = 0
        let count = bytes.count
        while index < count {
            let byte = unsafe bytes[index]
            unsafe target[out] = byte
            out += 1
            index += 1
            if byte == UInt8(ascii: "\"") {
                while index < count {
                    let inner = unsafe bytes[index]
                    unsafe target[out] = inner
                    out += 1
                    index += 1
                    if inner == UInt8(ascii: "\"") { break }
                    if inner == UInt8(ascii: "\\"), index < count {
                        unsafe target[out] = bytes[index]
                        out += 1
                        index += 1
                    }
                }
            } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                index += 1
            }
        }
        return out
    }
}
