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

    /// The instant that is meant; nil when the text is not written in this way.
    func instant(_ cell: UnsafeBufferPointer<UInt8>, _ zone: ZoneRules?) -> Instant? {
        switch self {
        case .epoch(let unit): return unsafe unit.instant(cell)
        case .pattern(let pattern):
            guard let reading = unsafe pattern.read(cell) else { return nil }
            let (second, fraction) = reading.time.quotientAndRemainder(dividingBy: 1_000_000)
            let localSeconds = Int64(reading.days) * 86_400 + second
            let start =
                if let offset = reading.offset {
                    Instant(seconds: localSeconds - Int64(offset))
                } else {
                    zone?.instant(localSeconds: localSeconds) ?? Instant(seconds: localSeconds)
                }
            return start.adding(microseconds: fraction)
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
            let localSeconds = instant.seconds + Int64(zone?.offset(at: instant) ?? 0)
            return Int(localSeconds / 86_400 - (localSeconds % 86_400 < 0 ? 1 : 0))
        }
    }
}
