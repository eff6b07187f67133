internal import Formats
internal import JobCore
internal import JobRuntime

/// What is wrong with a mapping as a whole, each with a mapping to paste where there is one.
enum MappingFault {
    /// More than one source column could be a field, with equal right.
    static func ambiguous(_ fields: [(target: String, candidates: [String])]) -> JobError {
        let doubled = fields.first { Set($0.candidates).count < $0.candidates.count }
        if let name = doubled?.candidates.first { return duplicateColumn(name) }
        let found = fields.map { "'\($0.target)' could be \($0.candidates.map(quote).joined(separator: " or "))" }
        var members = fields.compactMap { field in
            field.candidates.first.map { JSONMember($0, .string(field.target)) }
        }
        var hint = "say which one, such as \"mapping\": " + JSONValue.object(members).serialized()
        if fields.count == 1, let other = fields[0].candidates.last {
            members = [JSONMember(other, .string(fields[0].target))]
            hint += ", or " + JSONValue.object(members).serialized()
        }
        return JobError(
            .mappingAmbiguous,
            "more than one source column has a right to a field: "
                + found.prefix(10).joined(separator: "; "),
            hint: hint + "; the others are then left out")
    }

    /// A column that is meant is there twice.
    static func duplicateColumn(_ name: String) -> JobError {
        JobError(
            .duplicateColumn, "the source has the column \(quote(name)) more than once")
    }

    /// The file lacks a column that the spec names.
    static func sourceMissing(_ name: String, _ names: [String]) -> JobError {
        let near = NearestName.of(name, among: names)
        return JobError(
            .mappingSourceMissing, "the source has no column \(quote(name))",
            hint: near.map { "did you mean \(quote($0))?" } ?? "its columns: \(list(names))")
    }

    /// Columns without a target, where the spec forbids them.
    static func unmapped(_ names: [String]) -> JobError {
        JobError(
            .unmappedColumns,
            "source columns without a target: \(list(names))")
    }

    /// Nothing goes to a field that every row needs; `known` are the fields that have a column, with its name.
    static func incomplete(
        _ missing: Column, _ names: [String], _ shown: [String], known: [(field: Column, source: String)]
    ) -> JobError {
        var hint = OneColumnHint.text(names) ?? "source columns: \(list(shown)); name one in 'mapping'"
        if ShownNames.areValues(names) {
            hint =
                "the names of the source's \(names.count) columns look like values: where it has no header, set "
                + "csv.header to false, and name column_1, column_2 … in 'mapping'"
        }
        if missing.type == .text || missing.type == .uuid, let key = generated(missing, known) {
            hint += ", or have a key made, the same for the same values: \"mapping\": \(key)"
        }
        return JobError(
            .mappingIncomplete, "no source column goes to the key field '\(missing.name)'", hint: hint)
    }

    /// A rule that makes the key from an address, else from all that is known of a row.
    private static func generated(_ missing: Column, _ known: [(field: Column, source: String)]) -> String? {
        let address = known.first { $0.field.check == .email } ?? known.first { $0.field.check == .phone }
        let sources = (address.map { [$0] } ?? known.filter { $0.field.type != .json }).prefix(8).map(\.source)
        if sources.isEmpty { return nil }
        return JSONValue.object([
            JSONMember(
                missing.name,
                .object([
                    JSONMember("field", .string(missing.name)),
                    JSONMember("columns", .array(sources.map { .string($0) })),
                    JSONMember("generate", .string("uuid")),
                ]))
        ]).serialized()
    }

    private static func quote(_ name: String) -> String { "'\(name.prefix(128))'" }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(40).map { String($0.prefix(128)) }.joined(separator: ", ")
        return names.count > 40 ? shown + " and \(names.count - 40) more" : shown
    }
}
