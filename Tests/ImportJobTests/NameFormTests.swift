import Formats
import JobCore
import Testing

@testable import ImportJob

/// Letters with marks can be written as one character or as two; exports of macOS have two.
@Suite("Names that look the same")
struct NameFormTests {
    private static let composed = "Gr\u{F6}\u{DF}e"
    private static let decomposed = "Gro\u{308}\u{DF}e"

    /// The rows of a file with these columns as an import maps them, and the codes of those it refuses.
    private func map(
        _ members: String, _ columns: [String], _ rows: [[String?]], isJSON: Bool = false
    ) throws -> (rows: [[String: String]], codes: [String]) {
        var batch = RowBatch(columnCount: columns.count)
        for row in rows {
            for text in row {
                batch.append(text, isString: isJSON)
                if text == nil && isJSON { batch.ends[batch.ends.count - 1] = CellEnd(batch.byteCount, .absent) }
            }
        }
        let mapping = try ResolvedMapping(
            spec: ImportSpecTests.decode(members: members), columns: columns, isJSON: isJSON)
        var output = RowBatch(columnCount: 0)
        var sources: [Int] = []
        var problems: [CellProblem] = []
        mapping.canonicaliser.map(batch, into: &output, sources: &sources, problems: &problems)
        let found = (0..<output.rowCount).map { row in
            var values: [String: String] = [:]
            for (index, name) in output.names.enumerated() { values[name] = output.text(row: row, column: index) }
            return values
        }
        return (found, problems.map(\.fault.code))
    }

    @Test("A normalised name is the same in both forms")
    func normalised() {
        #expect(Array(Self.composed.utf8) != Array(Self.decomposed.utf8))
        #expect(HeaderMatcher.normalise(Self.composed) == HeaderMatcher.normalise(Self.decomposed))
        #expect(HeaderMatcher.normalise("E\u{301}mail ") == HeaderMatcher.normalise("\u{E9}MAIL"))
        #expect(HeaderMatcher.normalise("\u{130}D") == "id")
    }

    @Test("A mapping in one form finds a column in the other one", arguments: [false, true])
    func mapping(isJSON: Bool) throws {
        for (typed, written) in [(Self.composed, Self.decomposed), (Self.decomposed, Self.composed)] {
            let found = try map(#""mapping":{"\#(typed)":"company"}"#, ["id", written], [["1", "x"]], isJSON: isJSON)
            #expect(found.rows.first?["company"] == "x")
            let left = try map(
                #""unmapped":"attributes","mapping":{"\#(typed)":null}"#, ["id", written], [["1", "x"]], isJSON: isJSON)
            #expect(left.rows.first?["attributes"] == nil)
        }
    }

    @Test("Both forms in one header are ambiguous")
    func header() {
        for members in [#""mapping":{"\#(Self.composed)":"company"}"#, #""unmapped":"attributes""#] {
            let error = #expect(throws: JobError.self) {
                _ = try map(members, ["id", Self.composed, Self.decomposed], [["1", "x", "y"]])
            }
            #expect(error?.code == .duplicateColumn, "\(members)")
        }
    }

    @Test("Both forms in one record are ambiguous when they differ, and one of them is taken when it is alone")
    func objects() throws {
        let columns = ["id", Self.composed, Self.decomposed]
        let rows: [[String?]] = [["1", "x", nil], ["2", nil, "y"], ["3", "z", "z"], ["4", "z", "w"]]
        let mapped = try map(#""mapping":{"\#(Self.composed)":"company"}"#, columns, rows, isJSON: true)
        #expect(mapped.rows.map { $0["company"] } == ["x", "y", "z"] && mapped.codes == ["ambiguous_field"])
        let kept = try map(#""unmapped":"attributes""#, columns, rows, isJSON: true)
        let texts = kept.rows.map { $0["attributes"]?.precomposed }
        #expect(texts == ["x", "y", "z"].map { #"{"\#(Self.composed)":"\#($0)"}"# })
        #expect(kept.codes == ["ambiguous_field"])
    }

    @Test("A column that is kept never hides a member that the record has itself", arguments: [false, true])
    func ownMembers(isJSON: Bool) throws {
        let columns = ["id", "attributes", "city", "n"]
        let rows: [[String?]] = [
            ["1", #"{"plan":"a"}"#, "Bonn", "1"], ["2", #"{"city":"Bonn"}"#, "Bonn", nil],
            ["3", #"{"city":"Bonn","n":[1]}"#, "Cologne", nil], ["4", #"{"n":"2"}"#, nil, "3"],
            ["5", nil, "Bonn", nil], ["6", "{}", "Bonn", nil], ["7", #"{"city":"Bonn"}"#, nil, nil],
            ["8", "[1]", "Bonn", nil], ["9", "[1]", nil, nil],
        ]
        let found = try map(#""unmapped":"attributes""#, columns, rows, isJSON: isJSON)
        #expect(
            found.rows.map { $0["attributes"] } == [
                #"{"n":"1","city":"Bonn","plan":"a"}"#, #"{"city":"Bonn"}"#, #"{"city":"Bonn"}"#, #"{"city":"Bonn"}"#,
                #"{"city":"Bonn"}"#, "[1]",
            ])
        #expect(found.rows.map { $0["id"] } == ["1", "2", "5", "6", "7", "9"])
        #expect(found.codes == ["ambiguous_field", "ambiguous_field", "type_mismatch"])
    }

    @Test("A column under whose name a rule puts something else is told")
    func ruledMember() throws {
        let spec = try ImportSpecTests.decode(members: #""unmapped":"attributes","mapping":{"x":"attributes.city"}"#)
        let mapping = try ResolvedMapping(spec: spec, columns: ["id", "x", "city", "plan"], isJSON: false)
        #expect(mapping.unmapped == ["city"])
    }
}

extension String {
    /// With marks in their letters, as far as these tests need it.
    fileprivate var precomposed: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.reduce(into: []) { found, scalar in
                    if scalar == "\u{308}", found.last == "o" {
                        found[found.count - 1] = "\u{F6}"
                    } else {
                        found.append(scalar)
                    }
                }))
    }
}
