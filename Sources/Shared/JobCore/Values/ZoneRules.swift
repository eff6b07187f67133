/// The offsets of a time zone from UTC through time.
///
/// Of a local time that comes twice, when clocks go back, the first one is meant; a local time that does not come, when
/// clocks go forward, is moved on by the length of the gap. So do `java.time` and ECMAScript's Temporal ("compatible").
package struct ZoneRules: Sendable {
    /// When another offset begins, ascending.
    private let transitions: [Instant]
    /// Seconds east of UTC behind each transition.
    private let offsets: [Int]
    /// Before the first transition.
    private let first: Int
    /// After the last transition.
    private let rule: ZoneRule?

    /// A zone without changes.
    package init(fixed seconds: Int) {
        transitions = []
        offsets = []
        first = seconds
        rule = nil
    }

    /// A zone from the bytes of a file in the Time Zone Information Format (RFC 8536); nil when they are none.
    package init?(file bytes: [UInt8]) {
        var reader = ZoneFileReader(bytes)
        guard let header = reader.header() else { return nil }
        var block = header
        if header.version >= 2 {
            // The first block, with times of 32 bits, is for old readers.
            guard reader.skip(header.size(timeBytes: 4)), let second = reader.header() else { return nil }
            block = second
        }
        let isLong = header.version >= 2
        guard let times = reader.times(block.times, isLong: isLong), let kinds = reader.bytes(block.times),
            let types = reader.offsets(block.types), let initial = types.first,
            kinds.allSatisfy({ Int($0) < types.count })
        else { return nil }
        transitions = times.map(Instant.init(seconds:))
        offsets = kinds.map { types[Int($0)] }
        first = initial
        guard isLong else {
            rule = nil
            return
        }
        guard reader.skip(block.characters + block.leaps * 12 + block.standards + block.universals) else { return nil }
        rule = reader.footer().flatMap { ZoneRule($0) }
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: Instant) -> Int {
        if let last = transitions.last, instant >= last { return rule?.offset(at: instant) ?? offsets.last ?? first }
        if transitions.isEmpty { return rule?.offset(at: instant) ?? first }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }

    /// The instant of a local time, which is told in seconds from 1970 on the zone's clock.
    package func instant(localSeconds: Int64) -> Instant {
        let day: Int64 = 86_400
        let before = offset(at: Instant(seconds: localSeconds - day))
        let after = offset(at: Instant(seconds: localSeconds + day))
        let early = Instant(seconds: localSeconds - Int64(before))
        if before == after { return early }
        let late = Instant(seconds: localSeconds - Int64(after))
        let isEarly = offset(at: early) == before
        let isLate = offset(at: late) == after
        if isEarly && isLate { return min(early, late) }
        return isLate ? late : early
    }
}

/// Reads the parts of a zone file.
private struct ZoneFileReader {
    struct Header {
        var version = 1
        var universals = 0
        var standards = 0
        var leaps = 0
        var times = 0
        var types = 0
        var characters = 0

        func size(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standards + universals
        }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func skip(_ count: Int) -> Bool { bytes(count) != nil }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func header() -> Header? {
        guard let head = bytes(20), head.starts(with: "TZif".utf8) else { return nil }
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let count = number(4), (0...100_000).contains(count) else { return nil }
            counts.append(Int(count))
        }
        let version = head[head.startIndex + 4]
        return Header(
            version: version == 0 ? 1 : Int(version) - 0x30, universals: counts[0], standards: counts[1],
            leaps: counts[2], times: counts[3], types: counts[4], characters: counts[5])
    }

    /// A signed number, the highest byte first.
    private mutating func number(_ count: Int) -> Int64? {
        guard let bytes = bytes(count) else { return nil }
        let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = UInt64(64 - count * 8)
        return Int64(bitPattern: value << unused) >> Int64(unused)
    }

    mutating func times(_ count: Int, isLong: Bool) -> [Int64]? {
        var times: [Int64] = []
        for _ in 0..<count {
            guard let time = number(isLong ? 8 : 4), times.last.map({ $0 < time }) ?? true else { return nil }
            times.append(time)
        }
        return times
    }

    /// Seconds east of UTC of each type; whether it is daylight saving and its name are of no use here.
    mutating func offsets(_ count: Int) -> [Int]? {
        var offsets: [Int] = []
        for _ in 0..<count {
            guard let offset = number(4), abs(offset) < 172_800, skip(2) else { return nil }
            offsets.append(Int(offset))
        }
        return offsets
    }

    /// The rule between the last two line feeds.
    func footer() -> String? {
        guard rest.first == 0x0A, let end = rest.dropFirst().firstIndex(of: 0x0A) else { return nil }
        return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    }
}
