package import JobCore

/// Reads rows from JSON given in pieces of any size: objects one a line, or one array of objects, which may stand inside
/// an object.
///
/// Columns appear as the objects bring them: those of all records of a piece of input at once, so that most batches are
/// large; a batch ends before the first row with a new name, so all its rows have the same columns. A missing member is null and marked as absent. Strings are decoded and marked as such, numbers and booleans are their text,
/// arrays and objects their source text with raw line ends and tabs blanked (names inside are not checked for
/// duplicates). Lines count by LF; a byte order mark and blank lines are skipped.
///
/// Defects: `not_an_object`, `duplicate_key`, `nul_byte` (an escaped NUL), `empty_object` (no members while no column is
/// known), and in the layout `lines`, where reading goes on with the next line, `invalid_json`. Objects that follow each
/// other on one line are records of their own; a record separator (RFC 7464) may stand in front of each. As a sequence
/// objects follow each other in any way, each over as many lines as it likes.
package struct JSONRowReader: Sendable {
    /// Output room that is reserved at once; a longer record gets what it needs.
    private static let roomBytes = 1 << 18

    private let layout: JSONLayout
    private let isSequence: Bool
    private let limits: ReaderLimits
    private let fullBytes: Int
    private var cursor: JSONRowCursor
    /// Names that lead to the array, and what finds it, when it is inside an object.
    private let path: [String]
    private var seeker: JSONPathSeeker?
    private var table = JSONColumns()
    private var stamp: UInt64 = 0
    /// Columns that the first record brought.
    private var openingColumns: Int?
    /// The first bytes until it is known whether they are a byte order mark.
    private var head: [UInt8] = []
    private var headPosition: Int?
    /// The record that the last piece of input cut off.
    private var cut: [UInt8] = []
    private var cutPosition = 0
    private var cutState = CutState.none
    private var boundary = ElementBoundary()
    /// What defects of the current batch weigh.
    private var defectBytes = 0

    private enum CutState: Sendable {
        case none, gathering, complete
    }

    /// Names of the columns so far.
    package var columns: [String] { table.names }

    /// Bytes of a record whose end has not come yet.
    package var heldBytes: Int { cut.count }

    /// A reader at the beginning of a file; a batch is full at `batchBytes` bytes of fields.
    ///
    /// `path` has the names that lead to an array inside an object.
    package init(
        layout: JSONLayout, path: [String] = [], limits: ReaderLimits = ReaderLimits(), batchBytes: Int = 1 << 20
    ) {
        precondition(path.isEmpty || layout == .array, "a path leads to an array")
        self.init(layout, isSequence: false, path, limits, batchBytes)
    }

    /// A reader of a file of objects that follow each other, each over as many lines as it likes.
    package static func sequence(limits: ReaderLimits = ReaderLimits(), batchBytes: Int = 1 << 20) -> JSONRowReader {
        JSONRowReader(.array, isSequence: true, [], limits, batchBytes)
    }

    private init(
        _ layout: JSONLayout, isSequence: Bool, _ path: [String], _ limits: ReaderLimits, _ batchBytes: Int
    ) {
        self.layout = layout
        self.isSequence = isSequence
        self.limits = limits.effective
        fullBytes = min(max(batchBytes, 1), 512 << 20)
        cursor = JSONRowCursor(
            layout: layout, isSequence: isSequence, isInside: !path.isEmpty, limits: limits.effective)
        self.path = path
        seeker = path.isEmpty ? nil : JSONPathSeeker(path: path, limits: limits.effective)
    }

    /// Reads from `input[position...]`, stops early when the batch is full, returns the position reached.
    ///
    /// A position before the end of the input means that the batch is full or the next row brings a new column: empty it
    /// and call again with the same input. Throws `limit_…`, in the layout `array` `invalid_json`, and with a path
    /// `json_path_missing`.
    package mutating func read(
        _ input: [UInt8], from position: Int, into batch: inout SourceBatch
    ) throws(JobError) -> Int {
        var position = position
        prepare(&batch)
        if headPosition == nil {
            let count = min(3 - head.count, input.count - position)
            head.append(contentsOf: input[position..<position + count])
            position += count
            guard head.count == 3 else { return position }
        }
        guard try drainHead(into: &batch) else { return position }
        _ = try consume(input, &position, into: &batch)
        return position
    }

    /// Ends the input: reads what was kept back.
    ///
    /// Call it with an emptied batch until the batch stays empty. Throws what `read` throws, `invalid_json` when the
    /// array is not closed and `source_empty` when there is none.
    package mutating func finish(into batch: inout SourceBatch) throws(JobError) {
        prepare(&batch)
        guard try drainHead(into: &batch) else { return }
        if cutState == .gathering {
            if layout == .lines { cut.append(0x0A) }
            cutState = .complete
        }
        var position = 0
        guard try consume([], &position, into: &batch), layout == .array, !isSequence else { return }
        if let seeker, seeker.hasBegun, !seeker.isComplete, !seeker.hasArrived {
            throw failure(.endsEarly, at: cursor.offset)
        }
        switch cursor.stage {
        case .done: break
        case .start:
            throw JobError(
                .sourceEmpty, "the file is empty", hint: "an array of objects is expected",
                position: DataPosition(line: 1, byteOffset: cursor.offset))
        case .first, .element, .separator: throw failure(.fileEndsEarly, at: cursor.offset)
        }
    }

    private mutating func prepare(_ batch: inout SourceBatch) {
        if batch.defects.isEmpty { defectBytes = 0 }
        if batch.lines.isEmpty {
            batch.columns = columns
            batch.rows.columnCount = columns.count
        }
        batch.openingColumns = openingColumns
        batch.isJSON = true
        batch.rows.bytes.removeLast(batch.rows.bytes.count - batch.rows.byteCount)
    }

    /// Reads the first bytes of the file; returns whether they are all read.
    private mutating func drainHead(into batch: inout SourceBatch) throws(JobError) -> Bool {
        if headPosition == nil {
            let hasMark = head.starts(with: [0xEF, 0xBB, 0xBF])
            headPosition = hasMark ? 3 : 0
            if hasMark { cursor.skip(bytes: 3) }
        }
        guard var position = headPosition, position < head.count else { return true }
        let isDone = try consume(head, &position, into: &batch)
        headPosition = position
        return isDone
    }

    /// Reads the record that was cut off, then the input; returns whether both are exhausted.
    private mutating func consume(
        _ input: [UInt8], _ position: inout Int, into batch: inout SourceBatch
    ) throws(JobError) -> Bool {
        while true {
            if cutState == .complete {
                var record: [UInt8] = []
                swap(&record, &cut)
                defer { swap(&record, &cut) }
                var place = cutPosition
                let status = try process(
                    record, &place, isWhole: true, behind: input, from: position, into: &batch)
                cutPosition = place
                guard place == record.count else { return false }
                // What a long record took is given back.
                record.removeAll(keepingCapacity: record.capacity <= 1 << 20)
                cutPosition = 0
                cutState = .none
                if status == .full { return false }
            }
            if cutState == .none, try !seek(input, &position) { return true }
            if position == input.count { return true }
            if cutState == .none {
                switch try process(input, &position, isWhole: false, into: &batch) {
                case .full: return false
                case .exhausted: continue
                case .incomplete:
                    cutState = .gathering
                    boundary = ElementBoundary()
                }
            }
            try gather(input, &position)
        }
    }

    /// Moves to the array inside the object, or over what follows it; returns whether there may be records.
    private mutating func seek(_ input: [UInt8], _ position: inout Int) throws(JobError) -> Bool {
        guard var seeker else { return true }
        if seeker.hasArrived {
            guard cursor.stage == .done else { return true }
            seeker.goOn()
        }
        let start = position
        do {
            try seeker.seek(input, &position)
        } catch {
            pass(input[start..<position])
            throw failure(error)
        }
        pass(input[start..<position])
        self.seeker = seeker
        return seeker.hasArrived
    }

    private mutating func pass(_ bytes: ArraySlice<UInt8>) {
        cursor.skip(bytes: bytes.count, lines: bytes.count { $0 == 0x0A })
    }

    /// Adds input to the record that was cut off, up to its end or what the limit allows.
    private mutating func gather(_ input: [UInt8], _ position: inout Int) throws(JobError) {
        // A line may have its line end on top.
        let most = limits.recordBytes + (layout == .lines ? 2 : 1)
        let stop = min(input.count, position + most - cut.count)
        let found: Int?
        switch layout {
        case .lines: found = input[position..<stop].firstIndex(of: 0x0A).map { $0 + 1 }
        case .array: found = boundary.end(input, from: position, to: stop)
        }
        cut.append(contentsOf: input[position..<(found ?? stop)])
        position = found ?? stop
        if found != nil {
            cutState = .complete
        } else if cut.count == most {
            // The parser finds out whether it is a fault before the limit that makes the record so long.
            if layout == .lines { throw ReaderLimit.recordBytes.error(limits, at: place) }
            cutState = .complete
        }
    }

    private enum Status {
        case exhausted, full, incomplete
    }

    /// Reads records; of one that was cut off, `behind` is the input that follows it, from a place on.
    private mutating func process(
        _ input: [UInt8], _ position: inout Int, isWhole: Bool, behind: [UInt8] = [], from next: Int = 0,
        into batch: inout SourceBatch
    ) throws(JobError) -> Status {
        let fullFields = max(fullBytes / 4, 1)
        var room = 0
        while true {
            let event = walk(
                input, &position, isWhole: isWhole, room: room, fullFields: fullFields, into: &batch)
            room = 0
            switch event {
            case .exhausted: return .exhausted
            case .incomplete: return .incomplete
            case .full: return .full
            case .room(let bytes): room = bytes
            case .newNames(let names):
                guard batch.lines.isEmpty else { return .full }
                for name in names { table.add(name) }
                if openingColumns == nil { openingColumns = columns.count }
                for name in survey(input, position) { table.add(name) }
                if isWhole { for name in survey(behind, next, isBehindElement: true) { table.add(name) } }
                batch.openingColumns = openingColumns
                batch.columns = columns
                batch.rows.columnCount = columns.count
            case .defect(let defect):
                batch.defects.append(
                    RowDefect(
                        code: defect.code, message: defect.message, rowsBefore: batch.lines.count, line: defect.line,
                        byteOffset: defect.offset, fields: [String(decoding: input[defect.text], as: UTF8.self)]))
                // A defect is kept as text, which takes more than its bytes.
                defectBytes += defect.text.count + 64
                if batch.rows.bytes.count + defectBytes >= fullBytes { return .full }
            case .fault(let fault, let offset): throw failure(fault, at: offset)
            case .limit(let limit): throw limit.error(limits, at: place)
            }
        }
    }

    private mutating func walk(
        _ input: [UInt8], _ position: inout Int, isWhole: Bool, room: Int, fullFields: Int,
        into batch: inout SourceBatch
    ) -> JSONRowCursor.Event {
        var event = JSONRowCursor.Event.exhausted
        var bytes: [UInt8] = []
        var ends: [CellEnd] = []
        var slots: [JSONColumns.Slot] = []
        swap(&bytes, &batch.rows.bytes)
        swap(&ends, &batch.rows.ends)
        swap(&slots, &table.slots)
        defer {
            swap(&bytes, &batch.rows.bytes)
            swap(&ends, &batch.rows.ends)
            swap(&slots, &table.slots)
        }
        let bytesBefore = bytes.count
        let endsBefore = ends.count
        let byteRoom = max(room, min(Self.roomBytes, input.count - position)) + FieldCopy.slack
        let endRoom = max(columns.count, byteRoom / 8)
        unsafe input.withUnsafeBufferPointer { source in
            unsafe table.keys.withUnsafeBufferPointer { keys in
                unsafe table.keyStarts.withUnsafeBufferPointer { keyStarts in
                    unsafe slots.withUnsafeMutableBufferPointer { slots in
                        bytes.append(addingCapacity: byteRoom) { byteSpan in
                            ends.append(addingCapacity: endRoom) { endSpan in
                                unsafe byteSpan.withUnsafeMutableBufferPointer { byteBuffer, byteCount in
                                    unsafe endSpan.withUnsafeMutableBufferPointer { endBuffer, endCount in
                                        guard let source = source.baseAddress, let keys = keys.baseAddress,
                                            let keyStarts = keyStarts.baseAddress,
                                            let byteTail = byteBuffer.baseAddress,
                                            let endTail = endBuffer.baseAddress
                                        else { return }
                                        var parser = unsafe JSONRowParser(
                                            input: source, readable: input.count, keys: keys, keyStarts: keyStarts,
                                            slots: slots, index: table.index,
                                            limits: limits, stamp: stamp)
                                        var output = unsafe JSONRowOutput(
                                            bytes: byteTail - bytesBefore, ends: endTail - endsBefore,
                                            byteCapacity: bytesBefore + byteBuffer.count,
                                            endCapacity: endsBefore + endBuffer.count,
                                            byteCount: bytesBefore, endCount: endsBefore)
                                        event = cursor.walk(
                                            &parser, &position, to: input.count, isWhole: isWhole, output: &output,
                                            fullBytes: fullBytes - defectBytes, fullFields: fullFields,
                                            lines: &batch.lines, offsets: &batch.offsets)
                                        stamp = parser.stamp
                                        byteCount = output.byteCount - bytesBefore
                                        endCount = output.endCount - endsBefore
                                        if !output.literals.isEmpty { batch.rows.literals.formUnion(output.literals) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return event
    }

    /// Names that further records of the input bring, in their order, as many as there may be.
    private mutating func survey(
        _ input: [UInt8], _ position: Int, isBehindElement: Bool = false
    ) -> [[UInt8]] {
        var slots: [JSONColumns.Slot] = []
        swap(&slots, &table.slots)
        defer { swap(&slots, &table.slots) }
        return unsafe input.withUnsafeBufferPointer { source in
            unsafe table.keys.withUnsafeBufferPointer { keys in
                unsafe table.keyStarts.withUnsafeBufferPointer { keyStarts in
                    unsafe slots.withUnsafeMutableBufferPointer { slots in
                        guard let source = source.baseAddress, let keys = keys.baseAddress,
                            let keyStarts = keyStarts.baseAddress
                        else { return [] }
                        var parser = unsafe JSONRowParser(
                            input: source, readable: input.count, keys: keys, keyStarts: keyStarts, slots: slots,
                            index: table.index, limits: limits, stamp: stamp)
                        defer { stamp = parser.stamp }
                        return cursor.names(
                            &parser, from: position, to: input.count, isBehindElement: isBehindElement)
                    }
                }
            }
        }
    }

    private var place: DataPosition { DataPosition(line: cursor.line, byteOffset: cursor.offset) }

    private func failure(_ fault: JSONFault, at offset: Int) -> JobError {
        JobError(
            .invalidJSON, "invalid JSON: \(fault.reason)",
            hint: fault == .array
                ? "when the array is inside an object, name the way to it in 'path'"
                : "the place counts in the decompressed file; correct it there, or create the file again",
            position: DataPosition(line: cursor.line, byteOffset: offset))
    }

    private func failure(_ fault: JSONPathSeeker.Fault) -> JobError {
        let hint = "'path' has the names that lead to the array of objects, joined with dots"
        func way(_ depth: Int) -> String { path.prefix(depth).joined(separator: ".") }
        switch fault {
        case .syntax(let fault): return failure(fault, at: cursor.offset)
        case .limit(let limit): return limit.error(limits, at: place)
        case .missing(let depth):
            return JobError(
                .jsonPathMissing, "the source has no '\(way(depth))'", hint: hint, position: place)
        case .repeated(let depth):
            return JobError(
                .duplicateKey, "the source has '\(way(depth))' twice", position: place)
        case .mismatch(let depth, let found):
            let subject = depth == 0 ? "the source" : "'\(way(depth))'"
            return JobError(
                .jsonPathMissing,
                "\(subject) is \(Self.kind(found)), expected \(depth == path.count ? "an array" : "an object")",
                hint: hint, position: place)
        }
    }

    /// What a value is by its first byte.
    private static func kind(_ first: UInt8) -> String {
        switch first {
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "["): "an array"
        case UInt8(ascii: "\""): "a string"
        case UInt8(ascii: "n"): "null"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "true or false"
        default: "no object or array"
        }
    }
}
