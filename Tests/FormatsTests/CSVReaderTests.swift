import Formats
import JobCore
import TestSupport
import Testing

@Suite("CSV reader")
struct CSVReaderTests {
    private func read(
        _ text: String, delimiter: UInt8? = nil, hasHeader: Bool = true, limits: ReaderLimits = ReaderLimits()
    ) -> (result: ReadResult, error: JobError?) {
        let options = CSVReaderOptions(delimiter: delimiter, hasHeader: hasHeader, limits: limits)
        return readAll(CSVReader(options: options), Array(text.utf8), pieces: 7)
    }

    private func fields(_ text: String) -> [[String?]] { read(text).result.rows.map(\.fields) }

    @Test("record ends, quotes, nulls and blank lines follow the rules")
    func rules() {
        #expect(fields("a,b\n1,2\r\n3,4\r5,6") == [["1", "2"], ["3", "4"], ["5", "6"]])
        #expect(fields("a,b\n\n\r\n1,2\n\n") == [["1", "2"]])
        #expect(fields("a\n1\n\n2\n") == [["1"], ["2"]])
        #expect(fields("a,b,c\n1,,\"\"\n") == [["1", nil, ""]])
        #expect(fields("a,b\n\"x\ny\",\"say \"\"hi\"\"\"\n") == [["x\ny", "say \"hi\""]])
        #expect(fields("a,b\nx\"y\"z,q\"\n") == [["x\"y\"z", "q\""]])
        #expect(fields("\u{FEFF}a,b\n1,2\n") == [["1", "2"]])
        #expect(fields("a,b\n1,") == [["1", nil]])
        #expect(fields("a,b") == [])
        #expect(fields("a,b\n 1 , 2") == [[" 1 ", " 2"]])
    }

    @Test("a line that tells the separator is no row, and counts as a line")
    func separatorLine() {
        for (text, offset) in [
            ("sep=;\na;b\n1;2,3\n", 10), ("\"sep=;\"\r\na;b\n1;2,3\n", 13), ("\u{FEFF}SEP=;\r\na;b\n1;2,3\n", 14),
            ("sep=|\ra|b\n1|2,3", 10),
        ] {
            let result = read(text).result
            #expect(result.columns == ["a", "b"] && result.rows.map(\.fields) == [["1", "2,3"]], "\(text)")
            #expect(result.rows.map(\.line) == [3] && result.rows.map(\.offset) == [offset])
        }
        #expect(read("sep=;\na,b\n1,2\n", delimiter: 0x2C).result.rows.map(\.fields) == [["1", "2"]])
        #expect(read("sep=\n1\n").result.columns == ["sep="] && read("sep=x,b\n1,2").result.columns == ["sep=x", "b"])
        #expect(read("sep=;").result.columns == ["sep="])
    }

    @Test("lines and offsets are those of each row's first byte")
    func places() {
        let rows = read("a,b\r\n1,\"x\r\ny\"\r\n\n2,3\n4,5\r6,7").result.rows
        #expect(rows.map(\.line) == [2, 5, 6, 7])
        #expect(rows.map(\.offset) == [5, 16, 20, 24])
    }

    @Test("names are trimmed, and numbered where empty or without a header; twice the same is nobody's business here")
    func names() {
        #expect(read(" id ,\t,\"na me\",\n1,2,3,4").result.columns == ["id", "column_2", "na me", "column_4"])
        #expect(read(" id ,\t,\"na me\",").result.columns == ["id", "column_2", "na me"])
        #expect(read("a, a\n1,2").result.columns == ["a", "a"])
        let bare = read("x,y\nz,w", hasHeader: false).result
        #expect(bare.columns == ["column_1", "column_2"])
        #expect(bare.rows.map(\.fields) == [["x", "y"], ["z", "w"]])
    }

    @Test(
        "a bad header ends the reading",
        arguments: [
            ("a,\0\n1,2", "nul_byte"), ("\"a\"b,c\n1,2", "malformed_quote"),
            ("", "source_empty"), ("\u{FEFF}", "source_empty"), ("\r\n\n", "source_empty"),
            ("\"a", "unterminated_quote"), ("\"a\nb\n1", "unterminated_quote"), (",\n , \n", "source_empty"),
        ])
    func badHeader(text: String, code: String) {
        let error = read(text).error
        #expect(error?.code.rawValue == code)
        #expect(error?.exitCode == .dataError)
        #expect(error?.position?.line != nil)
    }

    @Test("Characters are whole in a field, whatever the fields beside it begin with")
    func sharedCharacter() throws {
        func codes(_ cells: [[UInt8]]) throws -> [String] {
            var batch = SourceBatch()
            var reader = CSVReader()
            let text = Array("a,b,c\n".utf8) + Array(cells.joined(separator: [0x2C])) + [0x0A]
            #expect(try reader.read(text, from: 0, into: &batch) == text.count)
            try reader.finish(into: &batch)
            return batch.defects.map(\.code)
        }
        let (half, rest): ([UInt8], [UInt8]) = ([0x78, 0xC3], [0xA9, 0x79])
        #expect(try codes([half, rest, [0x7A]]) == ["invalid_utf8"])
        #expect(try codes([[0x7A], half, rest]) == ["invalid_utf8"])
        #expect(try codes([half, [], rest]) == ["invalid_utf8"])
        #expect(try codes([[0x7A], [], rest]) == ["invalid_utf8"])
        #expect(try codes([[0x7A], rest, []]) == ["invalid_utf8"])
        #expect(try codes([half + rest, half + rest, []]) == [])
    }

    @Test("rows that are none become defects with their place, and reading goes on")
    func defects() throws {
        var reader = CSVReader()
        var batch = SourceBatch()
        let text: [UInt8] = Array("a,b\n1,2\n3\n4,5,6\n".utf8) + [0x37, 0x2C, 0xFF, 0x0A] + Array("8,\0\n9,0\n".utf8)
        #expect(try reader.read(text, from: 0, into: &batch) == text.count)
        try reader.finish(into: &batch)
        #expect(batch.rows.rowCount == 2)
        #expect(
            batch.defects == [
                RowDefect(
                    code: "ragged_row", message: "expected 2 fields, found 1", rowsBefore: 1, line: 3, byteOffset: 8,
                    fields: ["3"]),
                RowDefect(
                    code: "ragged_row", message: "expected 2 fields, found 3", rowsBefore: 1, line: 4, byteOffset: 10,
                    fields: ["4,5,6"]),
                RowDefect(
                    code: "invalid_utf8",
                    message: "the row has invalid UTF-8; for a file in another encoding set csv.encoding, "
                        + "such as windows-1252", rowsBefore: 1, line: 5,
                    byteOffset: 16, fields: ["7,\u{FFFD}"]),
                RowDefect(
                    code: "nul_byte", message: "the row has a NUL byte", rowsBefore: 1, line: 6, byteOffset: 20,
                    fields: ["8,\0"]),
            ])
    }

    @Test(
        "the delimiter is found by the first records",
        arguments: [
            ("a,b\n1,2\n", ","), ("a;b\n1,5;2,5\n", ";"), ("a\tb\n1,2\t3\n", "\t"), ("a|b\n1|2\n", "|"),
            ("a\n1\n", ","),
            ("\"a;x\",b\n\"1;2\",3\n", ","), ("a;b;c\n\"x,y\";2;3\n", ";"), ("name,comment\nx,a;b\ny,c\n", ","),
            ("a;b,c;d\n1;2;3\n", ";"), ("a,b", ","),
            ("a,b;c\n1,\"x \"\"y\"\", z;3\"\n", ","), ("\u{FEFF}\"a\"\t\"b\"\n", "\t"),
        ])
    func detection(text: String, delimiter: String) throws {
        for pieces in [1, 3, 1000] {
            var reader = CSVReader()
            var batch = SourceBatch()
            for start in stride(from: 0, to: text.utf8.count, by: pieces) {
                let piece = Array(text.utf8.dropFirst(start).prefix(pieces))
                #expect(try reader.read(piece, from: 0, into: &batch) == piece.count)
            }
            try reader.finish(into: &batch)
            #expect(reader.delimiter == delimiter.utf8.first)
        }
    }

    @Test("each limit holds at its value and not one beyond")
    func limits() {
        func code(_ text: String, _ set: (inout ReaderLimits) -> Void) -> String? {
            var limits = ReaderLimits()
            set(&limits)
            let codes = [1, 3, 100].map { pieces in
                let options = CSVReaderOptions(delimiter: UInt8(ascii: ","), limits: limits, batchBytes: 8)
                return readAll(CSVReader(options: options), Array(text.utf8), pieces: pieces).error?.code.rawValue
            }
            #expect(Set(codes).count == 1)
            return codes[0]
        }
        #expect(code("a,b\n1234,1\n") { $0.fieldBytes = 4 } == nil)
        #expect(code("a,b\n12345,1\n") { $0.fieldBytes = 4 } == "limit_field_bytes")
        // The line end that comes with the byte too many makes it no field of several lines.
        #expect(code("a,b\n1,12345\n2,3\n") { $0.fieldBytes = 4 } == "limit_field_bytes")
        #expect(code("a,b\n1,\"12\"\"45\"") { $0.fieldBytes = 5 } == nil)
        #expect(code("a,b\n1,\"12\"\"456\"") { $0.fieldBytes = 5 } == "limit_field_bytes")
        #expect(code("a,b\n12,4\r\n") { $0.recordBytes = 4 } == nil)
        #expect(code("a,b\n12,45\r\n") { $0.recordBytes = 4 } == "limit_record_bytes")
        #expect(code("a,b\n1,\"\"") { $0.recordBytes = 4 } == nil)
        #expect(code("a,b\n12,\"\"") { $0.recordBytes = 4 } == "limit_record_bytes")
        #expect(code("a,b\n1,2\n") { $0.columns = 2 } == nil)
        #expect(code("a,b,c\n1,2\n") { $0.columns = 2 } == "limit_columns")
        #expect(code("a,b\n1,2,3\n") { $0.columns = 2 } == "limit_columns")
        #expect(code("abc,d\n1,2\n") { $0.nameBytes = 3 } == nil)
        #expect(code("abcd,d\n1,2\n") { $0.nameBytes = 3 } == "limit_name_bytes")
    }

    @Test("a quote that never closes is stopped by the limits, not by memory")
    func endlessQuote() {
        var limits = ReaderLimits()
        limits.fieldBytes = 1000
        let bytes = Array("a,b\n1,\"".utf8) + [UInt8](repeating: 0x78, count: 100_000)
        let error = readAll(CSVReader(options: CSVReaderOptions(limits: limits)), bytes, pieces: 10_000).error
        #expect(error?.code == .limitFieldBytes)
        #expect(error?.position == DataPosition(line: 2, byteOffset: 4))
    }

    /// What makes CSV parsers stumble.
    static let nasty: [[UInt8]] = [
        [0x22], [0x22], [0x22, 0x22], [0x2C], [0x2C], [0x0A], [0x0D], [0x0D, 0x0A], [0x61], [0x62, 0x63], [0x20],
        Array("é".utf8), Array("😀".utf8), [0xC3], [0xFF], [0x00], [0xEF, 0xBB, 0xBF],
        Array("a longer text, of more than sixty-four bytes, so that blocks are crossed".utf8),
    ]

    @Test("generated files read as the reference reads them, however they are cut", arguments: 0..<8)
    func generated(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<60 {
            let header = round % 3 == 0 ? [] : Array("x,y\n".utf8) + (round % 4 == 0 ? Array("1,2\n".utf8) : [])
            let bytes = header + randomBytes(&random, alphabet: Self.nasty, maxPieces: 3 + round)
            let hasHeader = round % 5 != 0
            let expected = ReferenceCSV.read(bytes, delimiter: 0x2C, hasHeader: hasHeader)
            if expected.error == ReferenceCSV.undecided { continue }
            let sizes = bytes.count < 60 ? Array(1...max(bytes.count, 1)) : [1, 2, 3, 7, 31, 64, 65, bytes.count]
            for pieces in sizes {
                let options = CSVReaderOptions.exact(
                    delimiter: 0x2C, hasHeader: hasHeader, batchBytes: [1, 10, 1 << 20][pieces % 3])
                let result = readAll(CSVReader(options: options), bytes, pieces: pieces, padding: pieces % 4).result
                #expect(result == expected, "seed \(seed), round \(round), pieces \(pieces), bytes \(bytes)")
                if result != expected { return }
            }
        }
    }

    @Test("a large file reads as the reference reads it, block by block")
    func large() {
        var random = SeededRandom(seed: 99)
        var bytes = Array("id,text,number\n".utf8)
        for row in 0..<3000 {
            let text = randomBytes(&random, alphabet: Self.nasty.filter { $0 != [0x22] }, maxPieces: 12)
            let doubled = text.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
            bytes += Array("\(row),\"".utf8) + doubled + Array("\",\(row * 7)\r\n".utf8)
        }
        let expected = ReferenceCSV.read(bytes, delimiter: 0x2C)
        for (pieces, batchBytes) in [(1 << 20, 1 << 20), (1 << 20, 5000), (4096, 70_000), (777, 1)] {
            let reader = CSVReader(options: .exact(delimiter: 0x2C, batchBytes: batchBytes))
            #expect(readAll(reader, bytes, pieces: pieces).result == expected)
        }
    }

    @Test("what the writer writes, the reader reads back", arguments: 0..<4)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Self.nasty.filter { ![[0xC3], [0xFF], [0x00]].contains($0) }
        let rows: [[String?]] = (0..<200).map { _ in
            (0..<3).map { _ in
                Int.random(in: 0..<4, using: &random) == 0
                    ? nil : String(decoding: randomBytes(&random, alphabet: alphabet, maxPieces: 6), as: UTF8.self)
            }
        }
        let columns = ["a", "b", "c"].map { Column($0, .text) }
        for delimiter in [",", ";", "\t", "|"].compactMap(\.utf8.first) {
            let options = CSVWriterOptions(delimiter: delimiter, bom: seed % 2 == 0)
            let text = written(CSVWriter(columns: columns, options: options), rows)
            let reader = CSVReader(options: .exact(delimiter: delimiter))
            let result = readAll(reader, Array(text.utf8), pieces: 100).result
            let isBlank = { (row: [String?]) in row.allSatisfy { ($0 ?? "").allSatisfy(\.isWhitespace) } }
            #expect(result.rows.map(\.fields) == rows.filter { !isBlank($0) })
            #expect(result.rows.allSatisfy { $0.defect == nil })
        }
    }
}
