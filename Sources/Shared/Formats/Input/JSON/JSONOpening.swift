/// What the beginning of a file says that begins with an object: how its records stand, and whether it is one at all.
package struct JSONOpening: Sendable {
    /// Bytes that are looked at.
    private static let sampleBytes = 1 << 16
    /// Objects inside each other in which rows are looked for.
    private static let depth = 4

    /// Objects follow each other otherwise than one a line.
    package private(set) var isSequence = false
    /// Nothing is seen behind the first object.
    package private(set) var isAlone = true
    /// Names of the first object, as far as it is seen.
    package private(set) var names: [String] = []
    /// Ways to arrays of objects inside the first object, those that are less deep first.
    package private(set) var paths: [[String]] = []

    package init(_ sample: [UInt8]) {
        var finder = RowFinder(Array(sample.prefix(Self.sampleBytes)), depth: Self.depth)
        finder.run()
        names = finder.names
        paths = finder.paths.enumerated().sorted { ($0.element.count, $0.offset) < ($1.element.count, $1.offset) }
            .map(\.element)
        let bytes = finder.bytes
        let start = finder.start
        guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else { return }
        let (end, fault) = Self.end(bytes, start)
        guard let end else {
            // An object that goes on behind what is seen has more than one line, or is large.
            isSequence = fault == .endsEarly ? bytes[start...].contains(0x0A) : Self.isSpread(bytes)
            return
        }
        let rest = bytes[end...].firstIndex { !RowFinder.isFiller($0) }
        isAlone = rest == nil
        isSequence = bytes[start..<end].contains(0x0A)
        if let rest, !isSequence { isSequence = bytes[rest] == 0x7B && !bytes[end..<rest].contains(0x0A) }
    }

    /// Whether the first line of a file that begins with an object looks like a part of one that has several.
    static func isSpread(_ sample: [UInt8]) -> Bool {
        let start = TextStart.offset(in: sample)
        guard let first = sample[start...].firstIndex(where: { !TextStart.isSpace($0) }),
            sample[first] == UInt8(ascii: "{"),
            let end = sample[first...].firstIndex(of: 0x0A),
            let last = sample[first..<end].last(where: { !TextStart.isSpace($0) })
        else { return false }
        if last == UInt8(ascii: ",") { return !sample[first..<end].contains(UInt8(ascii: "}")) }
        return last == UInt8(ascii: "{") || last == UInt8(ascii: "[")
    }

    /// Where the value ends, or what is wrong with it.
    private static func end(_ bytes: [UInt8], _ start: Int) -> (Int?, JSONFault) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return (nil, .endsEarly) }
            var scanner = unsafe JSONScanner(
                base, end: buffer.count, readable: buffer.count, maxDepth: JSONScanner.depthCeiling)
            let end = scanner.value(start)
            return (end < 0 ? nil : end, scanner.fault)
        }
    }
}

/// Finds the arrays of objects inside an object of which perhaps only a part is there.
private struct RowFinder {
    let bytes: [UInt8]
    /// Where the object begins.
    let start: Int
    private(set) var names: [String] = []
    private(set) var paths: [[String]] = []
    private let depth: Int
    private var at: Int
    private var way: [String] = []

    init(_ bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        start = bytes[mark...].firstIndex { !Self.isFiller($0) } ?? bytes.count
        at = start
    }

    static func isFiller(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte || byte == 0x1E }

    /// Reads as far as there is something to read; what is no JSON ends it.
    mutating func run() { if take("{") { object() } }

    private mutating func object() {
        if take("}") { return }
        repeat {
            guard let name = name(), take(":") else { return stop() }
            if way.isEmpty { names.append(name) }
            way.append(name)
            value()
            way.removeLast()
        } while take(",")
        if !take("}") { stop() }
    }

    private mutating func value() {
        if way.count < depth && take("{") { return object() }
        if peek == UInt8(ascii: "["), bytes[(at + 1)...].first(where: { !Self.isFiller($0) }) == UInt8(ascii: "{") {
            paths.append(way)
        }
        pass()
    }

    /// Goes over a value by its brackets and quotes.
    private mutating func pass() {
        _ = peek
        var boundary = ElementBoundary()
        at = boundary.end(bytes, from: at, to: bytes.count) ?? bytes.count
    }

    private mutating func name() -> String? {
        guard peek == UInt8(ascii: "\"") else { return nil }
        var boundary = ElementBoundary()
        guard let end = boundary.end(bytes, from: at, to: bytes.count),
            case .string(let name)? = try? JSONValue(parsing: Array(bytes[at..<end]))
        else { return nil }
        at = end
        return name
    }

    private mutating func stop() { at = bytes.count }

    /// The next byte that is not white space.
    private var peek: UInt8? {
        mutating get {
            while at < bytes.count, Self.isFiller(bytes[at]) { at += 1 }
            return at < bytes.count ? bytes[at] : nil
        }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }
}
