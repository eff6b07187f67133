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
        guard let name = member.value.asText ?? member.value.text("field") else { return }
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
        let columns = member.value.items("columns").compactMap(\.asText)
        let constant = Self.scalar(member.value["value"])
        if constant != nil && !columns.isEmpty { problems.add(path, "has both 'value' and 'columns'") }
        var rule = MappingRule(
            sources: constant != nil ? [] : columns.isEmpty ? [member.name] : columns,
            separator: member.value.text("separator") ?? " ", constant: constant, target: target, path: inside,
            value: value(member.value, target, inside, path, &problems))
        rule.isGenerated = member.value["generate"] != nil
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
        _ value: JSONValue, _ target: Column, _ inside: [String], _ path: String, _ problems: inout SpecProblems
    ) -> ValueRule {
        let own = inside.isEmpty ? ValueKind(target) : .text
        var rule = ValueRule(value.text("type").flatMap(ValueKind.init(name:)) ?? own)
        if inside.isEmpty, !ValueKind.allowed(in: target.type).contains(rule.kind) {
            problems.add(
                path + ".type",
                "'\(rule.kind.name)' does not fit column '\(target.name)', which is \(target.type.rawValue)")
        }
        rule.trims = value.flag("trim") ?? false
        rule.letterCase = value.text("case").flatMap(ValueRule.LetterCase.init(rawValue:))
        rule.nulls = Set(value.items("nulls").compactMap(\.asText))
        rule.isRequired = value.flag("required") ?? false
        FormatReader(path: path).read(value, into: &rule, &zones, &problems)
        if let text = Self.scalar(value["default"]) {
            rule.fallback = Self.canonical(text, rule.kind)
            if rule.fallback == nil {
                problems.add(
                    path + ".default",
                    "is no \(rule.kind.name) in canonical form, such as 2026-04-01T00:00:00Z or 12.50")
            }
        }
        return rule
    }

    private static func scalar(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text): text
        case .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
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

/// Reads `format` and `timezone` of one entry.
private struct FormatReader {
    let path: String

    func read(
        _ value: JSONValue, into rule: inout ValueRule, _ zones: inout ZoneCache, _ problems: inout SpecProblems
    ) {
        let formats = value.text("format").map { [$0] } ?? value.items("format").compactMap(\.asText)
        if let name = value.text("timezone") {
            guard rule.kind == .timestamp || rule.kind == .date else {
                problems.add(path + ".timezone", "is for timestamps and dates; '\(rule.kind.name)' has none")
                return
            }
            do {
                rule.zone = try zones.zone(name)
            } catch {
                problems.add(path + ".timezone", error.problem)
            }
        }
        if formats.isEmpty {
            // A time needs none: its zone is all that was missing.
            if rule.zone != nil && rule.kind == .date { rule.layouts = TimeLayout.common }
            return
        }
        rule.description = formats.joined(separator: ", or ")
        switch rule.kind {
        case .timestamp, .date:
            for format in formats { rule.layouts += layout(format, rule.kind, &problems).map { [$0] } ?? [] }
        case .int, .decimal, .double:
            rule.number = NumberPattern(formats[0])
            if rule.number == nil || formats.count > 1 {
                problems.add(
                    path + ".format",
                    "is no number format; write 1234.56 as the source does: 1,234.56, 1.234,56, 1 234,56, 1'234.56 or 1234,56"
                )
            }
        case .bool:
            rule.words = WordPattern(formats[0])
            if rule.words == nil || formats.count > 1 {
                problems.add(
                    path + ".format",
                    "is no list of words; write those for true, a slash, those for false: yes,ja/no,nein")
            }
        case .list:
            let bytes = Array(formats[0].utf8)
            rule.delimiter = bytes.first
            if bytes.count != 1 || bytes[0] < 0x20 || bytes[0] > 0x7E || bytes[0] == UInt8(ascii: "\"")
                || formats.count > 1
            {
                problems.add(path + ".format", "is no delimiter; write the one character between items, such as ;")
            }
        default: problems.add(path + ".format", "has no meaning for '\(rule.kind.name)'")
        }
    }

    private func layout(_ format: String, _ kind: ValueKind, _ problems: inout SpecProblems) -> TimeLayout? {
        switch format {
        case "epochSeconds": return .epoch(.seconds)
        case "epochMilliseconds": return .epoch(.milliseconds)
        case "epochMicroseconds": return .epoch(.microseconds)
        case "epochNanoseconds": return .epoch(.nanoseconds)
        default: break
        }
        do {
            let pattern = try DatePattern(format)
            return .pattern(pattern)
        } catch {
            problems.add(path + ".format", "\(JSONValue.string(format).serialized()): \(error.problem)")
            return nil
        }
    }
}

extension TimeLayout {
    /// What a date may look like when only its zone is told.
    static let common: [TimeLayout] = [
        "yyyy-MM-dd'T'HH:mm:ssX", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd'T'HH:mm",
        "yyyy-MM-dd HH:mm:ss.S", "yyyy-MM-dd'T'HH:mm:ss.S", "yyyy-MM-dd'T'HH:mm:ss.SX", "yyyy-MM-dd",
    ].compactMap { text in (try? DatePattern(text)).map { .pattern($0) } }
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
