internal import Formats
internal import JobCore
internal import JobRuntime

/// Reads `mapping`.
struct MappingReader {
    /// Formats of all entries together.
    private static let maximumFormats = 512

    private let resource: Resource
    private(set) var mapping = Mapping()
    private var taken = TakenTargets()
    private var zones = ZoneCache()

    /// The rules of a checked spec, in its order; problems tell what is wrong with them.
    init(_ value: JSONValue, _ resource: Resource, _ problems: inout SpecProblems) {
        self.resource = resource
        for member in value.members {
            let path = SpecType.join("$.mapping", member.name)
            switch member.value {
            case .null: mapping.leftOut.insert(member.name)
            case .bool(let flag) where member.name == "automatic": mapping.isAutomatic = flag
            case .bool: problems.add(path, "goes to no field; only 'automatic' is true or false")
            default: read(member, path, &problems)
            }
        }
        let formats = mapping.rules.reduce(0) { $0 + $1.value.layouts.count }
        if formats > Self.maximumFormats {
            problems.add("$.mapping", "has \(formats) formats of times, at most \(Self.maximumFormats) are possible")
        }
        if !mapping.isAutomatic && mapping.rules.isEmpty && problems.isEmpty {
            problems.add("$.mapping", "maps nothing, and 'automatic' is false")
        }
    }

    private mutating func read(_ member: JSONMember, _ path: String, _ problems: inout SpecProblems) {
        guard let entry = MappingEntry(member.value) else { return }
        let name = entry.field
        guard let (target, inside) = target(name) else {
            problems.add(
                path, "unknown target field \(JSONValue.string(String(name.prefix(64))).serialized())", nearest: name,
                among: resource.columns.map(\.name))
            return
        }
        if let other = taken.add(target, inside) {
            problems.add(path, "target field '\(name)' is mapped twice, also as '\(other)'; 'columns' joins several")
            return
        }
        let constant = entry.constant
        if constant != nil && !entry.columns.isEmpty { problems.add(path, "has both 'value' and 'columns'") }
        var rule = MappingRule(
            sources: constant != nil ? [] : entry.columns.isEmpty ? [member.name] : entry.columns,
            separator: entry.separator, constant: constant, target: target, path: inside,
            value: value(entry, target, inside, path, &problems))
        rule.isGenerated = entry.isGenerated
        if rule.isGenerated {
            if constant != nil { problems.add(path, "has both 'value' and 'generate'") }
            if !inside.isEmpty || target.type != .text && target.type != .uuid {
                problems.add(path + ".generate", "makes a uuid, which does not fit '\(name)'")
            }
        }
        mapping.rules.append(rule)
    }

    /// A column, or a place in a JSON column.
    private func target(_ name: String) -> (Column, [String])? {
        if let column = resource.column(name) { return (column, []) }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts.count <= 16, !parts.contains(""), let column = resource.column(parts[0]),
            column.type == .json
        else { return nil }
        return (column, Array(parts.dropFirst()))
    }

    private mutating func value(
        _ entry: MappingEntry, _ target: Column, _ inside: [String], _ path: String, _ problems: inout SpecProblems
    ) -> ValueRule {
        let own = inside.isEmpty ? ValueKind(target) : .text
        var rule = ValueRule(entry.kind ?? own)
        if inside.isEmpty, !ValueKind.allowed(in: target.type).contains(rule.kind) {
            problems.add(
                path + ".type",
                "'\(rule.kind.name)' does not fit column '\(target.name)', which is \(target.type.rawValue)")
        }
        rule.trims = entry.trims
        rule.letterCase = entry.letterCase
        rule.nulls = entry.nulls
        rule.isRequired = entry.isRequired
        FormatReader(path: path).read(entry, into: &rule, &zones, &problems)
        if let text = entry.fallback {
            rule.fallback = Self.canonical(text, rule.kind)
            if rule.fallback == nil {
                problems.add(
                    path + ".default",
                    "is no \(rule.kind.name) in canonical form, such as 2026-04-01T00:00:00Z or 12.50")
            }
        }
        return rule
    }

    /// Text as a cell of that kind would leave it; nil when it does not fit.
    private static func canonical(_ text: String, _ kind: ValueKind) -> String? {
        var text = text
        var output: [UInt8] = []
        var isNull = true
        let cells = CellCanonicaliser(isJSONSource: false, allowsSpecialValues: false)
        let fault = text.withUTF8 { unsafe cells.append($0, isString: true, kind, to: &output, isNull: &isNull) }
        return fault == .none && !isNull ? String(decoding: output, as: UTF8.self) : nil
    }
}

/// The targets that have a rule, so that none would overwrite another.
private struct TakenTargets {
    /// Targets as specs name them.
    private var whole: Set<[String]> = []
    /// Objects that have a member with a rule, with one such member.
    private var around: [[String]: [String]] = [:]

    /// Adds a target; returns the one it would collide with.
    ///
    /// A whole column and members of it go together.
    mutating func add(_ target: Column, _ inside: [String]) -> String? {
        let path = [target.name] + inside
        if whole.contains(path) { return path.joined(separator: ".") }
        if !inside.isEmpty {
            if let member = around[path] { return member.joined(separator: ".") }
            for count in 2..<max(path.count, 2) where whole.contains(Array(path.prefix(count))) {
                return path.prefix(count).joined(separator: ".")
            }
            for count in 2..<max(path.count, 2) { around[Array(path.prefix(count))] = path }
        }
        whole.insert(path)
        return nil
    }
}

/// Zones that were loaded already: many entries name the same one.
struct ZoneCache {
    private var zones: [String: Result<ZoneRules, ZoneLoader.Fault>] = [:]

    /// Throws what is wrong with the name.
    mutating func zone(_ name: String) throws(ZoneLoader.Fault) -> ZoneRules {
        if let known = zones[name] { return try known.get() }
        do throws(ZoneLoader.Fault) {
            let rules = try ZoneLoader.load(name)
            zones[name] = .success(rules)
            return rules
        } catch {
            zones[name] = .failure(error)
            throw error
        }
    }
}
