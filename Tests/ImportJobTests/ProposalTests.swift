import Formats
import JobCore
import JobRuntime
import Testing

@testable import ImportJob

@Suite("What a dry run proposes")
struct ProposalTests {
    private static let resource = Resource(
        name: "things",
        columns: [
            Column("id", .text), Column("name", .text), Column("at", .timestamp), Column("day", .date),
            Column("price", .decimal), Column("number", .int), Column("flag", .bool), Column("tags", .json),
        ], key: ["id"], timeColumn: nil)

    /// The proposal for a column with these values.
    private func proposal(_ column: String, _ values: [String?], zone: ZoneRules? = nil) throws -> FieldProposal? {
        let target = try #require(Self.resource.column(column))
        var batch = RowBatch(columnCount: 1)
        for value in values { batch.append(value) }
        var sample = FieldSample(
            SourceField(
                name: column, rule: ValueRule(ValueKind(target)), source: 0, sourceName: "Source",
                isKey: column == "id"))
        for row in values.indices { sample.add(batch, row: row) }
        let cells = CellCanonicaliser(isJSONSource: false, allowsSpecialValues: false, zone: zone)
        return FieldProposal(FieldTrial(sample, Self.resource, cells))
    }

    private func format(_ proposal: FieldProposal?) -> String? {
        proposal?.options.first { $0.name == "format" }.map { $0.value.asText ?? $0.value.serialized() }
    }

    @Test(
        "Times of every kind get a format that takes all of them",
        arguments: [
            (["14.03.2026 16:20 Uhr", "02.05.2026 00:00 Uhr"], "dd.MM.yyyy HH:mm 'Uhr'"),
            (["3/14/2026 9:05:00\u{202F}AM", "5/2/2026 12:00:00\u{202F}PM"], "M/d/yyyy h:mm:ss a"),
            (["13.04.2026", "01.02.2026"], "dd.MM.yyyy"),
            (["04/13/2026 10:00", "01/02/2026 11:30"], "MM/dd/yyyy HH:mm"),
            (["31/12/26 1:02:03 PM"], "dd/MM/yy h:mm:ss a"), (["20260302", "20261231"], "yyyyMMdd"),
            (["20260302081500"], "yyyyMMddHHmmss"), (["2 Mar 2026", "14 Dec 2026"], "d MMM yyyy"),
            (["March 2, 2026 8:15 a.m."], "MMM d, yyyy h:mm a"),
            (["Mon, 02 Mar 2026 08:15:00 +0100"], "EEE, dd MMM yyyy HH:mm:ss X"),
            (["Mon Mar 02 08:15:00 UTC 2026"], "EEE MMM dd HH:mm:ss z yyyy"),
            (["2026/03/02 08:15"], "yyyy/MM/dd HH:mm"),
            (["2026-03-02-08.15.00.123456"], "yyyy-MM-dd-HH.mm.ss.S"),
            (["02.03.2026 08:15:00,123"], "dd.MM.yyyy HH:mm:ss,S"),
            (["2026年3月2日"], "yyyy'年'M'月'd'日'"), (["1772439300000", "1767225600000"], "epochMilliseconds"),
            (["1772439300", "1767225600.5"], "epochSeconds"), (["1772439300000000"], "epochMicroseconds"),
            (["1772439300000000000"], "epochNanoseconds"), (["1.2.2026", "3.4.2026"], "d.M.yyyy"),
        ])
    func times(values: [String], expected: String) throws {
        let found = try #require(try proposal("at", values))
        #expect(format(found) == expected && found.takes == values.count, "\(found.options) \(found.takes)")
    }

    @Test("Several ways in one column get several formats; what is no time is left")
    func mixed() throws {
        let values = ["14.03.2026", "15.03.2026 08:15", "2026-03-02T08:15:00Z", "2026-03-03 08:15:00.5+00", "never"]
        let found = try #require(try proposal("at", values))
        #expect(found.taken == 2 && found.takes == 4, "\(found.options)")
    }

    @Test(
        "What is read as it is needs nothing",
        arguments: [
            "2026-03-02 08:15:00+00", "2026-03-02 08:15:00 UTC", "2026-03-02 08:15:00.123456+00", "2026-03-02",
        ])
    func readAlready(text: String) throws { #expect(try proposal("at", [text]) == nil) }

    @Test("Day or month first, when nothing decides it, is a question with both answers")
    func order() throws {
        let open = try #require(try proposal("at", ["01/02/2026", "03/04/2026"]))
        #expect(open.options.isEmpty && open.question?.choices.map(\.rows) == [2, 2])
        #expect(open.question?.choices.compactMap { $0.options.first?.value.asText } == ["dd/MM/yyyy", "MM/dd/yyyy"])
        let both = try #require(try proposal("at", ["13/01/2026", "01/13/2026", "01/02/2026"]))
        #expect(both.options.isEmpty && both.question?.choices.map(\.rows) == [2, 2])
        let decided = try #require(try proposal("at", ["13/01/2026", "01/02/2026"]))
        #expect(decided.question == nil && format(decided) == "dd/MM/yyyy")
    }

    @Test("Times without a zone ask for one")
    func zones() throws {
        #expect(try proposal("at", ["2026-03-02 08:15:00"])?.lacksZone == true)
        #expect(try proposal("at", ["2026-03-02 08:15:00"], zone: ZoneRules(fixed: 0)) == nil)
    }

    @Test(
        "Numbers: comma or point, told by what only one of them explains",
        arguments: [
            (["1,5", "1.234"], "1.234,56"), (["1.234,50"], "1.234,56"), (["1,234.50", "7,000"], "1,234.56"),
            (["1,234,567"], "1,234.56"), (["1 234,5"], "1 234,56"), (["1'234.50"], "1'234.56"),
            (["$5.00", "$1,000"], "1,234.56"),
        ])
    func numbers(values: [String], expected: String) throws {
        let found = try #require(try proposal("price", values))
        #expect(format(found) == expected && found.takes == values.count)
    }

    @Test("Numbers that both explain are a question")
    func openNumbers() throws {
        for values in [["1,234"], ["1,5", "1,234.5"]] {
            let found = try #require(try proposal("price", values))
            #expect(found.options.isEmpty && found.question?.choices.count == 2, "\(values)")
        }
        #expect(try format(proposal("number", ["1,234"])) == "1,234.56")
    }

    @Test("Words for true and false, null words and lists")
    func words() throws {
        #expect(try format(proposal("flag", ["ja", "nein", "Ja"])) == "ja/nein")
        #expect(try proposal("flag", ["rot", "blau"])?.question?.choices.map(\.rows) == [2, 2])
        let nulls = try #require(try proposal("name", ["\\N", "Ben", "\\N"]))
        #expect(nulls.options == [JSONMember("nulls", .array([.string("\\N")]))])
        #expect(try proposal("name", ["Null", "None", "-"]) == nil && proposal("id", ["\\N"]) == nil)
        let mixed = try #require(try proposal("at", ["n/a", "14.03.2026", "-", "15.03.2026"]))
        #expect(mixed.takes == 4 && mixed.options.map(\.name).sorted() == ["format", "nulls"])
        let list = try #require(try proposal("tags", ["alto, choir", "bass", "guest"]))
        #expect(list.options == [JSONMember("type", .string("list"))] && list.takes == 3)
        #expect(try format(proposal("tags", ["a;b", "c"])) == ";")
        #expect(try proposal("tags", ["[\"a\"]", "{}"]) == nil)
    }

    @Test("Whatever the values are, a suggestion reads more than nothing, and as many as it says")
    func hostile() throws {
        for text in [
            "'", "''", "99/99/9999", "1:2:3:4", "+", "12:", ":12", "T", "Z", "1.2.3.4.5.6.7", "a.m.", "////",
            "\u{202F}",
            "2026-99-99 99:99", "12 12 12 12 12 12 12", "-1", "é", String(repeating: "1", count: 70),
        ] {
            for column in ["at", "day", "price", "number", "flag", "tags"] {
                guard let found = try proposal(column, [text, text]) else { continue }
                #expect(found.options.isEmpty || found.takes > found.taken || column == "tags", "\(text) \(column)")
            }
        }
    }
}
