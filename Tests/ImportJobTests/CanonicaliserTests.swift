import JobCore
import Testing

@testable import ImportJob

@Suite("Cells and rows of imports")
struct CanonicaliserTests {
    private static let hash = "$2b$12$" + String(repeating: "a", count: 53)

    /// What one cell becomes: its text, nil for null, or the code of what is wrong.
    private func cell(
        _ text: String?, _ column: Column, isJSON: Bool = false, isString: Bool = false, allowsSpecial: Bool = false
    ) -> (value: String?, code: String?) {
        var batch = RowBatch(columnCount: 2)
        batch.append("key")
        batch.append(text, isString: isString)
        let key = Column("id", .text)
        let canonicaliser = RowCanonicaliser(
            fields: [FieldMapping(target: key, source: 0), FieldMapping(target: column, source: 1)], key: ["id"],
            isJSONSource: isJSON, allowsSpecialValues: allowsSpecial)
        var output = RowBatch(columnCount: 0)
        var sources: [Int] = []
        var problems: [CellProblem] = []
        canonicaliser.map(batch, into: &output, sources: &sources, problems: &problems)
        if let problem = problems.first { return (nil, problem.fault.code) }
        return (output.text(row: 0, column: 1), nil)
    }

    private static let good: [(ColumnType, String, String)] = [
        (.text, " kept as it is ", " kept as it is "), (.text, "", ""), (.text, "NULL", "NULL"),
        (.text, "é\u{0}", "é\u{0}"),
        (.int, "0", "0"), (.int, " 42 ", "42"), (.int, "+007", "7"), (.int, "-0", "0"),
        (.int, "9223372036854775807", "9223372036854775807"), (.int, "-9223372036854775808", "-9223372036854775808"),
        (.int, "\t5\r\n", "5"), (.decimal, "+012.50", "12.50"), (.decimal, " 1e3 ", "1000"),
        (.decimal, "-0.00", "0.00"),
        (.double, "0.1", "0.1"), (.double, "1e5", "100000.0"), (.double, "-.5", "-0.5"), (.double, "1E-400", "0.0"),
        (.double, "100", "100.0"), (.bool, "true", "true"), (.bool, "TRUE", "true"), (.bool, "Yes", "true"),
        (.bool, "1", "true"),
        (.bool, "t", "true"), (.bool, "Y", "true"), (.bool, " no ", "false"), (.bool, "False", "false"),
        (.bool, "0", "false"),
        (.bool, "f", "false"), (.bool, "N", "false"),
        (.timestamp, "2026-04-01T02:00:00.50+02:00", "2026-04-01T00:00:00.5Z"),
        (.timestamp, "2026-04-01", "2026-04-01T00:00:00Z"),
        (.timestamp, " 2026-04-01 00:00:00Z", "2026-04-01T00:00:00Z"),
        (.date, "2024-02-29", "2024-02-29"), (.date, " 2024-02-29 ", "2024-02-29"),
        (.uuid, "{0189F2C47A3B7C008ABCDEF012345678}", "0189f2c4-7a3b-7c00-8abc-def012345678"),
        (.json, "{\"a\": [1, null]}", "{\"a\":[1,null]}"), (.json, " [] ", "[]"), (.json, "\"x\"", "\"x\""),
        (.json, "12", "12"),
    ]

    @Test("A batch ends when what was made of its rows is enough, and no row is lost")
    func enough() {
        var batch = SourceBatch(columns: ["id", "n"])
        for row in 0..<30_000 {
            batch.rows.append("r\(row)")
            batch.rows.append("1e990")
            batch.lines.append(row)
            batch.offsets.append(row)
        }
        let canonicaliser = RowCanonicaliser(
            fields: [
                FieldMapping(target: Column("id", .text), source: 0),
                FieldMapping(target: Column("n", .decimal), source: 1),
            ],
            key: ["id"], isJSONSource: false)
        var output = RowBatch(columnCount: 0)
        var sources: [Int] = []
        var problems: [CellProblem] = []
        var rest: SourceBatch? = batch
        var next = 0
        var parts = 0
        while var part = rest {
            let done = canonicaliser.map(part.rows, into: &output, sources: &sources, problems: &problems)
            rest = done < part.rows.rowCount ? part.cut(at: done) : nil
            #expect(output.byteCount < 9 << 20 && problems.isEmpty && part.rows.rowCount == done)
            for row in 0..<output.rowCount {
                if output.text(row: row, column: 0) != "r\(next)" || part.lines[row] != next {
                    Issue.record("row \(next)")
                }
                next += 1
            }
            parts += 1
        }
        #expect(next == 30_000 && parts > 2)
    }

    @Test("Good cells of every type become their canonical text")
    func goodCells() {
        for (type, text, expected) in Self.good {
            let found = cell(text, Column("x", type))
            #expect(found.value == expected && found.code == nil, "\(type) \(text)")
        }
    }

    private static let bad: [(ColumnType, String, String)] = [
        (.int, "1.0", "invalid_int"), (.int, "1e3", "invalid_int"), (.int, "-", "invalid_int"),
        (.int, "+", "invalid_int"),
        (.int, "--1", "invalid_int"), (.int, "1 2", "invalid_int"), (.int, "0x10", "invalid_int"),
        (.int, "１", "invalid_int"),
        (.int, "9223372036854775808", "out_of_range"), (.int, "-9223372036854775809", "out_of_range"),
        (.int, "99999999999999999999999999", "out_of_range"), (.int, "99999999999999999999999999x", "invalid_int"),
        (.decimal, "1,5", "invalid_decimal"), (.decimal, "1.", "invalid_decimal"), (.decimal, "NaN", "invalid_decimal"),
        (.decimal, "$5", "invalid_decimal"), (.double, "nan", "invalid_double"), (.double, "inf", "invalid_double"),
        (.double, "0x1p3", "invalid_double"), (.double, "1e", "invalid_double"), (.double, "1e999", "out_of_range"),
        (.double, "1,5", "invalid_double"), (.double, "-", "invalid_double"), (.double, "1\u{0}", "invalid_double"),
        (.bool, "2", "invalid_bool"), (.bool, "truely", "invalid_bool"), (.bool, "true or false", "invalid_bool"),
        (.bool, "on", "invalid_bool"), (.timestamp, "2026-04-01T00:00:00", "missing_zone"),
        (.timestamp, "2026-04-31T00:00:00Z", "invalid_date"), (.timestamp, "2026-13-01 00:00", "invalid_date"),
        (.timestamp, "01/04/2026", "invalid_timestamp"), (.timestamp, "1775001600", "invalid_timestamp"),
        (.date, "2026-02-29", "invalid_date"), (.date, "2026-04-01T00:00:00Z", "invalid_date"),
        (.uuid, "123", "invalid_uuid"),
        (.json, "{a:1}", "invalid_json"), (.json, "hello", "invalid_json"), (.json, "{} {}", "invalid_json"),
    ]

    @Test("Bad cells of every type have the code of their type")
    func badCells() {
        for (type, text, code) in Self.bad { #expect(cell(text, Column("x", type)).code == code, "\(type) \(text)") }
    }

    private static let special: [(ColumnType, String, String)] = [
        (.timestamp, "-000043-03-15T01:00:00+01:00", "-000043-03-15T00:00:00Z"), (.timestamp, " Infinity ", "infinity"),
        (.timestamp, "-infinity", "-infinity"), (.date, "+012345-01-01", "+012345-01-01"),
        (.date, "INFINITY", "infinity"),
        (.decimal, "nan", "NaN"), (.decimal, "+inf", "Infinity"), (.decimal, "-Infinity", "-Infinity"),
        (.double, "NAN", "NaN"), (.double, "inf", "Infinity"), (.double, " -inf ", "-Infinity"),
    ]

    @Test("What only some databases can hold is taken only when it is allowed, in its canonical text")
    func specialCells() {
        for (type, text, expected) in Self.special {
            let column = Column("x", type)
            for isString in [false, true] {
                let found = cell(text, column, isJSON: true, isString: isString, allowsSpecial: true)
                #expect(found.value == expected && found.code == nil, "\(type) \(text)")
            }
            #expect(cell(text, column).code == "invalid_\(type)", "\(type) \(text)")
        }
        for (type, text, expected) in Self.good {
            #expect(cell(text, Column("x", type), allowsSpecial: true).value == expected, "\(type) \(text)")
        }
        // An int is a number with digits whatever the database.
        let codes = (Self.bad + [(.int, "inf", "invalid_int")]).filter {
            !["NaN", "nan", "inf"].contains($0.1) || $0.0 == .int
        }
        for (type, text, code) in codes {
            #expect(cell(text, Column("x", type), allowsSpecial: true).code == code, "\(type) \(text)")
        }
    }

    @Test("A null stays null; empty text and spaces are null in every column but text", arguments: ColumnType.allCases)
    func nulls(type: ColumnType) {
        let column = Column("x", type)
        #expect(cell(nil, column) == (nil, nil))
        #expect(cell("", column) == (type == .text ? "" : nil, nil))
        #expect(cell("  ", column) == (type == .text ? "  " : nil, nil))
    }

    @Test("In JSON a string is told from what it looks like")
    func jsonCells() {
        let json = Column("x", .json)
        func found(_ text: String, _ column: Column, isString: Bool) -> String? {
            let result = cell(text, column, isJSON: true, isString: isString)
            return result.code ?? result.value
        }
        #expect(found("12", json, isString: true) == "\"12\"")
        #expect(found("12", json, isString: false) == "12")
        #expect(found("say \"hi\"", json, isString: true) == #""say \"hi\"""#)
        #expect(found("{\"a\":1}", json, isString: true) == "{\"a\":1}")
        #expect(found("{a:1}", json, isString: true) == "\"{a:1}\"")
        #expect(found("null", json, isString: true) == "\"null\"")
        let text = Column("x", .text)
        #expect(found("{\"a\":1}", text, isString: true) == "{\"a\":1}")
        #expect(found("{\"a\":1}", text, isString: false) == "type_mismatch")
        #expect(found("[1]", text, isString: false) == "type_mismatch")
        #expect(found("12.50", text, isString: false) == "12.50")
        #expect(found("true", text, isString: false) == "true")
        #expect(found("5", Column("x", .int), isString: true) == "5")
        // A CSV file has no strings and no objects.
        #expect(cell("{\"a\":1}", text).value == "{\"a\":1}")
    }

    @Test("Only the column for hashes is checked for them")
    func passwordColumn() {
        let column = Column("secret", .text, isWriteOnly: true, check: .passwordHash)
        #expect(cell(Self.hash, column).value == Self.hash)
        #expect(cell("secret", column).code == "invalid_password_hash")
        #expect(cell(nil, column) == (nil, nil))
        #expect(cell("secret", Column("password_hash", .text)).value == "secret")
    }

    private static let fields = [
        FieldMapping(target: Column("id", .text), source: 1), FieldMapping(target: Column("number", .int), source: 0),
        FieldMapping(target: Column("at", .timestamp), source: nil),
        FieldMapping(target: Column("flag", .bool), source: 2),
    ]

    @Test("Good rows are mapped and remember where they come from; bad ones leave nothing but all their problems")
    func rows() {
        var batch = RowBatch(columnCount: 3)
        for field in [
            "1", "a", "yes", "x", "b", "maybe", "2", "c", nil, "3", "", "no", "4", nil, "perhaps", "5", "d", "",
        ] {
            batch.append(field)
        }
        var output = RowBatch(columnCount: 9)
        output.append("old")
        var sources = [7]
        var problems: [CellProblem] = []
        let canonicaliser = RowCanonicaliser(fields: Self.fields, key: ["id"], isJSONSource: false)
        canonicaliser.map(batch, into: &output, sources: &sources, problems: &problems)
        #expect(sources == [0, 2, 5])
        let rows = (0..<output.rowCount).map { row in (0..<4).map { output.text(row: row, column: $0) } }
        #expect(rows == [["a", "1", nil, "true"], ["c", "2", nil, nil], ["d", "5", nil, nil]])
        #expect(
            problems == [
                CellProblem(row: 1, source: 0, target: "number", fault: .invalidInt),
                CellProblem(row: 1, source: 2, target: "flag", fault: .invalidBool),
                CellProblem(row: 3, source: 1, target: "id", fault: .missingKey),
                CellProblem(row: 4, source: 1, target: "id", fault: .missingKey),
                CellProblem(row: 4, source: 2, target: "flag", fault: .invalidBool),
            ])
        // What was used before is used again.
        canonicaliser.map(RowBatch(columnCount: 3), into: &output, sources: &sources, problems: &problems)
        #expect(output.rowCount == 0 && sources == [] && problems == [])
    }

    @Test("A key without a source column, or of spaces in a column that is not text, is missing")
    func missingKeys() {
        var batch = RowBatch(columnCount: 1)
        batch.append("  ")
        for (type, source, expected) in [
            (ColumnType.int, 0, CellFault.missingKey), (.text, nil, .missingKey), (.uuid, 0, .missingKey),
        ] as [(ColumnType, Int?, CellFault)] {
            var output = RowBatch(columnCount: 0)
            var sources: [Int] = []
            var problems: [CellProblem] = []
            RowCanonicaliser(
                fields: [FieldMapping(target: Column("id", type), source: source)], key: ["id"], isJSONSource: true
            ).map(batch, into: &output, sources: &sources, problems: &problems)
            #expect(problems == [CellProblem(row: 0, source: source, target: "id", fault: expected)])
        }
    }

    @Test("Every fault has a code and says what would have been right")
    func faults() {
        let faults: [CellFault] = [
            .invalidInt, .invalidDecimal, .invalidDouble, .invalidBool, .invalidTimestamp, .invalidDate, .invalidUUID,
            .invalidJSON, .invalidPasswordHash, .outOfRange, .notText, .missingKey,
        ]
        #expect(Set(faults.map(\.code)).count == faults.count)
        #expect(Set(faults.map(\.message)).count == faults.count)
        #expect(CellFault.none.code == "" && CellFault.none.message == "")
    }
}
