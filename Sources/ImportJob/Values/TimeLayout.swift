internal import JobCore

/// One way to write a time.
enum TimeLayout: Sendable {
    case pattern(DatePattern)
    /// A count since 1970.
    case epoch(EpochUnit)

    /// Whether it says itself which instants are meant.
    var hasZone: Bool {
        switch self {
        case .pattern(let pattern): pattern.hasZone
        case .epoch: true
        }
    }

    /// Microseconds since 1970; nil when the text is not written in this way.
    func instant(_ cell: UnsafeBufferPointer<UInt8>, _ zone: ZoneRules?) -> Int64? {
        switch self {
        case .epoch(let unit): return unsafe unit.instant(cell)
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

    /// The day that the text names and that no calendar has.
    func impossibleDate(_ cell: UnsafeBufferPointer<UInt8>) -> ImpossibleDate? {
        guard case .pattern(let pattern) = self, case .impossible(let date) = unsafe pattern.attempt(cell) else {
            return nil
        }
        return date
    }

    /// Days since 1970 of the date as it is written; nil when the text is not written in this way.
    func day(_ cell: UnsafeBufferPointer<UInt8>, _ zone: ZoneRules?) -> Int? {
        switch self {
        case .pattern(let pattern): return unsafe pattern.read(cell)?.days
        case .epoch(let unit):
            guard let instant = unsafe unit.instant(cell) else { return nil }
            var seconds = instant / 1_000_000 - (instant % 1_000_000 < 0 ? 1 : 0)
            if let zone { seconds += Int64(zone.offset(at: seconds)) }
            return Int(seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0))
        }
    }
}
