import Formats
import JobCore

/// Readers and writers on rows like those of the resource `events`.
enum FormatBenchmarks {
    private static let columns = [
        Column("id", .uuid), Column("profile_id", .text), Column("name", .text), Column("occurred_at", .timestamp),
        Column("session_id", .text), Column("source", .text), Column("ip", .text), Column("revenue", .decimal),
        Column("properties", .json),
    ]

    /// Runs all cases on files of about `megabytes` MB each.
    static func run(megabytes: Int) throws {
        let batch = makeBatch()
        let csv = file(CSVWriter(columns: columns), batch, megabytes: megabytes)
        let lines = file(JSONRowWriter(columns: columns, layout: .lines), batch, megabytes: megabytes)
        let array = file(JSONRowWriter(columns: columns, layout: .array), batch, megabytes: megabytes)
        let rounds = max(1, megabytes * 1_000_000 / batch.byteCount)

        measure("csv write", bytes: csv.count) { write(CSVWriter(columns: columns), batch, rounds: rounds) }
        measure("jsonl write", bytes: lines.count) {
            write(JSONRowWriter(columns: columns, layout: .lines), batch, rounds: rounds)
        }
        try measure("csv read", bytes: csv.count) { [pieces = pieces(csv)] in
            var reader = CSVReader()
            return try readAll(pieces) { event, batch in
                switch event {
                case .piece(let bytes, let position): return try reader.read(bytes, from: position, into: &batch)
                case .end: try reader.finish(into: &batch)
                }
                return 0
            }
        }
        for (name, layout, bytes) in [("jsonl read", JSONLayout.lines, lines), ("json array read", .array, array)] {
            try measure(name, bytes: bytes.count) { [pieces = pieces(bytes)] in
                var reader = JSONRowReader(layout: layout)
                return try readAll(pieces) { event, batch in
                    switch event {
                    case .piece(let bytes, let position): return try reader.read(bytes, from: position, into: &batch)
                    case .end: try reader.finish(into: &batch)
                    }
                    return 0
                }
            }
        }
    }

    /// About 1 MB of rows.
    private static func makeBatch() -> RowBatch {
        var batch = RowBatch(columnCount: columns.count)
        var state: UInt64 = 1
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        func digits(_ number: UInt64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        for row in 0..<3500 {
            batch.append("0192f0c1-7a3b-7000-8000-" + digits(UInt64(row), 12))
            batch.append("user_" + digits(next(1_000_000), 7))
            batch.append(["page_viewed", "order_completed", "product_added"][Int(next(3))])
            batch.append("2026-0\(1 + next(9))-1\(next(10))T1\(next(10)):3\(next(10)):0\(next(10)).123456Z")
            batch.append("session_" + digits(next(100_000_000), 9))
            batch.append(["web", "ios", "android"][Int(next(3))])
            batch.append("203.0.113.\(next(256))")
            batch.append(next(4) == 0 ? "\(next(500)).\(digits(next(100), 2))" : nil)
            let path = "\"url\":\"/shop/item/\(next(10_000))\",\"referrer\":\"https://example.com/\""
            batch.append("{\(path),\"position\":\(next(50)),\"campaign\":\"spring sale\",\"returning\":true}")
        }
        return batch
    }

    private static func file(_ writer: some RowWriter, _ batch: RowBatch, megabytes: Int) -> [UInt8] {
        var writer = writer
        var output: [UInt8] = []
        writer.begin(into: &output)
        repeat {
            writer.write(batch, rows: 0..<batch.rowCount, into: &output)
        } while output.count < megabytes * 1_000_000
        writer.end(into: &output)
        return output
    }

    private static func write(_ writer: some RowWriter, _ batch: RowBatch, rounds: Int) -> Int {
        var writer = writer
        var output: [UInt8] = []
        var total = 0
        writer.begin(into: &output)
        for _ in 0..<rounds {
            writer.write(batch, rows: 0..<batch.rowCount, into: &output)
            total += output.count
            output.removeAll(keepingCapacity: true)
        }
        writer.end(into: &output)
        return total + output.count
    }

    /// What a reader is called for.
    private enum Call {
        case piece([UInt8], Int)
        case end
    }

    /// A file in pieces of 1 MiB, as it would come from a decompressor.
    private static func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: 1 << 20).map { Array(bytes[$0..<min($0 + (1 << 20), bytes.count)]) }
    }

    private static func readAll(
        _ pieces: [[UInt8]], _ read: (Call, inout SourceBatch) throws -> Int
    ) throws -> Int {
        var batch = SourceBatch()
        for piece in pieces {
            var position = 0
            while true {
                position = try read(.piece(piece, position), &batch)
                if position == piece.count { break }
                batch.removeAll()
            }
        }
        batch.removeAll()
        _ = try read(.end, &batch)
        return pieces.reduce(0) { $0 + $1.count }
    }

    /// Runs a case five times and prints the median; the case returns the bytes it worked on.
    private static func measure(_ name: String, bytes: Int, _ body: () throws -> Int) rethrows {
        var seconds: [Double] = []
        var worked = bytes
        for _ in 0..<5 {
            let clock = ContinuousClock()
            let start = clock.now
            worked = try body()
            let elapsed = start.duration(to: clock.now).components
            seconds.append(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
        }
        let median = seconds.sorted()[2]
        let rate = Int(Double(worked) / median / 1e6)
        let label = name + String(repeating: " ", count: max(1, 18 - name.count))
        print("\(label)\(worked) bytes  \(median) s  \(rate) MB/s")
    }
}
