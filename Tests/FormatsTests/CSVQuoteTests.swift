import Formats
import JobCore
import TestSupport
import Testing

@Suite("CSV quotes that are not as they should be")
struct CSVQuoteTests {
    /// Good rows by their first field, refused ones by their code, both in order.
    private func read(_ text: String, _ options: CSVReaderOptions = CSVReaderOptions()) -> [String] {
        let results = [1, 3, 64, 1000].map { pieces in
            readAll(CSVReader(options: options), Array(text.utf8), pieces: pieces).result
        }
        #expect(results.allSatisfy { $0 == results[0] }, "\(text)")
        return results[0].rows.map { row in
            row.defect.map { "\($0) \(row.line)" } ?? row.fields.map { $0 ?? "-" }.joined(separator: "|")
        } + [results[0].error].compactMap(\.self)
    }

    @Test("text behind a closing quote costs its row")
    func textBehind() {
        let rows = read("a,b,c\n1,\"12\" boards,x\n2,\"The \"Blue\" Door\",y\n3,\"Fine\",z\n4,p,q\n")
        #expect(rows == ["malformed_quote 2", "malformed_quote 3", "3|Fine|z", "4|p|q"])
    }

    @Test("a quote that is not closed costs its row, whether another one follows or not")
    func strayOpening() {
        let later = read("a,b\n1,\"North\n2,West\n3,South\n4,\"East\"\n5,Up\n")
        #expect(later == ["malformed_quote 2", "2|West", "3|South", "4|East", "5|Up"])
        let end = read("a,b\n0,Down\n1,\"North\n2,West\n3,South")
        #expect(end == ["0|Down", "malformed_quote 3", "2|West", "3|South"])
    }

    @Test("lines behind it that are no rows belong to the same reject")
    func continuation() {
        let text = "a,b,c\n1,\"He \"said\"\nhello, \"dear\"\n\nbye\",x\n2,y,z\n3,w\n"
        let result = readAll(CSVReader(), Array(text.utf8), pieces: 5).result
        #expect(result.rows.map(\.line) == [2, 6, 7])
        #expect(result.rows.map(\.defect) == ["malformed_quote", nil, "ragged_row"])
        #expect(result.rows[0].fields == ["1,\"He \"said\"\nhello, \"dear\"\nbye\",x"])
    }

    @Test("rows that a stray quote makes one ragged record are rows again")
    func swallowed() {
        let two = read("a,b,c\n1,x,\"North\n2,y,West\n3,z,\"\"\n4,\",w\n")
        #expect(two == ["malformed_quote 2", "2|y|West", "3|z|", "malformed_quote 5"])
        let one = read("a,b,c\n1,x,\"North\n2,y,West\n3,South\",z\n4,v,w\n")
        #expect(one == ["malformed_quote 2", "2|y|West", "3|South\"|z", "4|v|w"])
        #expect(read("a,b,c\n1,2,x,\"some\ntext\"\n3,4,5\n") == ["ragged_row 2", "3|4|5"])
        let rows = read("a,b,c\n1,x,\"North\n2,y,West\n3,\"South\",z\n4,v,w\n")
        #expect(rows == ["malformed_quote 2", "2|y|West", "3|South|z", "4|v|w"])
    }

    @Test("a quote inside unquoted text is text, but never shifts cells")
    func insideText() {
        #expect(read("a,b,c\n1,Pipe 16\",x\n2,a \"b\" c,\"d\"\n") == ["1|Pipe 16\"|x", "2|a \"b\" c|d"])
        #expect(read("a,b,c\n16\",12\",x\n") == ["16\"|12\"|x"])
        #expect(read("a,b,c\n5\"p, q\",r\n1,2,3\n") == ["malformed_quote 2", "1|2|3"])
        #expect(read("a,b,c,d\n1,say \"hello, you\",x\n1,2,3,4\n") == ["malformed_quote 2", "1|2|3|4"])
    }

    @Test("a field of many lines whose quote does not close is given up at the limit, and its rows are read")
    func beyondLimit() {
        let rows = (0..<4000).map { "\($0),row\n" }.joined()
        var options = CSVReaderOptions.exact(delimiter: 0x2C)
        options.limits.fieldBytes = 5000
        let found = [1000, 65_536, 1 << 20].map { pieces in
            readAll(CSVReader(options: options), Array("a,b\nx,\"y\n\(rows)z,\"w\"\n".utf8), pieces: pieces)
        }
        for (result, error) in found {
            #expect(error == nil && result == found[0].result)
            #expect(result.rows.count == 4002 && result.rows.compactMap(\.defect) == ["malformed_quote"])
        }
    }

    @Test(
        "what is looked at grows with the file, however many quotes are stray",
        arguments: [
            "1,\"x\n", "1,\"\"\"\n", "a\",\"b\n", "\"\n", "1,\"x\"y\n", "1,\"\"x\n", "\",\"\n",
            "1,2\n1,\"\"\"x\n3,\"4,\n",
            "\"x\n,\"\"\n",
        ])
    func linearCost(line: String) {
        func cost(_ lines: Int) throws -> Int {
            let text = Array(("a,b\n" + String(repeating: line, count: lines)).utf8)
            var reader = CSVReader(options: .exact(delimiter: 0x2C))
            var batch = SourceBatch()
            var position = 0
            while position < text.count {
                position = try reader.read(text, from: position, into: &batch)
                batch.removeAll()
            }
            try reader.finish(into: &batch)
            return reader.scannedBytes
        }
        #expect(throws: Never.self) {
            let (half, whole) = (try cost(10_000), try cost(20_000))
            #expect(whole <= half * 5 / 2, "\(half) and \(whole) bytes")
            #expect(whole <= 4 * line.utf8.count * 20_000 + (1 << 17))
        }
    }

    /// Lines as exporters and people write them, with quotes here and there that nobody closed.
    private static let lines = [
        "1,2\n", "\"1\",\"2\"\n", "x,\"y\n", "x,\"y\r\n", "\"x,y\n", "x,y\"\n", "x\"y,z\n", "\"x\"y,z\n",
        "\"a \"b\" c\",d\n", "x,y\n", "x,\"y\nz\"\n", "\"\"\"\n", "\"\",\"\"\n", ",\n", " ,\n", "\n", "\r",
        "5\"p, q\"\n", "a,b,c\n", "a\n", "x,\"\"\"y\"\"\"\n", "\u{FEFF}x,y\n", "\u{FEFF}\"x\",\"y\"\n", "a,b,,\n",
        "\",\"\n", "a\",\"b\n", "é,\u{00A0}\n", "\u{3000},\u{00A0}\n",
        "a long text that is more than sixty-four bytes, so that blocks of the scanner are crossed\n",
    ]

    @Test("lines with stray quotes are read as the reference reads them, at every boundary", arguments: 0..<8)
    func generated(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<150 {
            let alphabet = Self.lines.map { Array($0.utf8) }
            let bytes = Array("x,y\n".utf8) + randomBytes(&random, alphabet: alphabet, maxPieces: 2 + round / 6)
            let expected = ReferenceCSV.read(bytes, delimiter: 0x2C)
            let sizes = bytes.count < 80 ? Array(1...bytes.count) : [1, 2, 3, 5, 13, 63, 64, 65, bytes.count]
            for pieces in sizes {
                let options = CSVReaderOptions.exact(delimiter: 0x2C, batchBytes: [1, 10, 1 << 20][pieces % 3])
                let found = readAll(CSVReader(options: options), bytes, pieces: pieces, padding: pieces % 4).result
                let text = String(decoding: bytes, as: UTF8.self).debugDescription
                #expect(found == expected, "seed \(seed), round \(round), pieces \(pieces): \(text)")
                if found != expected { return }
            }
        }
    }
}
