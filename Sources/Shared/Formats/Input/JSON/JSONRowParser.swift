internal import CSIMD
internal import JobCore

/// Takes one JSON object apart into the slots of the columns, then copies the fields in column order.
///
/// Valid only while the arrays its pointers come from are borrowed.
@safe struct JSONRowParser {
    /// What became of the text of one record.
    enum Outcome {
        /// An object; ends at the index.
        case row(end: Int)
        /// A good object with names that are no columns yet.
        case newNames([[UInt8]], end: Int)
        case duplicateKey(end: Int)
        case notAnObject(end: Int)
        case fault(JSONFault, at: Int)
        case limit(ReaderLimit)
    }

    /// Names of an object that are no columns.
    private final class NewNames {
        private(set) var inOrder: [[UInt8]] = []
        private var all: Set<[UInt8]> = []

        /// Returns whether the name is another one than those before it.
        func add(_ name: [UInt8]) -> Bool {
            let isNew = all.insert(name).inserted
            if isNew { inOrder.append(name) }
            return isNew
        }
    }

    /// Columns up to which a name that comes out of order is looked for one by one.
    private static let searchedColumns = 64

    let input: UnsafePointer<UInt8>
    /// Where the memory ends that may be read.
    let readable: Int
    let keys: UnsafePointer<UInt8>
    let keyStarts: UnsafePointer<Int>
    let slots: UnsafeMutableBufferPointer<JSONColumns.Slot>
    var columnCount: Int { unsafe slots.count }
    let index: [[UInt8]: Int]
    let limits: ReaderLimits
    /// Differs from row to row.
    var stamp: UInt64

    /// Reads the value that starts at `start`; `end` is where the text ends.
    mutating func parse(_ start: Int, end: Int) -> Outcome {
        var scanner = unsafe JSONScanner(input, end: end, readable: readable, maxDepth: limits.depth)
        guard unsafe start < end && input[start] == UInt8(ascii: "{") else {
            let behind = scanner.value(start)
            return behind < 0 ? outcome(scanner) : .notAnObject(end: behind)
        }
        if limits.depth < 1 { return .limit(.depth) }
        stamp &+= 1
        // Most objects have none: nothing is made for them.
        var fresh: NewNames?
        var hasDuplicate = false
        var next = 0
        var at = scanner.skipSpace(start &+ 1)
        if unsafe at < end && input[at] == UInt8(ascii: "}") { return .row(end: at &+ 1) }
        while true {
            // The name: most likely the one that followed last time.
            var column = -1
            let found = known(at, next, end)
            if found >= 0 {
                column = found
                at = scanner.skipSpace(unsafe at &+ keyStarts[column &+ 1] &- keyStarts[column])
                guard unsafe at < end && input[at] == UInt8(ascii: ":") else {
                    return .fault(at < end ? .colon : .endsEarly, at: at)
                }
                at = scanner.skipSpace(at &+ 1)
            } else {
                let open = at
                at = scanner.name(at)
                if at < 0 { return outcome(scanner) }
                let name = name(open, end)
                if let known = index[name] {
                    column = known
                } else {
                    if name.count > limits.nameBytes { return .limit(.nameBytes) }
                    let names = fresh ?? NewNames()
                    fresh = names
                    if !names.add(name) { hasDuplicate = true }
                    if columnCount + names.inOrder.count > limits.columns { return .limit(.columns) }
                }
            }
            // The value.
            var slot = JSONColumns.Slot(start: at, end: at, kind: .bare, stamp: stamp)
            let byte = unsafe at < end ? input[at] : 0
            if byte == UInt8(ascii: "\"") {
                at = scanner.string(at)
                slot.start &+= 1
                slot.end = at &- 1
                slot.kind = scanner.hasEscape ? .escapedString : .plainString
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                at = scanner.value(at, outer: 1)
                slot.end = at
                slot.kind = .nested
            } else {
                at = scanner.scalar(at)
                slot.end = at
                slot.kind = byte == UInt8(ascii: "n") ? .null : .bare
            }
            if at < 0 { return outcome(scanner) }
            if column >= 0 {
                if unsafe slots[column].stamp == stamp { hasDuplicate = true }
                unsafe slots[column] = slot
                next = column &+ 1
            }
            at = scanner.skipSpace(at)
            guard at < end else { return .fault(.endsEarly, at: end) }
            let separator = unsafe input[at]
            if separator == UInt8(ascii: ",") {
                at = scanner.skipSpace(at &+ 1)
                continue
            }
            guard separator == UInt8(ascii: "}") else { return .fault(.commaOrBrace, at: at) }
            if hasDuplicate { return .duplicateKey(end: at &+ 1) }
            guard let fresh else { return .row(end: at &+ 1) }
            return .newNames(fresh.inOrder, end: at &+ 1)
        }
    }

    private func outcome(_ scanner: JSONScanner) -> Outcome {
        scanner.fault == .tooDeep ? .limit(.depth) : .fault(scanner.fault, at: scanner.faultAt)
    }

    /// The column whose name stands at `at` byte by byte, tried from `next` on; -1 when there is none.
    @inline(__always)
    private func known(_ at: Int, _ next: Int, _ end: Int) -> Int {
        if next < columnCount && isKey(at, next, end) { return next }
        return columnCount <= Self.searchedColumns ? search(at, next, end) : -1
    }

    private func search(_ at: Int, _ next: Int, _ end: Int) -> Int {
        var column = next &+ 1
        for _ in 0..<columnCount {
            if column >= columnCount { column = 0 }
            if isKey(at, column, end) { return column }
            column &+= 1
        }
        return -1
    }

    @inline(__always)
    private func isKey(_ at: Int, _ column: Int, _ end: Int) -> Bool {
        let start = unsafe keyStarts[column]
        let count = unsafe keyStarts[column &+ 1] &- start
        guard at &+ count <= end else { return false }
        if count <= 16 && at &+ 16 <= readable {
            return unsafe csimd_same16(input + at, keys + start, Int32(truncatingIfNeeded: count)) != 0
        }
        return unsafe memcmp(input + at, keys + start, count) == 0
    }

    /// The decoded name whose opening quote is at `open`; it was checked before.
    private func name(_ open: Int, _ end: Int) -> [UInt8] {
        var name: [UInt8] = []
        var at = open + 1
        while unsafe at < end && input[at] != UInt8(ascii: "\"") {
            if unsafe input[at] == UInt8(ascii: "\\"), let escape = unsafe JSONEscape.decode(input, at: at, end: end) {
                name.append(contentsOf: escape.text.utf8)
                at += escape.length
            } else {
                unsafe name.append(input[at])
                at += 1
            }
        }
        return name
    }
}
