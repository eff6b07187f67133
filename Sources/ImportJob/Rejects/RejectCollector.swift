internal import Formats
internal import JobCore

/// The refused rows of one source batch, in source order, one record each however many problems a row has.
struct RejectCollector {
    private struct Reason {
        var columns: [String] = []
        var code = ""
        var messages: [String] = []
    }

    /// What is said about one row: many rows may be refused for many reasons.
    private static let messageBytes = 1000

    private let batch: SourceBatch
    /// Records before this batch.
    private let firstRecord: Int
    private var reasons: [Int: Reason] = [:]

    init(batch: SourceBatch, firstRecord: Int) {
        self.batch = batch
        self.firstRecord = firstRecord
    }

    /// Adds the cells that do not fit their column.
    mutating func add(_ problems: [CellProblem]) {
        for problem in problems {
            let column = problem.source.map { batch.columns[$0] } ?? problem.target
            add(
                row: problem.row, columns: [column] + problem.others.map { batch.columns[$0] },
                code: problem.fault.code, message: "\(problem.target): \(problem.expectation)")
        }
    }

    /// Adds one reason to refuse a row.
    mutating func add(row: Int, column: String, code: String, message: String) {
        add(row: row, columns: [column], code: code, message: message)
    }

    private mutating func add(row: Int, columns: [String], code: String, message: String) {
        var reason = reasons[row] ?? Reason()
        if reason.code.isEmpty { reason.code = code }
        for column in columns where !column.isEmpty && !reason.columns.contains(column) {
            reason.columns.append(column)
        }
        reason.messages.append(message)
        reasons[row] = reason
    }

    /// All records, ordered as in the source.
    func finish() -> [RejectRecord] {
        var records: [RejectRecord] = []
        var defect = 0
        func takeDefects(before row: Int) {
            while defect < batch.defects.count, batch.defects[defect].rowsBefore <= row {
                let found = batch.defects[defect]
                records.append(
                    RejectRecord(
                        record: firstRecord + found.rowsBefore + defect + 1, line: found.line,
                        byteOffset: found.byteOffset, column: "", code: found.code, message: found.message,
                        fieldCount: 0, fields: CSVRecord.encode(found.fields)))
                defect += 1
            }
        }
        let kept = kept
        for row in reasons.keys.sorted() {
            takeDefects(before: row)
            guard let reason = reasons[row] else { continue }
            // What is empty behind the last value is not kept: thousands of columns may be, in each of many rows.
            let fields = kept.prefix((kept.lastIndex { !batch.rows.isNull(row: row, column: $0) } ?? 0) + 1)
            records.append(
                RejectRecord(
                    record: firstRecord + row + defect + 1, line: batch.lines[row], byteOffset: batch.offsets[row],
                    column: ShortText.cut(reason.columns.joined(separator: ";"), bytes: Self.messageBytes),
                    code: reason.code,
                    message: ShortText.cut(reason.messages.joined(separator: "; "), bytes: Self.messageBytes),
                    fieldCount: fields.count, fields: CSVRecord.encode(batch.rows, row: row, columns: Array(fields))))
        }
        takeDefects(before: .max)
        return records
    }

    /// Source columns that go into the rejects file.
    private var kept: [Int] {
        let own = RejectsWriter.areOwn(in: batch.columns)
        return batch.columns.indices.filter { !own.contains(batch.columns[$0]) }
    }
}

/// One CSV record as text, for the few rows of a rejects file.
enum CSVRecord {
    /// The fields separated by commas, quoted where needed; null is empty, empty text is `""`.
    ///
    /// Whoever opens the file looks at what somebody else has written: what could be a formula gets its apostrophes.
    static func encode(_ fields: [String?]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(fields.reduce(64) { $0 + ($1?.utf8.count ?? 0) + 3 })
        for (index, field) in fields.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            guard var field else { continue }
            field.withUTF8 { unsafe append($0, to: &output) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Fields of one row of a batch.
    ///
    /// Copied once: a row may have 64 MiB.
    static func encode(_ batch: RowBatch, row: Int, columns: [Int]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(columns.reduce(64) { $0 + batch.range(row: row, column: $1).count + 3 })
        unsafe batch.bytes.withUnsafeBufferPointer { bytes in
            for (index, column) in columns.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                if batch.isNull(row: row, column: column) { continue }
                let field = batch.range(row: row, column: column)
                unsafe append(UnsafeBufferPointer(rebasing: bytes[field]), to: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ field: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let needsQuotes =
            unsafe field.isEmpty || field.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            || field.first == 0x20 || field.last == 0x20
        if needsQuotes { output.append(UInt8(ascii: "\"")) }
        let start = output.count
        unsafe FormulaText.append(guarded: field, delimiter: UInt8(ascii: ","), to: &output)
        let quotes = unsafe field.count { $0 == UInt8(ascii: "\"") }
        if quotes > 0 { doubleQuotes(quotes, from: start, in: &output) }
        if needsQuotes { output.append(UInt8(ascii: "\"")) }
    }

    /// Doubles the quotes from `start` on, the last one first.
    private static func doubleQuotes(_ count: Int, from start: Int, in output: inout [UInt8]) {
        var read = output.count
        output.append(contentsOf: repeatElement(0, count: count))
        var write = output.count
        while read > start, write > read {
            read -= 1
            write -= 1
            output[write] = output[read]
            if output[read] == UInt8(ascii: "\"") {
                write -= 1
                output[write] = UInt8(ascii: "\"")
            }
        }
    }
}

extension SourceBatch {
    /// The batch without its first records, good or bad.
    func dropping(records count: Int) -> SourceBatch {
        var rest = SourceBatch(columns: columns)
        rest.isJSON = isJSON
        rest.openingColumns = openingColumns
        rest.isHeavy = isHeavy
        rest.sourceBytes = sourceBytes
        var rows = 0
        var bad = 0
        // Walk the records in source order until `count` of them are passed.
        while rows + bad < count {
            if bad < defects.count, defects[bad].rowsBefore <= rows { bad += 1 } else { rows += 1 }
        }
        for row in rows..<self.rows.rowCount {
            for column in columns.indices { rest.rows.appendField(of: self.rows, row: row, column: column) }
        }
        rest.lines = Array(lines[rows...])
        rest.offsets = Array(offsets[rows...])
        rest.defects = defects[bad...].map { defect in
            RowDefect(
                code: defect.code, message: defect.message, rowsBefore: defect.rowsBefore - rows, line: defect.line,
                byteOffset: defect.byteOffset, fields: defect.fields)
        }
        return rest
    }
}
