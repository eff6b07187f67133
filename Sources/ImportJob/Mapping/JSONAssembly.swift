internal import Formats
internal import JobCore

/// Puts values of several source columns together as the members of one JSON column.
struct JSONAssembly: Sendable {
    /// A member: a value, or an object of members.
    private indirect enum Node {
        case value(Int)
        case object([Part])
    }

    private typealias Part = (name: String, node: Node)

    private let members: [FieldMapping.Member]
    private let root: [Part]
    private let cells: RuledCell
    /// Names of the members that are kept, as they are written, with their places.
    private let kept: [[UInt8]: Int]

    /// The tree of the members' paths.
    init(_ members: [FieldMapping.Member], cells: RuledCell) {
        self.members = members
        self.cells = cells
        root = Self.tree(Array(members.indices), depth: 0, members)
        var kept: [[UInt8]: Int] = [:]
        for (index, member) in members.enumerated() where member.isKept {
            var name: [UInt8] = []
            Self.quote(member.path[0], to: &name)
            kept[name] = index
        }
        self.kept = kept
    }

    private static func tree(_ indexes: [Int], depth: Int, _ members: [FieldMapping.Member]) -> [Part] {
        var parts: [(name: String, indexes: [Int])] = []
        var places: [[UInt8]: Int] = [:]
        for index in indexes where depth < members[index].path.count {
            let name = members[index].path[depth]
            let key = Array(name.utf8)
            if let place = places[key] {
                parts[place].indexes.append(index)
            } else {
                places[key] = parts.count
                parts.append((name, [index]))
            }
        }
        return parts.map { part in
            // Of a value and an object under one name the value wins; the spec's check refuses that.
            if let leaf = part.indexes.first(where: { members[$0].path.count == depth + 1 }) {
                return (part.name, .value(leaf))
            }
            return (part.name, .object(tree(part.indexes, depth: depth + 1, members)))
        }
    }

    /// Lays the members over the object that `output` has from `start` on, nothing for a null.
    ///
    /// Members without a value are left out. Of members with one name the last one wins, unless it is kept for want of
    /// a target: then the record has the name twice. Returns what is wrong and which member has it.
    func append(
        _ row: SourceCells, over start: Int, to output: inout [UInt8], isNull: inout Bool
    ) -> (fault: CellFault, member: Int) {
        var problem = (fault: CellFault.none, member: 0)
        let isObject = !isNull && output.count > start && output[start] == UInt8(ascii: "{")
        let hasOwn = isObject && output.count > start + 2
        // One buffer for all: a row may have 64 MiB.
        var text = hasOwn ? Array(output[start..<(output.count - 1)]) : [UInt8(ascii: "{")]
        let own = text.count
        if hasOwn { text.append(UInt8(ascii: ",")) }
        let isEmpty = !write(root, row, to: &text, &problem)
        if problem.fault != .none || isEmpty { return problem }
        if !isNull, output.count > start, !isObject { return (.notAnObject, 0) }
        text.append(UInt8(ascii: "}"))
        if hasOwn, !kept.isEmpty, let member = clash(text, own: own) { return (.ambiguousField, member) }
        output.removeLast(output.count - start)
        isNull = false
        let isWritten = unsafe text.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &output) }
        return (isWritten ? .none : .invalidJSON, 0)
    }

    /// Writes a node; false, with nothing written, when it has no value.
    private func write(
        _ node: Node, _ row: SourceCells, to text: inout [UInt8], _ problem: inout (fault: CellFault, member: Int)
    ) -> Bool {
        switch node {
        case .value(let index): return write(index, row, to: &text, &problem)
        case .object(let parts):
            let start = text.count
            text.append(UInt8(ascii: "{"))
            let hasValue = write(parts, row, to: &text, &problem)
            if hasValue { text.append(UInt8(ascii: "}")) } else { text.removeLast(text.count - start) }
            return hasValue
        }
    }

    /// Writes members; false, with nothing written, when none has a value.
    private func write(
        _ parts: [Part], _ row: SourceCells, to text: inout [UInt8], _ problem: inout (fault: CellFault, member: Int)
    ) -> Bool {
        var hasValue = false
        for part in parts {
            if isMissing(part.node, row) { continue }
            let before = text.count
            if hasValue { text.append(UInt8(ascii: ",")) }
            Self.quote(part.name, to: &text)
            text.append(UInt8(ascii: ":"))
            if write(part.node, row, to: &text, &problem) {
                hasValue = true
            } else {
                text.removeLast(text.count - before)
            }
            if problem.fault != .none { return false }
        }
        return hasValue
    }

    /// A kept member under whose name the object itself, the first `own` bytes, has another value.
    ///
    /// All values are canonical, so that equal ones have the same bytes.
    private func clash(_ text: [UInt8], own: Int) -> Int? {
        var found: [Int: Range<Int>] = [:]
        for (name, value) in JSONMembers.places(in: text[1..<own]) {
            if let member = kept[Array(text[name])] { found[member] = value }
        }
        if found.isEmpty { return nil }
        for (name, value) in JSONMembers.places(in: text[(own + 1)..<(text.count - 1)]) {
            guard let member = kept[Array(text[name])], let mine = found[member] else { continue }
            if text[mine] != text[value] { return member }
        }
        return nil
    }

    private func write(
        _ index: Int, _ row: SourceCells, to text: inout [UInt8], _ problem: inout (fault: CellFault, member: Int)
    ) -> Bool {
        let member = members[index]
        var rule = member.rule
        if rule.kind == .text, cells.cells.isJSONSource, let column = column(member.origin, row),
            !row.isNull(column), !row.isString(column)
        {
            // A number of a JSON file stays one.
            rule.kind = .json
        }
        var value: [UInt8] = []
        var isNull = true
        problem = (cells.append(row, member.origin, rule, to: &value, isNull: &isNull), index)
        if problem.fault != .none || isNull { return false }
        if text.count + value.count > RowCanonicaliser.maximumRowBytes {
            problem.fault = .rowTooLarge
            return false
        }
        if rule.kind.type.isBareInJSON {
            text += value
            return true
        }
        let isWritten = unsafe value.withUnsafeBufferPointer { unsafe CanonicalJSON.append(text: $0, to: &text) }
        if !isWritten { problem.fault = .invalidJSON }
        return isWritten
    }

    /// The one column that a value is taken from.
    private func column(_ origin: FieldMapping.Origin, _ row: SourceCells) -> Int? {
        switch origin {
        case .column(let column), .passedOver(_, let column): column
        case .alternatives(let ranks): row.chosen(ranks).first
        case .nowhere, .joined, .generated, .constant: nil
        }
    }

    /// Whether a member certainly has no value; most columns of most objects have none.
    private func isMissing(_ node: Node, _ row: SourceCells) -> Bool {
        guard case .value(let index) = node, case .column(let column) = members[index].origin else { return false }
        return row.isNull(column) && members[index].rule.fallback == nil && !members[index].rule.isRequired
    }

    private static func quote(_ name: String, to text: inout [UInt8]) {
        var name = name
        _ = name.withUTF8 { unsafe CanonicalJSON.append(text: $0, to: &text) }
    }
}
