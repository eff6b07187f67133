internal import Formats
internal import TestSupport

@testable internal import JobBench

/// Holds the runs of a case against its `expect`.
///
/// Every member of it is optional:
///
/// - `exit`, `code`: exit code (default 0, with a code 65) and error code, or lists of those that will do
/// - `counts`, `outcome`, `rejects`: counts by name; success or partial; rejects by code and no others
/// - `rows`, `rowsExactly`, `stored`: rows of the table in the named columns; no others are there; how many there are
/// - `rejectRows`: rows of the rejects file in the named columns
/// - `hintContains`, `hintLacks`: texts in message, hint and messages of rejects; "a|b": one of them
/// - `noteContains`: the same in the notes
/// - `suggests`, `suggestsNot`, `suggestionHolds`: what `preview.suggestion` has; counts of a dry run with it
/// - `source`, `unmapped`: members of `preview.source` (a list counts as its length); names in `preview.unmapped`
/// - `dryRunAgrees`: true unless said otherwise
struct CaseExpectation {
    let expect: JSONValue
    let dry: CaseRun?
    let real: CaseRun
    /// A dry run with the suggestion.
    let again: CaseRun?
    let rows: [JSONValue]
    private(set) var faults: [String] = []

    private static let counts = ["inserted", "updated", "skipped", "rejected"]

    init(_ expect: JSONValue, dry: CaseRun?, real: CaseRun, again: CaseRun?, rows: [JSONValue]) throws {
        self.expect = expect
        self.dry = dry
        self.real = real
        self.again = again
        self.rows = rows
        checkEnd()
        checkRows()
        try checkTexts()
        checkPreview()
    }

    private mutating func check(_ holds: Bool, _ wanted: String, _ came: String) {
        if !holds { faults.append("expected \(wanted), came \(came.prefix(400))") }
    }

    private mutating func checkEnd() {
        let code = real.run["error.code"]
        let exits = Self.many(expect["exit"] ?? .number(expect["code"] == nil ? "0" : "65")).compactMap(\.int)
        let ended = "exit \(real.run)"
        check(exits.contains(Int(real.run.status)), "exit \(exits)", ended)
        if let wanted = expect["code"] { check(Self.many(wanted).contains(code), wanted.serialized(), ended) }
        if let wanted = expect["outcome"] {
            check(real.run["outcome"] == wanted, wanted.serialized(), real.run["outcome"].serialized())
        }
        for member in expect["counts"]?.fields ?? [] {
            check(
                real.run.count(member.name) == member.value.int, "\(member.value.int ?? -1) \(member.name)",
                "\(real.run.count(member.name)) \(real.run["rejects.byCode"].serialized())")
        }
        if let wanted = expect["rejects"] {
            let came = real.run["rejects.byCode"]
            check(wanted.canonical() == came.canonical(), "rejects \(wanted.serialized())", came.serialized())
        }
        guard let dry, expect["dryRunAgrees"] != .bool(false) else { return }
        let both = [dry, real].map { run in
            run.run["error.code"].string ?? Self.counts.map { String(run.run.count($0)) }.joined(separator: " ")
        }
        check(both[0] == both[1], "a dry run that agrees", both.joined(separator: " / "))
    }

    private mutating func checkRows() {
        let wantedRows = expect["rows"]?.elements ?? []
        for wanted in wantedRows {
            let holds = rows.contains { row in
                wanted.fields.allSatisfy { Self.same(row[$0.name] ?? .null, $0.value) }
            }
            let near = rows.first { $0["id"] == wanted["id"] } ?? .null
            check(holds, "row \(wanted.serialized())", near.serialized())
        }
        let total = expect["rowsExactly"] == .bool(true) ? wantedRows.count : expect["stored"]?.int ?? rows.count
        check(rows.count == total, "\(total) rows stored", "\(rows.count)")
    }

    private mutating func checkTexts() throws {
        let hints = try real.hints
        for text in expect["hintContains"]?.elements ?? [] {
            check(Self.says(hints, text.string ?? ""), "a hint with \(text.serialized())", hints)
        }
        for text in expect["hintLacks"]?.elements ?? [] {
            check(!Self.says(hints, text.string ?? ""), "a hint without \(text.serialized())", hints)
        }
        let notes = real.notes + (dry?.notes ?? "")
        for text in expect["noteContains"]?.elements ?? [] {
            check(Self.says(notes, text.string ?? ""), "a note with \(text.serialized())", notes)
        }
        let refused = try real.rejectRows()
        for wanted in expect["rejectRows"]?.elements ?? [] {
            let holds = refused.contains { row in
                wanted.fields.allSatisfy { Self.trimmed(row[$0.name] ?? "") == $0.value.string }
            }
            check(holds, "reject \(wanted.serialized())", "\(refused)")
        }
    }

    private mutating func checkPreview() {
        let preview = (dry ?? real).preview
        let suggestion = preview["suggestion"] ?? .null
        for wanted in Self.many(expect["suggests"]) {
            check(Self.found(wanted, suggestion), "suggestion \(wanted.serialized())", suggestion.serialized())
        }
        for wanted in Self.many(expect["suggestsNot"]) {
            check(!Self.found(wanted, suggestion), "no suggestion \(wanted.serialized())", suggestion.serialized())
        }
        for member in expect["suggestionHolds"]?.fields ?? [] {
            let came = again?.run.count(member.name)
            check(
                came == member.value.int, "with the suggestion \(member.value.int ?? -1) \(member.name)",
                "\(came ?? -1)")
        }
        for member in expect["source"]?.fields ?? [] {
            var came = preview["source"]?[member.name] ?? .null
            if case .array(let items) = came { came = .number(String(items.count)) }
            check(came == member.value, "source \(member.name) \(member.value.serialized())", came.serialized())
        }
        for name in expect["unmapped"]?.elements ?? [] {
            let came = preview["unmapped"] ?? .null
            check(Self.found(name, came), "unmapped \(name.serialized())", came.serialized())
        }
    }

    // MARK: - Comparing

    private static func many(_ value: JSONValue?) -> [JSONValue] {
        guard let value else { return [] }
        if case .array(let items) = value { return items }
        return [value]
    }

    private static func trimmed(_ text: String) -> String {
        var part = text[...]
        while part.first?.isWhitespace == true { part.removeFirst() }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part)
    }

    private static func says(_ text: String, _ wanted: String) -> Bool {
        wanted.split(separator: "|").contains { text.lowercased().contains($0.lowercased()) }
    }

    /// Whether a value, an object with these members, a name or a `/json/pointer` is somewhere inside.
    private static func found(_ wanted: JSONValue, _ value: JSONValue) -> Bool {
        if let text = wanted.string, text.hasPrefix("/") {
            var place: JSONValue? = value
            for name in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
                place = place?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
            }
            return place != nil && place != .null
        }
        if value == wanted { return true }
        switch value {
        case .array(let items): return items.contains { found(wanted, $0) }
        case .object(let members):
            if !wanted.fields.isEmpty, wanted.fields.allSatisfy({ value[$0.name] == $0.value }) { return true }
            return members.contains { .string($0.name) == wanted || found(wanted, $0.value) }
        default: return false
        }
    }

    /// A stored value against the one of the case: times are microseconds, JSON is text.
    private static func same(_ stored: JSONValue, _ wanted: JSONValue) -> Bool {
        switch (stored, wanted) {
        case (.number(let number), .string(let text)):
            return Int(number) == (try? microseconds(text))
        case (.string(let text), .object), (.string(let text), .array):
            return (try? JSONValue(parsing: Array(text.utf8)).canonical()) == wanted.canonical()
        default: return stored == wanted
        }
    }

    private static func microseconds(_ text: String) throws -> Int? {
        let script =
            "import datetime,sys;t=datetime.datetime.fromisoformat(sys.argv[1].replace('Z','+00:00'));"
            + "print((t-datetime.datetime(1970,1,1,tzinfo=datetime.timezone.utc))//datetime.timedelta(microseconds=1))"
        return Int(try Tool.python(script, [text]))
    }
}

extension JSONValue {
    /// Members of an object; none of anything else.
    var fields: [JSONMember] {
        if case .object(let members) = self { return members }
        return []
    }
}
