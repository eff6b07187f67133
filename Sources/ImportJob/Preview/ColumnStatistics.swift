internal import Glibc
internal import JobCore
internal import JobRuntime

/// What a dry run finds in one column.
struct ColumnStatistics {
    /// Different values that are counted one by one.
    private static let countedValues = 1_000
    private static let buckets = 20
    /// Bytes of the least and greatest values that are kept, and by which they are found; fewer are shown.
    private static let orderedBytes = 256
    /// Values that a histogram is made of, evenly over the file.
    private static let sampledValues = 8_192

    private struct Common {
        let text: String
        var count: Int
    }

    private struct Problem {
        let message: String
        let line: Int
        var count: Int
    }

    private let column: Column
    /// Values may be told, and have an order.
    private let isShown: Bool
    private let isNumber: Bool
    private let isTime: Bool
    private var values = 0
    private var nulls = 0
    private var longest = 0
    private var distinct = DistinctEstimate()
    private var least: [UInt8] = []
    private var greatest: [UInt8] = []
    private var leastNumber = Double.infinity
    private var greatestNumber = -Double.infinity
    private var common: [UInt64: Common] = [:]
    private var samples: [Double] = []
    /// Every `stride`th value is among them.
    private var stride = 1
    private var problems: [String: Problem] = [:]
    private(set) var evidence = FormatEvidence()
    var identifiers = IdentifierGuard()

    init(_ column: Column) {
        self.column = column
        isShown = !column.isWriteOnly && !column.isPersonal && column.type != .json
        isNumber = [.int, .decimal, .double].contains(column.type)
        isTime = column.type == .timestamp || column.type == .date
    }

    mutating func addNull() { nulls += 1 }

    /// Adds a value in canonical form.
    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>, isSampled: Bool) {
        values += 1
        longest = max(longest, text.count)
        let hash = unsafe DistinctEstimate.hash(text)
        distinct.add(hash)
        if !isShown { return }
        if isNumber {
            if let number = unsafe NumberText.value(text) {
                if number < leastNumber {
                    leastNumber = number
                    unsafe Self.keep(text, in: &least)
                }
                if number > greatestNumber {
                    greatestNumber = number
                    unsafe Self.keep(text, in: &greatest)
                }
                if values % stride == 0 { addSample(number) }
            }
        } else {
            if unsafe least.isEmpty || Self.order(text, least) < 0 { unsafe Self.keep(text, in: &least) }
            if unsafe Self.order(text, greatest) > 0 { unsafe Self.keep(text, in: &greatest) }
            if isTime, values % stride == 0, let time = unsafe Self.time(text, column.type) { addSample(time) }
        }
        if isSampled {
            if let entry = common[hash] {
                common[hash] = Common(text: entry.text, count: entry.count + 1)
            } else if common.count < Self.countedValues {
                common[hash] = unsafe Common(text: String(decoding: text.prefix(100), as: UTF8.self), count: 1)
            }
        }
    }

    /// When there are enough, every other one is dropped, and as many of those to come.
    private mutating func addSample(_ value: Double) {
        samples.append(value)
        if samples.count < Self.sampledValues { return }
        samples = samples.indices.filter { $0 % 2 == 1 }.map { samples[$0] }
        stride *= 2
    }

    /// Adds a cell that did not fit; `text` is what the source has.
    mutating func add(_ problem: CellProblem, text: String?, line: Int) {
        let code = problem.fault.code
        problems[code, default: Problem(message: problem.expectation, line: line, count: 0)].count += 1
        guard let text else { return }
        switch problem.fault {
        case .invalidTimestamp, .invalidDate: evidence.addDate(text)
        case .invalidInt, .invalidDecimal, .invalidDouble: evidence.addNumber(text)
        default: break
        }
    }

    private static func time(_ text: UnsafeBufferPointer<UInt8>, _ type: ColumnType) -> Double? {
        if type == .timestamp { return unsafe Timestamp.parse(text).map { Double($0.microseconds) } }
        return unsafe Timestamp.parse(String(decoding: text, as: UTF8.self) + "T00:00:00Z").map {
            Double($0.microseconds)
        }
    }

    /// By bytes: negative when the text comes first, positive when the other does.
    @inline(__always)
    private static func order(_ text: UnsafeBufferPointer<UInt8>, _ other: [UInt8]) -> Int {
        let count = min(text.count, orderedBytes)
        let shorter = min(count, other.count)
        if shorter == 0 { return count - other.count }
        let first = unsafe Int(text[0]) - Int(other[0])
        if first != 0 { return first }
        let order = unsafe other.withUnsafeBufferPointer { other in
            guard let left = text.baseAddress, let right = other.baseAddress else { return Int32(0) }
            return unsafe memcmp(left, right, shorter)
        }
        return order != 0 ? Int(order) : count - other.count
    }

    /// In the storage that is there: the greatest of an ascending column changes with every row.
    private static func keep(_ text: UnsafeBufferPointer<UInt8>, in place: inout [UInt8]) {
        place.removeAll(keepingCapacity: true)
        unsafe place.append(contentsOf: text.prefix(orderedBytes))
    }

    /// For the preview.
    func shown(sampledRows: Int, proposal: FieldProposal? = nil) -> PreviewStatistics {
        var shown = PreviewStatistics()
        shown.values = values
        shown.nulls = nulls
        shown.invalid = problems.values.reduce(0) { $0 + $1.count }
        shown.longestBytes = longest
        shown.distinct = min(distinct.count, values)
        if isShown && values > 0 {
            shown.min = Self.shown(least)
            shown.max = Self.shown(greatest)
            let commonest = common.values.filter { $0.count > 1 }.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
            shown.commonest = commonest.prefix(5).map { PreviewCommonValue(value: $0.text, count: $0.count) }
            shown.sampledRows = sampledRows
            shown.histogram = histogram
        }
        let listed = problems.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        shown.problems = listed.map { code, problem in
            PreviewFinding(code: code, count: problem.count, line: problem.line, message: problem.message)
        }
        shown.evidence = evidence.shown(proposal)
        shown.warnings = identifiers.warnings
        return shown
    }

    /// How the sampled values lie between the least and the greatest of them.
    private var histogram: [Int]? {
        guard let least = samples.min(), let greatest = samples.max(), greatest > least else { return nil }
        var counts = [Int](repeating: 0, count: Self.buckets)
        // Halves: the difference of the largest numbers is beyond them.
        let width = greatest / 2 - least / 2
        for sample in samples {
            let share = (sample / 2 - least / 2) / width
            // Not a number where the whole range is too small for it.
            counts[share >= 0 ? min(Self.buckets - 1, Int(min(share, 1) * Double(Self.buckets))) : 0] += 1
        }
        return counts
    }

    private static func shown(_ text: [UInt8]) -> String { String(decoding: text.prefix(100), as: UTF8.self) }
}

/// Numbers as text.
enum NumberText {
    /// About the value of canonical text, always finite; `nil` for what is not a number.
    @inline(__always)
    static func value(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var whole = 0.0
        var scale = 0.0
        var isNegative = false
        for index in text.indices {
            let byte = unsafe text[index]
            let digit = byte &- 0x30
            if digit < 10 {
                whole = whole * 10 + Double(digit)
                scale *= 10
            } else if byte == UInt8(ascii: "."), scale == 0 {
                scale = 1
            } else if byte == UInt8(ascii: "-"), index == 0 {
                isNegative = true
            } else {
                return unsafe Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
            }
        }
        var value = scale > 0 ? whole / scale : whole
        if !whole.isFinite || !scale.isFinite {
            // More digits than a double has room for.
            let parsed = unsafe Double(String(decoding: text, as: UTF8.self)) ?? 0
            value = min(parsed.magnitude, .greatestFiniteMagnitude)
        }
        return isNegative ? -value : value
    }
}
