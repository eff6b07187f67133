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
