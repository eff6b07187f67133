package import JobCore

extension Things {
    private static let id = Operand.column(Column("id", .text))
    private static let price = Operand.column(Column("price", .decimal))
    private static let note = Operand.column(Column("note", .text))
    private static let flag = Operand.column(Column("flag", .bool))
    private static let at = Operand.column(Column("at", .timestamp))
    private static let name = Operand.jsonField(Column("data", .json), path: ["name"])
    private static let size = Operand.jsonField(Column("data", .json), path: ["inner", "size"])
    private static let spaced = Operand.jsonField(Column("data", .json), path: ["a b"])

    package static let conditions: [(Condition, String)] = [
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
        (.compare(at, .greaterOrEqual, .timestamp(Instant(seconds: 0))), "bc"),
        (.compare(at, .less, .timestamp(Instant(seconds: 0))), "a"),
        (.compare(name, .equal, .text("x")), "a"), (.compare(name, .notEqual, .text("x")), "bcd"),
        (.compare(size, .greater, .integer(5)), "b"), (.compare(size, .equal, .double(1.5)), "a"),
        (.compare(name, .equal, .bool(true)), "b"), (.isAbsent(name), "cd"), (.isPresent(size), "ab"),
        (.startsWith(name, "x"), "a"), (.compare(spaced, .equal, .integer(1)), "b"),
    ]
}
