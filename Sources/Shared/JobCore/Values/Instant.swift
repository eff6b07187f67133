/// A moment, whatever a clock on a wall shows then: microseconds since 1970 in UTC.
///
/// Data from outside can name any moment, so no sum traps: what is out of reach is infinite, and stays so.
///
/// `Timestamp` has its text.
@usableFromInline
package struct Instant: Sendable, Hashable, Comparable {
    /// Microseconds since 1970 in UTC; the extremes stand for the infinite instants.
    @usableFromInline package let microseconds: Int64

    /// The instant that many microseconds after the beginning of 1970.
    @inlinable @inline(__always)
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Whether one comes before the other.
    @inlinable @inline(__always)
    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}

extension Instant {
    private static let second: Int64 = 1_000_000

    /// Before every other instant.
    package static let negativeInfinity = Instant(microseconds: .min)

    /// After every other instant.
    package static let infinity = Instant(microseconds: .max)

    /// The instant that many seconds after the beginning of 1970.
    package init(seconds: Int64) {
        let (microseconds, isTooFar) = seconds.multipliedReportingOverflow(by: Self.second)
        self.init(microseconds: isTooFar ? (seconds < 0 ? .min : .max) : microseconds)
    }

    /// Seconds since 1970 in UTC, rounded down.
    package var seconds: Int64 {
        microseconds / Self.second - (microseconds % Self.second < 0 ? 1 : 0)
    }

    /// The instant without the fraction of its second.
    package var startOfSecond: Instant { isInfinite ? self : Instant(seconds: seconds) }

    private var isInfinite: Bool { self == .infinity || self == .negativeInfinity }

    /// The instant that many microseconds later.
    package func adding(microseconds: Int64) -> Instant { moved(by: Int128(microseconds)) }

    /// The instant a span later, to the nearest microsecond.
    package static func + (instant: Instant, span: Duration) -> Instant { instant.moved(by: microseconds(of: span)) }

    /// The instant a span earlier, to the nearest microsecond.
    package static func - (instant: Instant, span: Duration) -> Instant { instant.moved(by: -microseconds(of: span)) }

    /// The span from the right one to the left one.
    package static func - (left: Instant, right: Instant) -> Duration {
        .microseconds(Int128(left.microseconds) - Int128(right.microseconds))
    }

    private func moved(by microseconds: Int128) -> Instant {
        // No span comes near to what 128 bits hold.
        isInfinite ? self : Instant(microseconds: Int64(clamping: Int128(self.microseconds) + microseconds))
    }

    private static func microseconds(of span: Duration) -> Int128 {
        let unit: Int128 = 1_000_000_000_000
        let (whole, rest) = span.attoseconds.quotientAndRemainder(dividingBy: unit)
        if rest >= unit / 2 { return whole + 1 }
        return rest <= -unit / 2 ? whole - 1 : whole
    }
}

extension Instant: CustomStringConvertible {
    /// The canonical text.
    @usableFromInline package var description: String { Timestamp.format(self) }
}
