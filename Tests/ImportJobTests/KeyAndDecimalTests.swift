import Formats
import JobCore
import JobRuntime
import Testing

@testable import ImportJob

@Suite("Keys")
struct KeyTextTests {
    /// What a key becomes, or the code of what is wrong.
    private func key(_ text: String, _ column: Column = Column("id", .text), rule: ValueRule? = nil) -> String? {
        var batch = RowBatch(columnCount: 1)
        batch.append(text)
        let field = FieldMapping(target: column, origin: .column(0), rule: rule ?? ValueRule(ValueKind(column)))
        var output = RowBatch(columnCount: 0)
        var sources: [Int] = []
        var problems: [CellProblem] = []
        RowCanonicaliser(fields: [field], key: ["id"], isJSONSource: false)
            .map(batch, into: &output, sources: &sources, problems: &problems)
        return problems.first?.fault.code ?? output.text(row: 0, column: 0)
    }

    @Test("White space at the ends falls away, what nobody sees is an error, and nothing else is missing")
    func texts() {
        #expect(key("p1") == "p1" && key(" p1\u{A0}") == "p1" && key("\u{3000}p 1\t") == "p 1" && key("Jörg") == "Jörg")
        for text in ["", " ", "\u{A0}", "\u{200B}", " \u{200B}\u{FEFF} ", "\u{AD}"] {
            #expect(key(text) == "missing_key")
        }
        for text in ["p\u{200B}1", "\u{FEFF}p1", "p\u{202E}1", "p\u{7}1", "p1\u{200D}", "p\n1"] {
            #expect(key(text) == "invalid_key", "\(text)")
        }
        var rule = ValueRule(.text)
        rule.letterCase = .upper
        #expect(key(" p1 ", rule: rule) == "P1" && key("p\u{200B}1", rule: rule) == "invalid_key")
        #expect(key("\u{A0}7 ", Column("id", .int)) == "7")
    }

    @Test("Text that is no key is kept as it is")
    func others() {
        #expect(key(" p\u{200B}1 ", Column("name", .text)) == " p\u{200B}1 ")
    }
}

@Suite("Decimal comma or point")
struct DecimalWatchTests {
    private func mark(_ text: String) -> DecimalMark {
        var text = text
        return text.withUTF8 { unsafe DecimalMark($0) }
    }

    @Test("What a number tells about its decimal mark")
    func marks() {
        for text in [
            "12.5", "0.125", "-0.125", "1234.567", "1,234.56", "1,234,567", "1.5e3", ".5", "1'234.56", "1.2345",
        ] {
            #expect(mark(text) == .point, "\(text)")
        }
        for text in ["7,25", "0,5", "3.400,00", "1.234.567", "1 234,56", "-12,5", "€ 7,25", "0,125", "1234,567"] {
            #expect(mark(text) == .comma, "\(text)")
        }
        for text in ["1.250", "12.500", "-999.000"] { #expect(mark(text) == .either, "\(text)") }
        for text in ["", "5", "1,234", "abc", "1.2.3", "1,2,3", "12.", "12,", "10.10.2024", "1e5", "--1.5"] {
            #expect(mark(text) == .unknown, "\(text)")
        }
    }

    /// The code and the line of what is thrown for batches of one column.
    private func watched(_ batches: [[String]]) -> String? {
        let field = SourceField(
            name: "value", rule: ValueRule(.decimal), source: 0, sourceName: "value", isKey: false)
        var watch = DecimalWatch()
        var line = 0
        do throws(JobError) {
            for values in batches {
                var batch = SourceBatch(columns: ["value"])
                for value in values {
                    batch.rows.append(value)
                    line += 1
                    batch.lines.append(line)
                }
                try watch.look(batch, [field])
            }
            return watch.undecided.first
        } catch {
            return "\(error.code) \(error.message)"
        }
    }

    @Test("First rows with a decimal comma and no decimal point are an error, before anything is stored")
    func firstRows() {
        #expect(watched([["1.250", "7,25"]])?.contains("line 2") == true)
        #expect(watched([["7,25", "5"]])?.hasPrefix("format_ambiguous") == true)
        #expect(watched([["7,25", "1.250", "12.5"]]) == nil && watched([["1.250", "5"]]) == "value")
        #expect(watched([["5", "12.5", "1.250"]]) == nil && watched([["a", "1,234"]]) == nil)
    }

    @Test("A comma behind the first rows is an error when a number before it was read with a point, in the rows' order")
    func laterRows() {
        let plain = [String](repeating: "5", count: 1_000)
        #expect(watched([plain + ["1.250"], ["6", "7,25"]])?.contains("line 1003") == true)
        #expect(watched([["1.250"] + plain + ["7,25"]])?.contains("line 1002") == true)
        // Nothing was read wrongly.
        #expect(watched([plain + ["7,25"], ["8,25"]]) == nil)
        #expect(watched([plain + ["1.250", "12.5"], ["7,25"]]) == nil)
        // Whatever the batches are.
        #expect(watched([plain + ["1.250", "7,25", "12.5"]])?.contains("line 1002") == true)
        #expect(watched([plain + ["1.250"], ["7,25"], ["12.5"]])?.contains("line 1002") == true)
        #expect(watched([plain + ["7,25"], ["1.250"], ["8,5"]])?.contains("line 1001") == true)
        #expect(watched([plain + ["7,25", "1.250", "8,5"]])?.contains("line 1001") == true)
    }
}

@Suite("Statistics of numbers beyond doubles")
struct LargeNumberStatisticsTests {
    @Test("A histogram of any numbers counts each of them")
    func histogram() throws {
        for values in [
            ["1" + String(repeating: "0", count: 400), "5", "-0.25"],
            ["0." + String(repeating: "0", count: 500) + "1", "1"],
            [String(repeating: "9", count: 309), "-" + String(repeating: "9", count: 309)],
            [String(repeating: "9", count: 400) + "." + String(repeating: "9", count: 400), "1"],
            ["0", "0.0000000000001"],
            ["-1" + String(repeating: "0", count: 500), "-1" + String(repeating: "0", count: 400)],
            ["0", "0." + String(repeating: "0", count: 322) + "5"],
        ] {
            var statistics = ColumnStatistics(Column("value", .decimal))
            for value in values {
                unsafe Array(value.utf8).withUnsafeBufferPointer { unsafe statistics.add($0, isSampled: true) }
            }
            if let counts = statistics.shown(sampledRows: values.count).histogram {
                #expect(counts.reduce(0, +) == values.count, "\(values)")
            }
        }
    }
}
