internal import JobCore

/// Where a target column takes its values from.
struct FieldMapping: Sendable, Equatable {
    let target: Column
    /// Column of the source batch; nil when the source has none and the target becomes null.
    let source: Int?
}

/// A cell that does not fit its column.
struct CellProblem: Sendable, Equatable {
    /// Row in the source batch.
    let row: Int
    /// Column of the source batch.
    let source: Int?
    /// Name of the target column.
    let target: String
    let fault: CellFault
}

/// Maps and checks a batch at a time: source cells in, canonical text out.
///
/// The hot loop of every import.
///
/// A null stays null. Empty text stays empty in a text column and is null in any other. Cells of columns that are not
/// text are trimmed of spaces; text is kept as it is.
struct RowCanonicaliser: Sendable {
    private let fields: [FieldMapping]
    /// For each field: part of the key, so it must have a value.
    private let isKey: [Bool]
    private let cells: CellCanonicaliser

    /// `isJSONSource`: cells know whether they were strings.
    init(fields: [FieldMapping], key: [String], isJSONSource: Bool, allowsSpecialValues: Bool = false) {
        self.fields = fields
        isKey = fields.map { key.contains($0.target.name) }
        cells = CellCanonicaliser(isJSONSource: isJSONSource, allowsSpecialValues: allowsSpecialValues)
    }

    /// Good rows go to `output`; `sources[i]` is the row in `batch` of output row `i`.
    ///
    /// Every problem of a bad row is described, not only its first.
    func map(
        _ batch: RowBatch, into output: inout RowBatch, sources: inout [Int], problems: inout [CellProblem]
    ) {
        output.removeAll()
        output.columnCount = fields.count
        sources.removeAll(keepingCapacity: true)
        problems.removeAll(keepingCapacity: true)
        output.bytes.reserveCapacity(batch.bytes.count)
        let ends = batch.ends
        let width = batch.columnCount
        let nullFlag = RowBatch.nullFlag
        let stringFlag = RowBatch.stringFlag
        let offsetMask = RowBatch.offsetMask
        unsafe batch.bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<batch.rowCount {
                let firstByte = output.bytes.count
                let firstEnd = output.ends.count
                let firstProblem = problems.count
                for index in fields.indices {
                    var fault = CellFault.none
                    var isNull = true
                    if let source = fields[index].source {
                        let place = row * width + source
                        let end = ends[place]
                        if end & nullFlag == 0 {
                            let start = place == 0 ? 0 : Int(ends[place - 1] & offsetMask)
                            let cell = unsafe UnsafeBufferPointer(rebasing: bytes[start..<Int(end & offsetMask)])
                            fault = unsafe cells.append(
                                cell, isString: end & stringFlag != 0, fields[index].target, to: &output.bytes,
                                isNull: &isNull)
                        }
                    }
                    if isKey[index], fault == .none, isNull || output.bytes.count == Self.start(output, firstByte) {
                        fault = .missingKey
                    }
                    if fault != .none {
                        problems.append(
                            CellProblem(
                                row: row, source: fields[index].source, target: fields[index].target.name,
                                fault: fault))
                    }
                    output.ends.append(UInt32(output.bytes.count) | (isNull ? nullFlag : 0))
                }
                if problems.count == firstProblem {
                    sources.append(row)
                } else {
                    output.bytes.removeLast(output.bytes.count - firstByte)
                    output.ends.removeLast(output.ends.count - firstEnd)
                }
            }
        }
    }

    /// Where the field that is being written began.
    @inline(__always)
    private static func start(_ output: RowBatch, _ firstByte: Int) -> Int {
        output.ends.last.map { Int($0 & RowBatch.offsetMask) } ?? firstByte
    }
}
