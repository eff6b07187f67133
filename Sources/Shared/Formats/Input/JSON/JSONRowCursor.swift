internal import CSIMD
internal import JobCore

/// Walks over the records of a JSON file that lie in memory; knows the place in the stream and in the array.
struct JSONRowCursor: Sendable {
    /// Why a walk came back.
    enum Event {
        case exhausted
        /// The batch has what it should.
        case full
        /// The output needs room for the given bytes and one more row.
        case room(Int)
        /// The record at the position brings new columns; walk again when they are there.
        case newNames([[UInt8]])
        /// The record at the position goes on behind the end.
        case incomplete
        /// A record that is no row; the position is behind it.
        case defect(Defect)
        case fault(JSONFault, at: Int)
        case limit(ReaderLimit)
    }

    /// A record that is no row, with the range of its source text.
    struct Defect {
        let code: String
        let message: String
        let line: Int
        let offset: Int
        let text: Range<Int>
    }

    /// Where in the outer array the cursor is.
    enum Stage: Sendable {
        case start, first, element, separator, done
    }

    let layout: JSONLayout
    /// Elements follow each other without an array around them.
    let isSequence: Bool
    /// The array is inside something that goes on behind it.
    let isInside: Bool
    let limits: ReaderLimits
    private(set) var stage = Stage.start
    /// Line and offset of the next byte.
    private(set) var line = 1
    private(set) var offset = 0

    init(layout: JSONLayout, isSequence: Bool, isInside: Bool, limits: ReaderLimits) {
        self.layout = layout
        self.isSequence = isSequence
        self.isInside = isInside
        self.limits = limits
    }

    /// Leaves out what is no part of the records.
    mutating func skip(bytes: Int, lines: Int = 0) {
        offset += bytes
        line += lines
    }

    /// Reads records from `position` to `end`; `isWhole` says that no record goes on behind the end.
    mutating func walk(
        _ parser: inout JSONRowParser, _ position: inout Int, to end: Int, isWhole: Bool, output: inout JSONRowOutput,
        fullBytes: Int, fullFields: Int, lines: inout [Int], offsets: inout [Int]
    ) -> Event {
        let shift = offset &- position
        defer { offset = position &+ shift }
        // Of the line at the position; several records may stand on it.
        var lineEnd = position &- 1
        while position < end {
            let record: Range<Int>
            let start: Int
            switch layout {
            case .lines:
                if lineEnd < position {
                    guard let found = unsafe Self.lineEnd(parser.input, from: position, to: end) else {
                        return .incomplete
                    }
                    lineEnd = found
                }
                var stop = lineEnd
                if unsafe stop > position && parser.input[stop &- 1] == 0x0D { stop &-= 1 }
                start = unsafe Self.skipFiller(parser.input, position, stop)
                if start == stop {
                    position = lineEnd &+ 1
                    line &+= 1
                    continue
                }
                record = position..<stop
                if record.count > limits.recordBytes { return .limit(.recordBytes) }
            case .array:
                let next = unsafe Self.skip(parser.input, position, end, separators: isSequence)
                line &+= unsafe Self.lineEnds(parser.input, from: position, to: next)
                position = next
                if next == end { return .exhausted }
                switch punctuate(unsafe parser.input[next]) {
                case .passed:
                    position &+= 1
                    if stage == .done && isInside { return .exhausted }
                    continue
                case .fault(let fault): return .fault(fault, at: next &+ shift)
                case .element: break
                }
                start = next
                record = next..<min(end, next &+ limits.recordBytes &+ 1)
            }
            // Text of fields is never longer than the record; escapes only shrink.
            if layout == .lines && !hasRoom(record.count, parser.columnCount, &output) { return .room(record.count) }
            var defect: Defect?
            let stop: Int
            // Where the next record of the line is; its end when there is none.
            var next = record.upperBound
            switch parser.parse(start, end: record.upperBound) {
            case .newNames(let names, let behind):
                // Names of a line that turns out to be no row are no columns.
                if unsafe layout == .array || Self.rest(parser.input, behind, record.upperBound) != nil {
                    return .newNames(names)
                }
                stop = behind
            case .limit(let limit): return .limit(limit)
            case .fault(let fault, let at):
                guard layout == .lines else {
                    guard fault == .endsEarly else { return .fault(fault, at: at &+ shift) }
                    if record.count > limits.recordBytes { return .limit(.recordBytes) }
                    return isWhole ? .fault(fault, at: at &+ shift) : .incomplete
                }
                stop = record.upperBound
                defect = self.defect(fault, at: at &+ shift, start: start &+ shift, record)
            case .row(let behind):
                stop = behind
                if parser.columnCount == 0 {
                    let message = "the object has no members, and no column is known yet"
                    defect = self.defect("empty_object", message, start: start &+ shift, record.lowerBound..<behind)
                }
            case .duplicateKey(let behind):
                stop = behind
                let message = "the object has the same member name twice"
                defect = self.defect("duplicate_key", message, start: start &+ shift, record.lowerBound..<behind)
            case .notAnObject(let behind):
                stop = behind
                // A number at the end may have more digits.
                if layout == .array && behind == end && !isWhole { return .incomplete }
                let message = "expected a JSON object, found another value"
                defect = self.defect("not_an_object", message, start: start &+ shift, record.lowerBound..<behind)
            }
            switch layout {
            case .array:
                if stop &- start > limits.recordBytes { return .limit(.recordBytes) }
                if !hasRoom(stop &- start, parser.columnCount, &output) { return .room(stop &- start) }
            case .lines:
                if let rest = unsafe Self.rest(parser.input, stop, record.upperBound) {
                    next = rest
                } else {
                    let rest = unsafe Self.skipFiller(parser.input, stop, record.upperBound)
                    defect = self.defect(.trailingText, at: rest &+ shift, start: start &+ shift, record)
                }
            }
            if defect == nil {
                switch parser.copyFields(into: &output) {
                case .done:
                    lines.append(line)
                    offsets.append(start &+ shift)
                case .nul:
                    let message = "a string has a NUL character"
                    defect = self.defect("nul_byte", message, start: start &+ shift, record.lowerBound..<stop)
                case .tooLong: return .limit(.fieldBytes)
                }
            }
            // Nothing stops the record from here on.
            switch layout {
            case .lines where next < record.upperBound: position = next
            case .lines:
                line &+= 1
                position = record.upperBound &+ (unsafe parser.input[record.upperBound] == 0x0D ? 2 : 1)
            case .array:
                line &+= unsafe Self.lineEnds(parser.input, from: start, to: stop)
                position = stop
                stage = .separator
            }
            if let defect { return .defect(defect) }
            if output.byteCount >= fullBytes || output.endCount >= fullFields { return .full }
        }
        return .exhausted
    }

    /// Names that the records from the position on bring.
    ///
    /// It stops at the first one that does not end before `end`, that is faulty or that has too many. `isBehindElement`:
    /// the position is behind an element that the cursor has yet to pass.
    func names(
        _ parser: inout JSONRowParser, from position: Int, to end: Int, isBehindElement: Bool = false
    ) -> [[UInt8]] {
        var cursor = self
        if isBehindElement { cursor.stage = .separator }
        var position = position
        var names: [[UInt8]] = []
        var known: Set<[UInt8]> = []
        while position < end {
            let start: Int
            var stop = end
            switch layout {
            case .lines:
                guard let lineEnd = unsafe Self.lineEnd(parser.input, from: position, to: end) else { return names }
                start = unsafe Self.skipFiller(parser.input, position, lineEnd)
                stop = lineEnd
                position = lineEnd &+ 1
                if start == lineEnd { continue }
            case .array:
                start = unsafe Self.skip(parser.input, position, end, separators: isSequence)
                if start == end { return names }
                switch cursor.punctuate(unsafe parser.input[start]) {
                case .passed:
                    position = start &+ 1
                    if cursor.stage == .done { return names }
                    continue
                case .fault: return names
                case .element: cursor.stage = .separator
                }
                stop = min(end, start &+ limits.recordBytes)
            }
            var place = start
            while place < stop {
                switch parser.parse(place, end: stop) {
                case .newNames(let found, let behind):
                    let rest = unsafe layout == .lines ? Self.rest(parser.input, behind, stop) : stop
                    guard let rest else {
                        place = stop
                        break
                    }
                    let fresh = found.filter { !known.contains($0) }
                    if parser.columnCount + names.count + fresh.count > limits.columns { return names }
                    known.formUnion(fresh)
                    names += fresh
                    if layout == .array { position = behind }
                    place = rest
                case .row(let behind), .duplicateKey(let behind), .notAnObject(let behind):
                    if layout == .array {
                        position = behind
                        place = stop
                    } else {
                        place = unsafe Self.rest(parser.input, behind, stop) ?? stop
                    }
                case .fault, .limit:
                    if layout == .array { return names }
                    place = stop
                }
            }
        }
        return names
    }

    /// Where the next object of a line begins, or its end; `nil` when something else follows.
    @inline(__always)
    private static func rest(_ bytes: UnsafePointer<UInt8>, _ behind: Int, _ end: Int) -> Int? {
        let rest = unsafe skipFiller(bytes, behind, end)
        return unsafe rest == end || bytes[rest] == UInt8(ascii: "{") ? rest : nil
    }

    /// `output` is not changed; it is handed on as it is because a copy of it counts references.
    @inline(__always)
    private func hasRoom(_ count: Int, _ columns: Int, _ output: inout JSONRowOutput) -> Bool {
        output.byteCount &+ count &+ FieldCopy.slack <= output.byteCapacity
            && output.endCount &+ columns <= output.endCapacity
    }

    private func defect(_ code: String, _ message: String, start: Int, _ text: Range<Int>) -> Defect {
        Defect(code: code, message: message, line: line, offset: start, text: text)
    }

    private func defect(_ fault: JSONFault, at place: Int, start: Int, _ text: Range<Int>) -> Defect {
        defect("invalid_json", "invalid JSON at byte \(place): \(fault.reason)", start: start, text)
    }

    private enum Punctuation {
        case passed, element
        case fault(JSONFault)
    }

    /// Takes what stands between the elements of the outer array.
    private mutating func punctuate(_ byte: UInt8) -> Punctuation {
        if isSequence { return .element }
        switch (stage, byte) {
        case (.start, UInt8(ascii: "[")): stage = .first
        case (.start, _): return .fault(.array)
        case (.first, UInt8(ascii: "]")): stage = .done
        case (.separator, UInt8(ascii: ",")): stage = .element
        case (.separator, UInt8(ascii: "]")): stage = .done
        case (.separator, _): return .fault(.commaOrBracket)
        case (.done, _): return .fault(.trailingText)
        case (.first, _), (.element, _): return .element
        }
        return .passed
    }

    private static func lineEnd(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
        guard let found = unsafe memchr(bytes + start, 0x0A, end - start) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
    }

    @inline(__always)
    private static func skipSpace(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end {
            let byte = unsafe bytes[at]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            at &+= 1
        }
        return at
    }

    /// Behind white space, and behind record separators where they may stand.
    @inline(__always)
    private static func skip(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, separators: Bool
    ) -> Int {
        unsafe separators ? skipFiller(bytes, start, end) : skipSpace(bytes, start, end)
    }

    /// Behind white space and the separators in front of the records of a JSON text sequence (RFC 7464).
    @inline(__always)
    private static func skipFiller(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = unsafe skipSpace(bytes, start, end)
        while unsafe at < end && bytes[at] == 0x1E { at = unsafe skipSpace(bytes, at &+ 1, end) }
        return at
    }

    private static func lineEnds(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var at = start
        var count = 0
        while at &+ 64 <= end {
            count &+= unsafe csimd_equal64(bytes + at, 0x0A).nonzeroBitCount
            at &+= 64
        }
        while at < end {
            if unsafe bytes[at] == 0x0A { count &+= 1 }
            at &+= 1
        }
        return count
    }
}
