internal import CSQLite
internal import JobCore

/// Compares decimal text by value, exactly: `9.5` < `10` < `10.25`, and `2.50` equals `2.5`.
enum DecimalCollation {
    /// Adds the collation to a connection (https://www.sqlite.org/c3ref/create_collation.html).
    static func register(on handle: OpaquePointer) {
        unsafe sqlite3_create_collation_v2(
            handle, SQLiteDialect.decimalCollation, SQLITE_UTF8, nil,
            { _, leftCount, left, rightCount, right in
                let left = unsafe UnsafeRawBufferPointer(start: left, count: Int(leftCount))
                let right = unsafe UnsafeRawBufferPointer(start: right, count: Int(rightCount))
                return unsafe CInt(DecimalCollation.compare(left.bytes, right.bytes))
            }, nil)
    }

    /// The order of two decimals: -1, 0 or 1.
    ///
    /// Text that is not a canonical decimal still compares in some total order.
    static func compare(_ left: RawSpan, _ right: RawSpan) -> Int {
        let left = Parts(left)
        let right = Parts(right)
        if left.sign != right.sign { return left.sign < right.sign ? -1 : 1 }
        return left.sign * compareMagnitude(left, right)
    }

    private static func compareMagnitude(_ left: Parts, _ right: Parts) -> Int {
        if left.integer.count != right.integer.count { return left.integer.count < right.integer.count ? -1 : 1 }
        for (a, b) in zip(left.integer, right.integer) where a != b { return a < b ? -1 : 1 }
        for index in 0..<max(left.fraction.count, right.fraction.count) {
            let a = index < left.fraction.count ? left.fraction[index] : 0x30
            let b = index < right.fraction.count ? right.fraction[index] : 0x30
            if a != b { return a < b ? -1 : 1 }
        }
        return 0
    }

    /// Sign, digits before the point without leading zeros, digits after it.
    private struct Parts {
        var sign = 1
        var integer: [UInt8] = []
        var fraction: [UInt8] = []

        init(_ bytes: RawSpan) {
            var index = 0
            if bytes.byteCount > 0, bytes[0] == UInt8(ascii: "-") {
                sign = -1
                index = 1
            }
            var isFraction = false
            while index < bytes.byteCount {
                let byte = bytes[index]
                if byte == UInt8(ascii: ".") {
                    isFraction = true
                } else if isFraction {
                    fraction.append(byte)
                } else if byte != 0x30 || !integer.isEmpty {
                    integer.append(byte)
                }
                index += 1
            }
            while fraction.last == 0x30 { fraction.removeLast() }
            if integer.isEmpty && fraction.isEmpty { sign = 0 }
        }
    }
}

extension RawSpan {
    fileprivate subscript(_ index: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) }
}
