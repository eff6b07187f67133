import Formats
import JobCore

/// A format that the product does not know: each field as its length, a colon and its bytes, or `-` for null.
struct ToyFormat: OutputFormat {
    let name = "lengths"
    let contentType = "application/x-lengths"
    let options = [
        FormatOption("title", .text(20), "First line of a file; default toy"),
        FormatOption("end", .flag, "Whether a file ends with a mark; default true"),
    ]

    func faults(of options: JSONValue) -> [(option: String, problem: String)] {
        options.text("title")?.contains(":") == true ? [("title", "may not hold a colon")] : []
    }

    func writer(of columns: [Column], _ options: JSONValue) -> any RowWriter {
        Writer(title: options.text("title") ?? "toy", hasEnd: options.flag("end") ?? true)
    }

    func counter(_ options: JSONValue) -> any RowCounting { Counter(hasEnd: options.flag("end") ?? true) }

    private struct Writer: RowWriter {
        let title: String
        let hasEnd: Bool

        func begin(into output: inout [UInt8]) { output += Array("\(title)\n".utf8) }

        func write(_ batch: RowBatch, rows: Range<Int>, into output: inout [UInt8]) {
            for row in rows {
                for column in 0..<batch.columnCount {
                    guard let text = batch.text(row: row, column: column) else {
                        output.append(UInt8(ascii: "-"))
                        continue
                    }
                    output += Array("\(text.utf8.count):\(text)".utf8)
                }
                output.append(0x0A)
            }
        }

        func end(into output: inout [UInt8]) {
            if hasEnd { output += Array("end\n".utf8) }
        }
    }

    private struct Counter: RowCounting {
        let hasEnd: Bool
        var bytes: [UInt8] = []

        mutating func consume(_ more: [UInt8]) throws(JobError) { bytes += more }

        mutating func finish() throws(JobError) -> Int {
            guard bytes.last == 0x0A, !hasEnd || bytes.suffix(4) == Array("end\n".utf8) else {
                throw JobError(.sourceTruncated, "the file has no end")
            }
            return bytes.count { $0 == 0x0A } - 1 - (hasEnd ? 1 : 0)
        }
    }
}
