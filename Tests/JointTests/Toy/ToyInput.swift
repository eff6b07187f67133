import Formats
import JobCore

/// What `ToyFormat` writes, as sources: text, in which nothing but the spec names the columns.
struct ToyInput: InputFormat {
    let name = "lengths"
    let endsItself = true
    let options = [FormatOption("columns", .text(200), "Names of the columns, separated by blanks")]

    func faults(of options: JSONValue) -> [(option: String, problem: String)] {
        options.text("columns")?.contains(",") == true ? [("columns", "may not hold a comma")] : []
    }

    func recognises(_ beginning: [UInt8]) -> Bool { beginning.starts(with: Array("toy\n".utf8)) }

    func reader(_ opening: SourceOpening) throws(JobError) -> any SourceReader {
        Reader(columns: opening.options.text("columns")?.split(separator: " ").map(String.init) ?? [])
    }

    private struct Reader: SourceReader {
        let columns: [String]
        private var bytes: [UInt8] = []
        private var position = 4

        init(columns: [String]) { self.columns = columns }

        var heldBytes: Int { bytes.count }

        mutating func read(
            _ input: [UInt8], from position: Int, into batch: inout SourceBatch
        ) throws(JobError) -> Int {
            bytes += input[position...]
            return input.count
        }

        mutating func finish(into batch: inout SourceBatch) throws(JobError) {
            batch.columns = columns
            batch.rows.columnCount = columns.count
            while position < bytes.count, batch.rows.rowCount < 100 {
                if bytes[position...].elementsEqual("end\n".utf8) {
                    position = bytes.count
                    return
                }
                batch.lines.append(batch.lines.count + 1)
                batch.offsets.append(position)
                for _ in columns { batch.rows.append(try field()) }
                guard position < bytes.count, bytes[position] == 0x0A else { throw cut }
                position += 1
            }
        }

        private mutating func field() throws(JobError) -> String? {
            if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
                position += 1
                return nil
            }
            guard let colon = bytes[position...].firstIndex(of: UInt8(ascii: ":")),
                let count = Int(String(decoding: bytes[position..<colon], as: UTF8.self)), count >= 0,
                count <= bytes.count - colon - 1
            else { throw cut }
            position = colon + 1 + count
            return String(decoding: bytes[colon + 1..<position], as: UTF8.self)
        }

        private var cut: JobError { JobError(.sourceTruncated, "the file has no end") }
    }
}

/// Bytes that are no text: a mark, fields that end with a NUL, and at the end the names and how many bytes they take.
struct ToyArchive: InputFormat {
    let name = "archive"
    let content = InputContent.sought

    static func file(_ columns: [String], _ rows: [[String]]) -> [UInt8] {
        let names = Array(columns.joined(separator: " ").utf8)
        return [0xFF, 0xFE, 0x1F, 0x8B] + rows.joined().flatMap { Array($0.utf8) + [0] } + names + [UInt8(names.count)]
    }

    func recognises(_ beginning: [UInt8]) -> Bool { beginning.starts(with: [0xFF, 0xFE, 0x1F, 0x8B]) }

    func reader(_ opening: SourceOpening) throws(JobError) -> any SourceReader {
        guard let file = opening.file else { throw JobError(.sourceTruncated, "there is no file") }
        var bytes: [UInt8] = []
        try file.read(1, at: file.size - 1, into: &bytes)
        let count = Int(bytes.first ?? 0)
        guard file.size >= count + 5 else { throw JobError(.sourceTruncated, "the file has no end") }
        try file.read(count, at: file.size - 1 - count, into: &bytes)
        let columns = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
        return Reader(columns: columns, file: file, end: file.size - 1 - count)
    }

    private struct Reader: SourceReader {
        let columns: [String]
        let file: any SeekableSource
        let end: Int
        private var position = 4

        init(columns: [String], file: any SeekableSource, end: Int) {
            self.columns = columns
            self.file = file
            self.end = end
        }

        mutating func read(
            _ input: [UInt8], from position: Int, into batch: inout SourceBatch
        ) throws(JobError) -> Int { input.count }

        mutating func finish(into batch: inout SourceBatch) throws(JobError) {
            batch.columns = columns
            batch.rows.columnCount = columns.count
            var bytes: [UInt8] = []
            while position < end, batch.rows.rowCount < 100 {
                batch.lines.append(batch.lines.count + 1)
                batch.offsets.append(position)
                for _ in columns {
                    try file.read(min(200, end - position), at: position, into: &bytes)
                    let field = bytes.prefix { $0 != 0 }
                    batch.rows.append(String(decoding: field, as: UTF8.self))
                    position += field.count + 1
                }
            }
        }
    }
}
