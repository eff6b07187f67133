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
    /// Further columns of the source batch that have a part in it.
    let others: [Int]

    init(
        row: Int, source: Int?, target: String, fault: CellFault, expectation: String? = nil, others: [Int] = []
    ) {
        self.row = row
        self.source = source
        self.others = others
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
        /// It is put together from members.
        var hasMembers: Bool
        /// Other columns may say that somebody has refused; for a field without a rule.
        var hasRefusals = false
        /// More is asked of its values than their type.
        var isLimited: Bool
        /// Part of the key, so it must have a value.
        var isKey: Bool
        /// Characters that are allowed; negative when any number is.
        var maxLength: Int32
    }

    /// Bytes of one row: a batch of them stays below what its offsets can hold.
    static let maximumRowBytes = 64 << 20
    /// Problems after which a batch ends.
    private static let fullProblems = 50_000
    /// Storage that is kept for another batch; larger ones were for a rare row.
    static let keptBytes = 24 << 20
    /// Bytes of a batch from which on it takes no further row.
    private static let fullBytes = 8 << 20

    private let fields: [FieldMapping]
    private let names: [String]
    private let isJSONSource: Bool
    private let steps: [Step]
    /// Of each field, the columns that may say of a refusal.
    private let refusals: [RefusalColumns?]
    /// For each field with members, what puts them together.
    private let assemblies: [JSONAssembly?]
    private let cells: CellCanonicaliser
    private let ruled: RuledCell

    /// `isJSONSource`: cells know whether they were strings.
    init(
        fields: [FieldMapping], key: [String], isJSONSource: Bool, allowsSpecialValues: Bool = false,
        keys: KeyGenerator = KeyGenerator("", ""), zone: ZoneRules? = nil
    ) {
        self.isJSONSource = isJSONSource
        let fields = fields.map { key.contains($0.target.name) ? $0.asKey : $0 }
        self.fields = fields
        names = fields.map(\.target.name)
        let cells = CellCanonicaliser(
            isJSONSource: isJSONSource, allowsSpecialValues: allowsSpecialValues, zone: zone)
        let ruled = RuledCell(cells: cells, keys: keys)
        self.cells = cells
        self.ruled = ruled
        assemblies = fields.map { $0.members.isEmpty ? nil : JSONAssembly($0.members, cells: ruled) }
        refusals = fields.map(\.refusals)
        steps = fields.map { field in
            let isKey = key.contains(field.target.name)
            var step = Step(
                source: -1, kind: field.rule.kind, isRuled: true, hasMembers: !field.members.isEmpty,
                isLimited: isKey || field.target.maxLength != nil, isKey: isKey,
                maxLength: field.target.maxLength.map { Int32(clamping: $0) } ?? -1)
            guard field.rule.isPlain && field.members.isEmpty else { return step }
            switch field.origin {
            case .nowhere: step.isRuled = false
            case .column(let column):
                step.isRuled = false
                step.source = Int32(column)
            case .alternatives, .passedOver, .joined, .generated, .constant: break
            }
            step.hasRefusals = !step.isRuled && field.refusals != nil
            return step
        }
    }

    /// Good rows go to `output`; `sources[i]` is the row in `batch` of output row `i`.
    ///
    /// Every problem of a bad row is described, not only its first. Returns the rows of the batch that were dealt with:
    /// fewer than it has when the rules make more of them than one batch may hold.
    @discardableResult
    func map(
        _ batch: RowBatch, into output: inout RowBatch, sources: inout [Int], problems: inout [CellProblem]
    ) -> Int {
        output.removeAll()
        output.columnCount = fields.count
        output.names = names
        sources.removeAll(keepingCapacity: true)
        problems.removeAll(keepingCapacity: true)
        output.bytes.reserveCapacity(batch.bytes.count)
        var done = 0
        batch.withCells { source in
            var cells = SourceCells(source, literals: batch.literals)
            for row in 0..<batch.rowCount {
                cells.go(toRow: row)
                let firstByte = output.bytes.count
                let firstEnd = output.ends.count
                let firstProblem = problems.count
                var isTooLarge = false
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
                            cells.text(column), isString: cells.isString(column),
                            isLiteral: cells.isLiteral(column), step.kind, to: &output.bytes, isNull: &isNull)
                    }
                    if case .none = fault {
                        if step.hasRefusals {
                            refusals[index]?.apply(cells, over: start, to: &output.bytes, isNull: &isNull)
                        }
                    } else if fault == .invalidBool, fields[index].target.holdsConsent {
                        fault = refusal(index, cells, from: start, to: &output.bytes)
                    }
                    let end = output.bytes.count
                    if step.isLimited, case .none = fault {
                        if step.isKey, isNull || end == start {
                            fault = .missingKey
                        } else if step.maxLength >= 0, isLonger(output.bytes[start...], than: step.maxLength) {
                            fault = .tooLong
                        }
                    }
                    var kind = isNull ? CellEnd.Kind.null : .value
                    if isNull && (isJSONSource || step.hasMembers) && isAbsent(index, step, cells) {
                        kind = .absent
                    }
                    if end - firstByte > Self.maximumRowBytes {
                        fault = .rowTooLarge
                        isTooLarge = true
                    }
                    if case .none = fault {} else { problems.append(problem(row, index, member, fault, cells)) }
                    if isTooLarge { break }
                    output.ends.append(CellEnd(end, kind))
                }
                done = row + 1
                if problems.count == firstProblem {
                    sources.append(row)
                } else {
                    output.bytes.removeLast(output.bytes.count - firstByte)
                    output.ends.removeLast(output.ends.count - firstEnd)
                }
                if output.bytes.count > Self.fullBytes || problems.count >= Self.fullProblems { break }
            }
        }
        // What was for a row that was refused after all is given back.
        if output.ends.isEmpty, output.bytes.capacity > Self.keptBytes { output.bytes = [] }
        return done
    }

    /// Whether the record has none of the names that the field could come from.
    private func isAbsent(_ index: Int, _ step: Step, _ row: SourceCells) -> Bool {
        if !step.isRuled { return step.source < 0 || row.isAbsent(Int(step.source)) }
        // Members without a value say nothing of the object that they would be in.
        return fields[index].origin.columns.allSatisfy { row.isAbsent($0) }
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
        if fault == .none { field.refusals?.apply(row, over: start, to: &output, isNull: &isNull) }
        guard fault == .none, let assembly = assemblies[index] else { return (fault, nil) }
        let (memberFault, member) = assembly.append(row, over: start, to: &output, isNull: &isNull)
        return (memberFault, memberFault == .none ? nil : member)
    }

    /// A word of refusal in a column of true and false: whoever is `suppressed` is not subscribed.
    private func refusal(_ index: Int, _ row: SourceCells, from start: Int, to output: inout [UInt8]) -> CellFault {
        let field = fields[index]
        let sources =
            if case .alternatives(let ranks) = field.origin { row.chosen(ranks) } else { field.origin.columns }
        guard let column = sources.first, sources.count == 1, !row.isNull(column) else { return .invalidBool }
        if unsafe row.text(column).count > 256 { return .invalidBool }
        let text = unsafe String(decoding: row.text(column), as: UTF8.self)
        let status = ConsentName(Column("status", .text, holdsConsent: true))
        guard status.isRefusal(text), ConsentAnswer(text) == .refusal else { return .invalidBool }
        output.removeLast(output.count - start)
        output += (ConsentName(field.target).meaning == .refusal ? "true" : "false").utf8
        return .none
    }

    private func problem(
        _ row: Int, _ index: Int, _ member: Int?, _ fault: CellFault, _ cells: SourceCells
    ) -> CellProblem {
        let field = fields[index]
        let part = member.map { field.members[$0] }
        let origin = part?.origin ?? field.origin
        // Of alternatives, those that the record has.
        let sources = if case .alternatives(let ranks) = origin { cells.chosen(ranks) } else { origin.columns }
        let isAmbiguous = fault == .ambiguousField
        guard let part else {
            return CellProblem(
                row: row, source: sources.first ?? field.firstSource, target: field.target.name, fault: fault,
                expectation: expectation(fault, field), others: isAmbiguous ? Array(sources.dropFirst()) : [])
        }
        return CellProblem(
            row: row, source: sources.first, target: ([field.target.name] + part.path).joined(separator: "."),
            fault: fault, expectation: part.rule.expectation(fault),
            others: isAmbiguous ? Array(sources.dropFirst()) : [])
    }

    private func expectation(_ fault: CellFault, _ field: FieldMapping) -> String? {
        if fault == .tooLong, let maximum = field.target.maxLength { return "expected at most \(maximum) characters" }
        return field.rule.expectation(fault)
    }
}
