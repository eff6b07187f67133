internal import Formats
internal import JobCore
internal import JobRuntime

/// Turns one member of `filters` into conditions on a column or on a field of a JSON column.
struct FilterReader {
    private static let operators = [
        "eq", "ne", "gt", "gte", "lt", "lte", "contains", "startsWith", "in", "exists",
    ]
    /// Names in the way to a field of a JSON column.
    private static let maximumDepth = 16
    private let resource: Resource

    init(resource: Resource) { self.resource = resource }

    /// The conditions of one member; empty when it has mistakes.
    func conditions(
        _ name: String, _ value: JSONValue, _ path: String, _ problems: inout SpecProblems
    ) -> [Condition] {
        guard let operand = operand(name, path, &problems) else { return [] }
        switch value {
        case .null:
            return [.isAbsent(operand)]
        case .array(let items):
            return anyOf(operand, items, path, &problems)
        case .object(let members):
            if members.isEmpty { problems.add(path, "has no operator", among: Self.operators) }
            // Names are unique: with more, some are unknown.
            if members.count > Self.operators.count {
                problems.add(path, "has \(members.count) operators", among: Self.operators)
                return []
            }
            return members.flatMap { condition(operand, $0, SpecType.join(path, $0.name), &problems) }
        case .bool, .number, .string:
            return compare(operand, .equal, value, path, &problems)
        }
    }

    private func column(_ name: String) -> Column? {
        resource.exportableColumns.first { $0.name.hasSameBytes(as: name) }
    }

    private func operand(_ name: String, _ path: String, _ problems: inout SpecProblems) -> Operand? {
        if let column = column(name) { return .column(column) }
        let names = name.split(separator: ".", maxSplits: Self.maximumDepth + 1, omittingEmptySubsequences: false)
        let parts = names.map(String.init)
        guard parts.count > 1, let column = column(parts[0]) else {
            problems.add(
                path, "unknown column", nearest: name,
                among: ["from", "to", "last"] + resource.exportableColumns.map(\.name))
            return nil
        }
        guard column.type == .json else {
            problems.add(path, "column '\(column.name)' is \(column.type.rawValue), only json columns have fields")
            return nil
        }
        let keys = Array(parts.dropFirst())
        let forbidden: [UInt8] = [0, UInt8(ascii: "\""), UInt8(ascii: "\\")]
        if keys.count > Self.maximumDepth
            || keys.contains(where: { $0.isEmpty || $0.utf8.contains { forbidden.contains($0) } })
        {
            problems.add(path, "a field path is up to 16 names without quotes, backslashes or NUL")
            return nil
        }
        return .jsonField(column, path: keys)
    }

    private func condition(
        _ operand: Operand, _ member: JSONMember, _ path: String, _ problems: inout SpecProblems
    ) -> [Condition] {
        if let comparison = Comparison(rawValue: member.name) {
            if member.value == .null {
                if comparison == .equal { return [.isAbsent(operand)] }
                if comparison == .notEqual { return [.isPresent(operand)] }
            }
            return compare(operand, comparison, member.value, path, &problems)
        }
        switch member.name {
        case "in":
            guard case .array(let items) = member.value else {
                problems.add(path, "found \(member.value.summary), expected an array")
                return []
            }
            return anyOf(operand, items, path, &problems)
        case "exists":
            guard case .bool(let exists) = member.value else {
                problems.add(path, "found \(member.value.summary), expected true or false")
                return []
            }
            return [exists ? .isPresent(operand) : .isAbsent(operand)]
        case "contains", "startsWith":
            guard operand.isText else {
                problems.add(path, "works on text only, \(operand.describedType)")
                return []
            }
            guard let text = member.value.asText else {
                problems.add(path, "found \(member.value.summary), expected a string")
                return []
            }
            if text.utf8.contains(0) {
                problems.add(path, Self.holdsNUL)
                return []
            }
            return [member.name == "contains" ? .contains(operand, text) : .startsWith(operand, text)]
        default:
            problems.add(path, "unknown operator", nearest: member.name, among: Self.operators)
            return []
        }
    }

    private func anyOf(
        _ operand: Operand, _ items: [JSONValue], _ path: String, _ problems: inout SpecProblems
    ) -> [Condition] {
        if items.count > 10_000 {
            problems.add(path, "\(items.count) values, at most 10000 are possible")
            return []
        }
        if isWholeJSON(operand, path, &problems) { return [] }
        var values: [Literal] = []
        for (index, item) in items.enumerated() {
            if let value = operand.literal(item, "\(path)[\(index)]", &problems) { values.append(value) }
        }
        return [.anyOf(operand, values)]
    }

    /// A document is compared with nothing: databases keep it each in their own way.
    private func isWholeJSON(_ operand: Operand, _ path: String, _ problems: inout SpecProblems) -> Bool {
        guard case .column(let column) = operand, column.type == .json else { return false }
        problems.add(path, "a json column has no order; name a field of it, as in \(column.name).field")
        return true
    }

    static let holdsNUL = "holds a NUL character, which no text of a database does"

    private func compare(
        _ operand: Operand, _ comparison: Comparison, _ value: JSONValue, _ path: String,
        _ problems: inout SpecProblems
    ) -> [Condition] {
        if isWholeJSON(operand, path, &problems) { return [] }
        if case .column(let column) = operand {
            if column.type == .bool && comparison != .equal && comparison != .notEqual {
                problems.add(path, "a bool column knows eq and ne only")
                return []
            }
        }
        return operand.literal(value, path, &problems).map { [.compare(operand, comparison, $0)] } ?? []
    }
}

extension Operand {
    fileprivate var isText: Bool {
        switch self {
        case .column(let column): column.type == .text || column.type == .uuid
        case .jsonField: true
        }
    }

    fileprivate var describedType: String {
        switch self {
        case .column(let column): "column '\(column.name)' is \(column.type.rawValue)"
        case .jsonField: "this is a field of a json column"
        }
    }

    /// The value in the type it is compared in; adds a mistake when it is of another type.
    fileprivate func literal(
        _ value: JSONValue, _ path: @autoclosure () -> String, _ problems: inout SpecProblems
    ) -> Literal? {
        if value.asText?.utf8.contains(0) == true {
            problems.add(path(), FilterReader.holdsNUL)
            return nil
        }
        switch self {
        case .jsonField:
            switch value {
            case .string(let text): return .text(text)
            case .bool(let flag): return .bool(flag)
            case .number(let text): return Int64(text).map { .integer($0) } ?? Double(text).map { .double($0) }
            case .null, .array, .object:
                problems.add(path(), "found \(value.summary), expected a string, number or boolean")
                return nil
            }
        case .column(let column):
            if let literal = column.type.literal(value) { return literal }
            problems.add(path(), "found \(value.summary), expected \(column.type.expectation)")
            return nil
        }
    }
}

extension ColumnType {
    fileprivate var expectation: String {
        switch self {
        case .text, .json: "a string"
        case .int: "a 64-bit integer"
        case .decimal: "a number, or a decimal in a string"
        case .double: "a number"
        case .bool: "true or false"
        case .timestamp: "an RFC 3339 timestamp, or a date for its midnight in UTC"
        case .date: "a date such as 2026-04-30"
        case .uuid: "a UUID"
        }
    }

    fileprivate func literal(_ value: JSONValue) -> Literal? {
        switch (self, value) {
        case (.text, .string(let text)), (.json, .string(let text)): .text(text)
        case (.int, .number(let text)): Int64(text).map { .integer($0) }
        case (.decimal, .number(let text)), (.decimal, .string(let text)):
            DecimalText.canonical(text).map { .decimal($0) }
        case (.double, .number(let text)): Double(text).map { .double($0) }
        case (.bool, .bool(let flag)): .bool(flag)
        case (.timestamp, .string(let text)): Timestamp.parse(text).map { .timestamp($0) }
        case (.date, .string(let text)): CalendarDate.parse(text).map { _ in .date(text) }
        case (.uuid, .string(let text)): UUIDText.canonical(text).map { .text($0) }
        default: nil
        }
    }
}
