import JobCore
import Testing

@testable import PostgreSQL

@Suite("Text for and from PostgreSQL")
struct TextTests {
    @Test(
        "Dates outside the years 1 to 9999 are written as the server reads them",
        arguments: [
            ("-000043-03-15", "0044-03-15 BC"), ("+000000-12-31", "0001-12-31 BC"),
            ("-004712-01-01T00:00:00Z", "4713-01-01T00:00:00Z BC"),
            ("+012345-06-07T08:09:10.5Z", "12345-06-07T08:09:10.5Z"),
            ("+5874897-12-31", "5874897-12-31"), ("-infinity", "-infinity"),
        ])
    func dated(canonical: String, expected: String) {
        let written = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer -> String in
            let bytes = Array(canonical.utf8)
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe bytes.withUnsafeBufferPointer { unsafe DatedText.write($0, to: base) }
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
        #expect(written == expected)
    }

    @Test("Literals, names and arrays close what they open, whatever is in them")
    func quoting() {
        #expect(Quoting.literal("a'b\\") == "'a''b\\'")
        // A quote with a combining mark behind it is one character.
        #expect(Quoting.literal("'\u{301}").unicodeScalars.count == 5)
        #expect(Quoting.name("a\"b") == "\"a\"\"b\"" && Quoting.name("\"\u{301}").unicodeScalars.count == 5)
        #expect(Quoting.table("crm.contacts") == "\"crm\".\"contacts\"")
        #expect(ArrayText.encode(["a,b", "\"q\\", ""]) == #"{"a,b","\"q\\",""}"#)
    }

    @Test(
        "Binary numbers become exact decimals",
        arguments: [
            ([1, 0, 0, 0, 5], "5"), ([2, 0, 0, 2, 12, 5000], "12.50"), ([1, -1, 0x4000, 4, 1], "-0.0001"),
            ([1, 2, 0, 0, 3], "300000000"), ([0, 0, 0, 2], "0.00"), ([0, 0, -16384, 0], "NaN"),
            ([0, 0, -12288, 0], "Infinity"), ([0, 0, -4096, 0], "-Infinity"), ([1, -3, 0, 9, 1000], "0.000000001"),
        ])
    func numerics(words: [Int16], expected: String) {
        var bytes: [UInt8] = []
        for word in words { bytes += [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)] }
        let written = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer -> String in
            guard let base = buffer.baseAddress else { return "" }
            let count = unsafe bytes.withUnsafeBytes { unsafe NumericText.write($0, to: base, room: 64) }
            return unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
        }
        #expect(written == expected)
    }

    @Test("Rows with one key are found in a batch, however many there are")
    func repeats() {
        let resource = Resource(
            name: "r", columns: [Column("a", .text), Column("b", .text)], key: ["a", "b"], timeColumn: nil)
        var batch = RowBatch(columnCount: 2)
        // "ab" and "" are not "a" and "b".
        let rows = [("a", "b"), ("ab", ""), ("", "ab"), ("a", "b"), ("x", "y"), ("a", "b")]
        for (a, b) in rows {
            batch.append(a)
            batch.append(b)
        }
        var keys = RowKeys(resource.key, resource.columns)
        #expect(keys.repeats(in: batch) == [-1, -1, -1, 0, -1, 3])
        #expect(keys.array(batch, [1, 2], keyColumn: 0) == #"{"ab",""}"#)
    }
}
