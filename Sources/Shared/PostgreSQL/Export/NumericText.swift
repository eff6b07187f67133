internal import JobCore

/// The binary form of `numeric` as decimal text.
///
/// Four 16-bit numbers (digits, weight, sign, scale), then so many digits to the base of 10,000; the weight is the place
/// of the first digit (`numeric_send` in PostgreSQL's `numeric.c`).
enum NumericText {
    private static let negative: UInt16 = 0x4000
    private static let notANumber: UInt16 = 0xC000
    private static let positiveInfinity: UInt16 = 0xD000
    private static let negativeInfinity: UInt16 = 0xF000

    /// Writes the text; -1 when there is no room for it.
    @inline(__always)
    static func write(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>, room: Int) -> Int {
        let digits = unsafe Int(BinaryRowDecoder.int16(bytes, 0))
        let weight = unsafe Int(BinaryRowDecoder.int16(bytes, 2))
        let sign = unsafe UInt16(bitPattern: BinaryRowDecoder.int16(bytes, 4))
        let scale = unsafe Int(BinaryRowDecoder.int16(bytes, 6))
        switch sign {
        case notANumber: return unsafe BinaryValue.copy("NaN", to: target)
        case positiveInfinity: return unsafe BinaryValue.copy("Infinity", to: target)
        case negativeInfinity: return unsafe BinaryValue.copy("-Infinity", to: target)
        default: break
        }
        if max(weight + 1, 1) * 4 + scale + 8 > room { return -1 }
        var out = 0
        if sign == negative {
            unsafe target[0] = UInt8(ascii: "-")
            out = 1
        }
        if weight < 0 {
            unsafe target[out] = UInt8(ascii: "0")
            out += 1
        } else {
            for place in 0...weight {
                let value = place < digits ? unsafe Int(BinaryRowDecoder.int16(bytes, 8 + 2 * place)) : 0
                if place == 0 {
                    out += unsafe IntegerText.write(Int64(value), to: target + out)
                } else {
                    unsafe writeFour(value, target + out)
                    out += 4
                }
            }
        }
        if scale == 0 { return out }
        unsafe target[out] = UInt8(ascii: ".")
        out += 1
        var left = scale
        var place = weight + 1
        while left > 0 {
            let value = place >= 0 && place < digits ? unsafe Int(BinaryRowDecoder.int16(bytes, 8 + 2 * place)) : 0
            // The last group may be longer than the scale; there is room for it, and the rest is cut off.
            unsafe writeFour(value, target + out)
            out += min(left, 4)
            left -= 4
            place += 1
        }
        return out
    }

    @inline(__always)
    private static func writeFour(_ value: Int, _ target: UnsafeMutablePointer<UInt8>) {
        let high = value / 100
        let low = value % 100
        unsafe target[0] = UInt8(truncatingIfNeeded: 0x30 + high / 10)
        unsafe target[1] = UInt8(truncatingIfNeeded: 0x30 + high % 10)
        unsafe target[2] = UInt8(truncatingIfNeeded: 0x30 + low / 10)
        unsafe target[3] = UInt8(truncatingIfNeeded: 0x30 + low % 10)
    }
}
