/// Integers as decimal digits.
package enum IntegerText {
    /// Bytes that `write` may use.
    package static let maximumBytes = 20

    /// Writes the digits; returns their number.
    @inlinable
    package static func write(_ number: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var magnitude = number.magnitude
        var digits = 1
        var rest = magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        var count = 0
        if number < 0 {
            unsafe target[0] = UInt8(ascii: "-")
            count = 1
        }
        count += digits
        var index = count
        repeat {
            index -= 1
            unsafe target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
            digits -= 1
        } while digits > 0
        return count
    }
}
