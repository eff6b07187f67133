import JobCore
import TestSupport
import Testing

@Suite("Conditions on real rows of every database")
struct ConditionTests {
    private static let id = Operand.column(Column("id", .text))
    private static let price = Operand.column(Column("price", .decimal))
    private static let note = Operand.column(Column("note", .text))
    private static let flag = Operand.column(Column("flag", .bool))
    private static let at = Operand.column(Column("at", .timestamp))
    private static let name = Operand.jsonField(Column("data", .json), path: ["name"])
    private static let size = Operand.jsonField(Column("data", .json), path: ["inner", "size"])
    private static let spaced = Operand.jsonField(Column("data", .json), path: ["a b"])

    private static let table: [(Condition, String)] = [
        (.compare(id, .equal, .text("b")), "b"), (.compare(id, .notEqual, .text("b")), "acd"),
        (.compare(price, .equal, .decimal("9.5")), "a"), (.compare(price, .greater, .decimal("9.5")), "bc"),
        (.compare(price, .less, .decimal("10")), "a"), (.compare(price, .lessOrEqual, .decimal("10.000")), "ab"),
        (.compare(price, .notEqual, .decimal("10.0")), "acd"),
        (.anyOf(price, [.decimal("10.0"), .decimal("100")]), "bc"),
        (.anyOf(id, []), ""), (.anyOf(id, [.text("a"), .text("zz")]), "a"),
        (.contains(note, "%"), "a"), (.contains(note, "B"), "b"), (.contains(note, "é"), "c"),
        (.contains(note, ""), "abc"),
        (.startsWith(note, "1"), "a"), (.startsWith(note, "ab"), ""), (.startsWith(note, "aB"), "b"),
        (.isPresent(note), "abc"), (.isAbsent(note), "d"),
        (.compare(flag, .equal, .bool(true)), "ac"), (.compare(flag, .notEqual, .bool(true)), "bd"),
        (.compare(at, .greaterOrEqual, .timestamp(0)), "bc"), (.compare(at, .less, .timestamp(0)), "a"),
        (.compare(name, .equal, .text("x")), "a"), (.compare(name, .notEqual, .text("x")), "bcd"),
        (.compare(size, .greater, .integer(5)), "b"), (.compare(size, .equal, .double(1.5)), "a"),
        (.compare(name, .equal, .bool(true)), "b"), (.isAbsent(name), "cd"), (.isPresent(size), "ab"),
        (.startsWith(name, "x"), "a"), (.compare(spaced, .equal, .integer(1)), "b"),
    ]

    @Test(
        "Every operator finds the rows it should; null differs from everything, what is no object has no fields",
        arguments: Backend.allCases)
    func rows(_ backend: Backend) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let names = ["id", "price", "flag", "at", "data", "note"]
        let loader = try await fixture.database.openLoader(Things.plan())
        _ = try await loader.begin(columns: names.compactMap { Things.resource.column($0) })
        let rows = Things.batch([
            ["a", "9.50", "true", "1969-12-31T23:59:59.999999Z", #"{"name":"x","inner":{"size":1.5}}"#, "100 %"],
            ["b", "10", "false", "1970-01-01T00:00:00Z", #"{"name":true,"inner":{"size":7},"a b":1}"#, "aBc"],
            ["c", "100.0", "true", "1970-01-01T00:00:00.000001Z", #""no object""#, "é"],
            ["d", nil, nil, nil, nil, nil],
        ])
        #expect(try await loader.load(rows) == LoadOutcome(inserted: 4))
        try await loader.commit(LoadCheckpoint(), rejects: nil)
        await loader.close()
        for (condition, expected) in Self.table {
            let found = try await fixture.rows(Things.query(["id"], conditions: [condition]))
            #expect(found.compactMap { $0[0] }.joined() == expected, "\(condition)")
        }
    }
}
