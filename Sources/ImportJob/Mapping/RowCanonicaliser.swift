internal import JobCore

/// A cell that does not fit its column.
struct CellProblem: Sendable, Equatable {
    /// Row in the source batch.
    let row: Int
    /// Column of the source batch.
    let source: Int?
    /// Name of the target column.
    let target: String
    let fault: CellFault
    /// What would have been right.
    let expectation: String

    init(row: Int, source: Int?, target: String, fault: CellFault, expectation: String? = nil) {
        self.row = row
        self.source = source
        self.target = target
        self.fault = fault
        self.expectation = expectation ?? fault.message
    }
}

/// Maps and checks a batch at a time: source cells in, canonical text out.
///
/// The hot loop of every import.
///
/// A null stays null. Empty text stays empty in a text column and is null in any other. Cells of columns that are not
/// text are trimmed of spaces; text is kept as it is.
struct RowCanonicaliser: Sendable {
    /// What becomes of one field, without anything that is counted or allocated.
    private struct Step: Sendable {
        /// Source column; negative when there is none, or when the field is more than one cell.
        var source: Int32
        var kind: ValueKind
        /// The field has a rule of its own.
        var isRuled: Bool
        /// Part of the key, so it must have a value.
        var isKey: Bool
        /// Characters that are allowed; negative when any number is.
        var maxLength: Int32
    }

    private let fields: [FieldMapping]
    private let steps: [Step]
    /// For each field with members, what puts them together.
    private let assemblies: [JSONAssembly?]
    private let cells: CellCanonicaliser
    private let ruled: RuledCell
    private let unescapesFormulas: Bool

    /// `isJSONSource`: cells know whether they were strings.
    init(
        fields: [FieldMapping], key: [String], isJSONSource: Bool, allowsSpecialValues: Bool = false,
        unescapesFormulas: Bool = false
    ) {
        self.unescapesFormulas = unescapesFormulas
        self.fields = fields
        let cells = CellCanonicaliser(isJSONSource: isJSONSource, allowsSpecialValues: allowsSpecialValues)
        let ruled = RuledCell(cells: cells)
        self.cells = cells
        self.ruled = ruled
        assemblies = fields.map { $0.members.isEmpty ? nil : JSONAssembly($0.members, cells: ruled) }
        steps = fields.map { field in
            var step = Step(
                source: -1, kind: field.rule.kind, isRuled: true, isKey: key.contains(field.target.name),
                maxLength: field.target.maxLength.map { Int32(clamping: $0) } ?? -1)
            guard field.rule.isPlain && field.members.isEmpty else { return step }
            switch field.origin {
            case .nowhere: step.isRuled = false
            case .column(let column):
                step.isRuled = false
                step.source = Int32(column)
            case .joined, .constant: break
            }
            return step
        }
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
        let width = batch.columnCount
        let nullFlag = RowBatch.nullFlag
        unsafe batch.bytes.withUnsafeBufferPointer { bytes in
            unsafe batch.ends.withUnsafeBufferPointer { ends in
                for row in 0..<batch.rowCount {
                    let cells = unsafe SourceCells(
                        bytes, ends, first: row * width, unescapesFormulas: unescapesFormulas)
                    let firstByte = output.bytes.count
                    let firstEnd = output.ends.count
                    let firstProblem = problems.count
                    for index in steps.indices {
                        let step = steps[index]
                        let start = output.bytes.count
                        var isNull = true
                        var fault = CellFault.none
                        var member: Int?
                        if step.isRuled {
                            (fault, member) = append(index, cells, to: &output.bytes, isNull: &isNull)
                        } else if step.source >= 0, !cells.isNull(Int(step.source)) {
                            let column = Int(step.source)
                            fault = unsafe self.cells.append(
                                cells.text(column), isString: cells.isString(column), step.kind, to: &output.bytes,
                                isNull: &isNull)
                        }
                        if step.isKey, fault == .none, isNull || output.bytes.count == start { fault = .missingKey }
                        if step.maxLength >= 0, fault == .none, isLonger(output.bytes[start...], than: step.maxLength) {
                            fault = .tooLong
                        }
                        if fault != .none { problems.append(problem(row, index, member, fault)) }
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
    }

    /// Counts characters only where bytes do not settle it.
    private func isLonger(_ text: ArraySlice<UInt8>, than maximum: Int32) -> Bool {
        text.count > Int(maximum) && text.count { $0 & 0xC0 != 0x80 } > Int(maximum)
    }

    /// A field with a rule; also tells which member of it has the fault.
    private func append(
        _ index: Int, _ row: SourceCells, to output: inout [UInt8], isNull: inout Bool
    ) -> (CellFault, Int?) {
        let field = fields[index]
        let start = output.count
        let fault = ruled.append(row, field.origin, field.rule, to: &output, isNull: &isNull)
        guard fault == .none, let assembly = assemblies[index] else { return (fault, nil) }
        let (memberFault, member) = assembly.append(row, over: start, to: &output, isNull: &isNull)
        return (memberFault, memberFault == .none ? nil : member)
    }

    private func problem(_ row: Int, _ index: Int, _ member: Int?, _ fault: CellFault) -> CellProblem {
        let field = fields[index]
        guard let member else {
            return CellProblem(
                row: row, source: field.firstSource, target: field.target.name, fault: fault,
                expectation: expectation(fault, field))
        }
        let part = field.members[member]
        return CellProblem(
            row: row, source: part.origin.columns.first,
            target: ([field.target.name] + part.path).joined(separator: "."),
            fault: fault, expectation: part.rule.expectation(fault))
    }

    private func expectation(_ fault: CellFault, _ field: FieldMapping) -> String? {
        if fault == .tooLong, let maximum = field.target.maxLength { return "expected at most \(maximum) characters" }
        return field.rule.expectation(fault)
    }
}
