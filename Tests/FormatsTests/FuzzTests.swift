import Formats
import JobCore
import TestSupport
import Testing

/// Files that nobody would write, compared with slow and obvious readers; a seed that finds something is told.
@Suite("57: fuzzing of the readers")
struct FuzzTests {
    /// Sizes of pieces to cut a file into.
    private func sizes(_ count: Int, _ random: inout SeededRandom) -> [Int] {
        [1, Int.random(in: 1...max(1, count), using: &random), Int.random(in: 1...9, using: &random), max(1, count)]
    }

    /// The bytes with some of them changed, removed or put twice.
    private func damaged(_ bytes: [UInt8], _ alphabet: [[UInt8]], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...4, using: &random))
            bytes.replaceSubrange(place..<end, with: random.once(in: 3) ? [] : random.pick(alphabet))
        }
        return bytes
    }

    @Test("CSV of every dialect is read as the reference reads it, however it is cut")
    func csv() {
        for seed in FuzzRounds() {
            var random = SeededRandom(seed: seed)
            let delimiter = random.pick([0x2C, 0x2C, 0x3B, 0x09, 0x7C] as [UInt8])
            let quote = random.pick([0x22, 0x22, 0x27] as [UInt8])
            let alphabet =
                CSVReaderTests.nasty + [[delimiter], [delimiter], [quote], [quote, delimiter], [quote, 0x0A]]
            let header = Array("x".utf8) + [delimiter] + Array("y\n".utf8)
            var bytes = (random.once(in: 3) ? [] : header) + randomBytes(&random, alphabet: alphabet, maxPieces: 60)
            bytes = damaged(bytes, alphabet, &random)
            let hasHeader = !random.once(in: 4)
            let expected = ReferenceCSV.read(bytes, delimiter: delimiter, quote: quote, hasHeader: hasHeader)
            if expected.error == ReferenceCSV.undecided { continue }
            for pieces in sizes(bytes.count, &random) {
                let options = CSVReaderOptions.exact(
                    delimiter: delimiter, quote: quote, hasHeader: hasHeader, limits: ReaderLimits(nameBytes: 1 << 20),
                    batchBytes: random.pick([1, 10, 1 << 20]))
                let found = readAll(
                    CSVReader(options: options), bytes, pieces: pieces, padding: Int.random(in: 0...3, using: &random)
                ).result
                #expect(found == expected, "seed \(seed), pieces of \(pieces), bytes \(bytes)")
                if found != expected { return }
            }
            // What separates fields is found out from the same bytes, however they come.
            let guessed = [1, 7, max(1, bytes.count)].map { readAll(CSVReader(), bytes, pieces: $0).result }
            #expect(guessed[0] == guessed[1] && guessed[1] == guessed[2], "seed \(seed), bytes \(bytes)")
        }
    }

    @Test("JSON of every layout is read as the reference reads it, however it is cut")
    func json() throws {
        let alphabet = JSONRowReaderTests.nasty
        for seed in FuzzRounds() {
            var random = SeededRandom(seed: seed)
            for layout in JSONLayout.allCases {
                let rows = Int.random(in: 0...8, using: &random)
                var bytes = JSONRowReaderTests().document(&random, layout: layout, rows: rows)
                if random.once(in: 2) { bytes = damaged(bytes, alphabet, &random) }
                if random.once(in: 8) { bytes = randomBytes(&random, alphabet: alphabet, maxPieces: 20) }
                let expected = normalized(referenceRows(bytes, layout: layout.rawValue))
                for pieces in sizes(bytes.count, &random) {
                    let reader = JSONRowReader(layout: layout, batchBytes: random.pick([1, 10, 1 << 20]))
                    let found = normalized(readAll(reader, bytes, pieces: pieces).result)
                    let text = String(decoding: bytes, as: UTF8.self)
                    #expect(found == expected, "seed \(seed), \(layout), pieces of \(pieces): \(text)")
                    if found != expected { return }
                }
                if layout == .array && expected.error == nil { try inside(bytes, expected, seed, &random) }
            }
            let text = damaged(randomBytes(&random, alphabet: alphabet, maxPieces: 12), alphabet, &random)
            guard let value = try? JSONValue(parsing: text) else { continue }
            #expect((try? ReferenceJSON.whole(text)) != nil, "seed \(seed), bytes \(text)")
            #expect(try JSONValue(parsing: Array(value.serialized().utf8)) == value, "seed \(seed), bytes \(text)")
        }
    }

    /// A good array inside an object has the same rows.
    private func inside(
        _ array: [UInt8], _ expected: ReadResult, _ seed: UInt64, _ random: inout SeededRandom
    ) throws {
        if array.starts(with: [0xEF, 0xBB, 0xBF]) { return }
        let other = #"{"rows":[{"rows":1}],"]":"\"}"},"#
        let before = random.pick(["{\"rows\":", " {\n\"x\":\(other)\"rows\" : ", "{\"a\":-1e5,\"rows\":"])
        let after = random.pick(["}", ",\"x\":\(other)\"y\":[[]]}\n", " , \"z\":null } "])
        let text = Array(before.utf8) + array + Array(after.utf8)
        for pieces in sizes(text.count, &random) {
            let found = normalized(
                readAll(JSONRowReader(layout: .array, path: ["rows"]), text, pieces: pieces).result)
            #expect(found.error == nil && found.columns == expected.columns, "seed \(seed), pieces of \(pieces)")
            #expect(found.rows.map(\.fields) == expected.rows.map(\.fields), "seed \(seed), pieces of \(pieces)")
            #expect(found.rows.map(\.offset) == expected.rows.map { $0.offset + before.utf8.count }, "seed \(seed)")
        }
    }
}
