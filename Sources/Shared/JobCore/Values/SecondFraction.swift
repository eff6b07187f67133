/// The fraction of a second, digit by digit, in microseconds.
///
/// What is smaller is rounded to the nearest microsecond; of two that are equally near the even one counts. So does
/// PostgreSQL.
package struct SecondFraction: Sendable {
    private var value: Int64 = 0
    /// The first digit that is left out.
    private var next: UInt8 = 0
    /// Any digit behind it is not zero.
    private var hasMore = false
    /// Digits that were added.
    package private(set) var count = 0

    package init() {}

    /// Adds the next digit, 0 to 9.
    @inline(__always)
    package mutating func add(_ digit: UInt8) {
        if count < 6 {
            value = value * 10 + Int64(digit)
        } else if count == 6 {
            next = digit
        } else if digit != 0 {
            hasMore = true
        }
        count += 1
    }

    /// From 0 to 1,000,000: a fraction may be rounded up to the next second.
    package var microseconds: Int64 {
        var result = value
        var digits = min(count, 6)
        while digits < 6 {
            result *= 10
            digits += 1
        }
        return result + (next > 5 || (next == 5 && (hasMore || result % 2 == 1)) ? 1 : 0)
    }
}
