import JobCore
import TestSupport
import Testing

@testable import Formats

/// Text of others that a spreadsheet opens, whichever character it splits at.
@Suite("Formulas in files")
struct FormulaTests {
    /// Cells as a lenient reader sees them, such as that of Python or a spreadsheet: a quote counts at the beginning of a
    /// cell only, text behind a closing quote is glued on.
    private static func cells(_ text: String, delimiter: Unicode.Scalar) -> [[String]] {
        enum Place { case start, plain, quoted, behindQuote }
        var rows: [[String]] = []
        var row: [String] = []
        var cell = String.UnicodeScalarView()
        var place = Place.start
        func end() {
            row.append(String(cell))
            cell = String.UnicodeScalarView()
            place = .start
        }
        for scalar in text.unicodeScalars {
            if place == .quoted {
                if scalar == "\"" { place = .behindQuote } else { cell.append(scalar) }
                continue
            }
            if scalar == "\"" && place != .plain {
                if place == .behindQuote { cell.append(scalar) }
                place = .quoted
            } else if scalar == delimiter {
                end()
            } else if scalar == "\n" || scalar == "\r" {
                end()
                rows.append(row)
                row = []
            } else {
                cell.append(scalar)
                place = .plain
            }
        }
        end()
        return rows + [row]
    }

    private static let pieces = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\r\n", ",", ";", "\"", "'", "a", "1", " ", "\u{FF1D}", "\u{FF0B}",
        "\u{FF0D}",
        "\u{FF20}", "\u{FF21}", "é", "|", "\"\"", ";=", ",\"=", "\t'=", "\0",
    ]

    private static func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private static func isFormula(_ cell: String) -> Bool {
        guard let first = cell.unicodeScalars.first else { return false }
        return "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}\0".unicodeScalars.contains(first)
    }

    @Test(
        "No way to split a file yields a formula, and its own reader gets every text back",
        arguments: [",", ";", "\t", "|"])
    func anyReader(_ delimiter: String) throws {
        var random = SeededRandom(seed: 7)
        let own = try #require(delimiter.utf8.first)
        let options = CSVWriterOptions(delimiter: own, header: false, formulas: .escape)
        let writer = CSVWriter(columns: ["a", "b", "c"].map { Column($0, .text) }, options: options)
        for round in 0..<3000 {
            let rows = (0..<2).map { _ in (0..<3).map { _ in Self.text(&random) } }
            let file = written(writer, rows)
            for other in [",", ";", "\t"] {
                guard let scalar = other.unicodeScalars.first else { continue }
                for row in Self.cells(file, delimiter: scalar) {
                    // A tab that stands before a cell of the file's own is its delimiter.
                    let found = row.map { own == 0x09 ? String($0.drop { $0 == "\t" }) : $0 }
                    #expect(
                        !found.contains(where: Self.isFormula), "round \(round), \(other): \(file.debugDescription)")
                }
            }
            let scalar = try #require(delimiter.unicodeScalars.first)
            let back = Self.cells(file, delimiter: scalar).filter { $0.count == 3 }
            #expect(back.map { $0.map { FormulaText.unguarded($0, delimiter: own) } } == rows, "round \(round)")
        }
    }

    @Test("An apostrophe comes and goes where a cell could begin, and nowhere else")
    func places() {
        for (text, expected) in [
            ("a;=cmd()", "a;'=cmd()"), ("x\t=1", "x\t'=1"), ("a;\"=1\"", "a;'\"=1\""), ("a\n=1", "a\n'=1"),
            ("a,=1", "a,=1"), ("[1,-2]", "[1,-2]"), ("a;b", "a;b"), ("=1", "'=1"), ("'=1", "''=1"), ("a;'=1", "a;''=1"),
            ("a\r\nb", "a\r\nb"), ("a;\u{FF1D}1", "a;'\u{FF1D}1"), ("a;", "a;'"), ("a;'", "a;''"), ("'tis", "'tis"),
            ("", ""),
        ] {
            #expect(FormulaText.guarded(text, delimiter: 0x2C) == expected)
            #expect(FormulaText.unguarded(expected, delimiter: 0x2C) == text)
        }
        #expect(FormulaText.guarded("a,=1", delimiter: 0x3B) == "a,'=1")
    }

    @Test("The rows of a batch lose their apostrophes, and so do names and rows that are none")
    func batches() {
        var batch = SourceBatch(columns: ["id", "'=name"])
        for text in ["1", "a;'=1", nil, "''=2"] { batch.rows.append(text) }
        batch.rows.append("x", isString: true)
        batch.rows.append("")
        batch.defects = [
            RowDefect(code: "c", message: "m", rowsBefore: 0, line: 1, byteOffset: 0, fields: ["'=1", "x\t'@"])
        ]
        batch.removeFormulaGuards(delimiter: 0x2C)
        #expect(batch.columns == ["id", "=name"])
        let found = (0..<3).map { row in (0..<2).map { batch.rows.text(row: row, column: $0) } }
        #expect(found == [["1", "a;=1"], [nil, "'=2"], ["x", ""]])
        #expect(batch.rows.isString(row: 2, column: 0) && batch.rows.isNull(row: 1, column: 0))
        #expect(batch.defects.first?.fields == ["=1", "x\t@"])
    }
}
