internal import JobCore

/// How a cell becomes a value.
struct ValueRule: Sendable {
    /// Whether letters are changed.
    enum LetterCase: String, CaseIterable, Sendable {
        case upper, lower
    }

    var kind: ValueKind
    /// Layouts that are tried in order; RFC 3339 when there is none.
    var layouts: [TimeLayout] = []
    /// The zone of times that name none.
    var zone: ZoneRules?
    var number: NumberPattern?
    var words: WordPattern?
    /// What separates the items of a list.
    var delimiter: UInt8?
    /// Spaces around text fall away; around anything else they always do.
    var trims = false
    var letterCase: LetterCase?
    /// Texts that mean null.
    var nulls: Set<String> = []
    /// Canonical text for a null.
    var fallback: String?
    var isRequired = false
    /// What `format` and `timezone` were, for people.
    var description = ""

    init(_ kind: ValueKind) { self.kind = kind }

    /// Whether it does nothing but check the kind.
    var isPlain: Bool {
        layouts.isEmpty && zone == nil && number == nil && words == nil && delimiter == nil && !trims
            && letterCase == nil && nulls.isEmpty
            && fallback == nil && !isRequired
    }

    /// What would have been right, when the rule knows better than the fault.
    func expectation(_ fault: CellFault) -> String {
        description.isEmpty || !fault.isAboutFormat ? fault.message : "expected \(description)"
    }
}

/// One way to write a time.
enum TimeLayout: Sendable {
    case pattern(DatePattern)
    /// A count since 1970, in units of so many microseconds.
    case epoch(unit: Int64)

    /// Microseconds since 1970; nil when the text is not written in this way.
    func instant(_ cell: UnsafeBufferPointer<UInt8>, _ zone: ZoneRules?) -> Int64? {
        switch self {
        case .epoch(let unit): return unsafe Self.epoch(cell, unit)
        case .pattern(let pattern):
            guard let reading = unsafe pattern.read(cell) else { return nil }
            let seconds = Int64(reading.days) * 86_400
            let second = reading.time / 1_000_000
            let instant: Int64
            if let offset = reading.offset {
                instant = seconds + second - Int64(offset)
            } else if let zone {
                instant = zone.instant(local: seconds + second)
            } else {
                instant = seconds + second
            }
            return instant * 1_000_000 + reading.time % 1_000_000
        }
    }

    /// Days since 1970 of the date as it is written; nil when the text is not written in this way.
    func day(_ cell: UnsafeBufferPointer<UInt8>, _ zone: ZoneRules?) -> Int? {
        switch self {
        case .pattern(let pattern): return unsafe pattern.read(cell)?.days
        case .epoch(let unit):
            guard let instant = unsafe Self.epoch(cell, unit) else { return nil }
            var seconds = instant / 1_000_000 - (instant % 1_000_000 < 0 ? 1 : 0)
            if let zone { seconds += Int64(zone.offset(at: seconds)) }
            return Int(seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0))
        }
    }

    /// Digits with a sign and a fraction; what is smaller than a microsecond is cut off.
    private static func epoch(_ cell: UnsafeBufferPointer<UInt8>, _ unit: Int64) -> Int64? {
        var index = 0
        let isNegative = unsafe cell.first == UInt8(ascii: "-")
        if isNegative { index = 1 }
        var whole: Int64 = 0
        let start = index
        while index < cell.count, unsafe cell[index] &- 0x30 < 10 {
            if index - start >= 15 { return nil }
            whole = unsafe whole * 10 + Int64(cell[index] &- 0x30)
            index += 1
        }
        if index == start { return nil }
        var fraction: Int64 = 0
        if index < cell.count {
            guard unsafe cell[index] == UInt8(ascii: "."), index + 1 < cell.count else { return nil }
            var share = unit / 10
            for place in (index + 1)..<cell.count {
                let digit = unsafe cell[place] &- 0x30
                guard digit < 10 else { return nil }
                fraction += Int64(digit) * share
                share /= 10
            }
        }
        let (micros, overflows) = whole.multipliedReportingOverflow(by: unit)
        if overflows { return nil }
        let instant = isNegative ? -(micros + fraction) : micros + fraction
        return Timestamp.range.contains(instant) ? instant : nil
    }
}
