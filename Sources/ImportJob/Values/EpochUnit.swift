internal import JobCore

/// What a count since 1970 counts.
enum EpochUnit: String, Sendable, CaseIterable {
    case seconds, milliseconds, microseconds, nanoseconds

    /// The name in a spec.
    var format: String { "epoch" + rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Digits behind the point that make a microsecond of one; negative when it is smaller.
    private var shift: Int {
        switch self {
        case .seconds: 6
        case .milliseconds: 3
        case .microseconds: 0
        case .nanoseconds: -3
        }
    }

    /// The instant of digits with a sign and a fraction, to the nearest microsecond; nil when it is something else, or
    /// no instant of the years 1 to 9999.
    func instant(_ cell: UnsafeBufferPointer<UInt8>) -> Instant? {
        let isNegative = unsafe cell.first == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        var point = start
        while point < cell.count, unsafe cell[point] &- 0x30 < 10 { point += 1 }
        if point == start || point - start > 20 { return nil }
        if point < cell.count {
            guard unsafe cell[point] == UInt8(ascii: "."), point + 1 < cell.count else { return nil }
            for place in (point + 1)..<cell.count where unsafe cell[place] &- 0x30 > 9 { return nil }
        }
        // Whole seconds are the digits before this place, the rest is their fraction.
        let border = point - (6 - shift)
        var seconds: Int64 = 0
        for place in start..<max(start, border) {
            let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 10)
            if isTooLarge { return nil }
            let (sum, isTooLong) = unsafe product.addingReportingOverflow(Int64(cell[place] &- 0x30))
            if isTooLong { return nil }
            seconds = sum
        }
        var fraction = SecondFraction()
        for _ in 0..<max(0, start - border) { fraction.add(0) }
        for place in max(start, border)..<cell.count where place != point { unsafe fraction.add(cell[place] &- 0x30) }
        let sign: Int64 = isNegative ? -1 : 1
        let instant = Instant(seconds: sign * seconds).adding(microseconds: sign * fraction.microseconds)
        return Timestamp.range.contains(instant) ? instant : nil
    }
}
