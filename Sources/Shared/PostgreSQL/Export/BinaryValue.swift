internal import JobCore

/// Binary values of fixed size as canonical text.
enum BinaryValue {
    /// 2000-01-01, in microseconds and days since 1970.
    private static let epoch: Int64 = 946_684_800_000_000
    private static let epochDay = 10_957

    /// The instant of microseconds since 2000, whose extremes are infinite too; `nil` when it does not fit.
    @inline(__always)
    static func instant(_ value: Int64) -> Instant? {
        if value == .max || value == .min { return Instant(microseconds: value) }
        let (microseconds, overflows) = value.addingReportingOverflow(epoch)
        return overflows ? nil : Instant(microseconds: microseconds)
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

    /// 16 bytes as 36 characters, 8-4-4-4-12 (RFC 9562).
    @inline(__always)
    static func writeUUID(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard bytes.count == 16 else { return 0 }
        let room = UnsafeMutableRawPointer(target)
        let middle = unsafe hexadecimal(bytes, 4)
        let behind = unsafe hexadecimal(bytes, 8)
        unsafe room.storeBytes(of: hexadecimal(bytes, 0), as: UInt64.self)
        unsafe room.storeBytes(of: UInt32(truncatingIfNeeded: middle), toByteOffset: 9, as: UInt32.self)
        unsafe room.storeBytes(of: UInt32(truncatingIfNeeded: middle >> 32), toByteOffset: 14, as: UInt32.self)
        unsafe room.storeBytes(of: UInt32(truncatingIfNeeded: behind), toByteOffset: 19, as: UInt32.self)
        unsafe room.storeBytes(of: UInt32(truncatingIfNeeded: behind >> 32), toByteOffset: 24, as: UInt32.self)
        unsafe room.storeBytes(of: hexadecimal(bytes, 12), toByteOffset: 28, as: UInt64.self)
        for place in [8, 13, 18, 23] { unsafe target[place] = UInt8(ascii: "-") }
        return 36
    }

    /// Four bytes as eight hexadecimal digits, the first one in the lowest byte.
    @inline(__always)
    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        let word = unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        var spread = UInt64(word)
        spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
        let digits = (spread >> 4 & 0x000F_000F_000F_000F) | (spread & 0x000F_000F_000F_000F) << 8
        let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & JSONCompaction.ones
        return (digits &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).littleEndian
    }
}
