import Formats
import JobCore
import TestSupport

/// Random objects whose names appear, vanish, come under other names and twice, and what an import of them must leave.
///
/// Knows the names and their ranks by itself.
struct ObjectOracle {
    typealias Object = [(name: String, value: String?)]

    enum Unmapped: String, CaseIterable { case ignore, attributes, error }

    /// Names of each field: its own, then others that are used for it.
    static let fields: [(target: String, own: [String], others: [String])] = [
        ("id", ["id", "_id", "ID"], ["user_id", "contact_id", "uuid"]),
        ("email", ["email", "E-Mail"], ["mail", "email_address"]), ("phone", ["phone"], ["mobile", "tel"]),
        ("first_name", ["first_name", "First Name"], ["given_name"]), ("company", ["company"], ["organization"]),
    ]
    static let strangers = ["shoe", "city", "Straße", "x.y", "id2"]

    /// Rows by key: the fields but for the key, then the members of `attributes`.
    private(set) var rows: [String: (values: [String: String], members: [String: String]?)] = [:]
    private(set) var inserted = 0
    private(set) var updated = 0
    private(set) var rejected: [String: Int] = [:]
    /// Names that did not reach a field in some record.
    private(set) var lost: Set<String> = []

    let unmapped: Unmapped
    let isUpsert: Bool
    let clearsEmpty: Bool

    init(_ unmapped: Unmapped, isUpsert: Bool, clearsEmpty: Bool) {
        self.unmapped = unmapped
        self.isUpsert = isUpsert
        self.clearsEmpty = clearsEmpty
    }

    /// Takes a record, as an import must.
    mutating func take(_ object: Object) {
        let named = Dictionary(uniqueKeysWithValues: object.map { ($0.name, $0.value) })
        func value(_ name: String) -> String? { named[name] ?? nil }
        func has(_ name: String) -> Bool { value(name) != nil }
        var found: [String: String?] = [:]
        var passedOver: [String] = []
        var isAmbiguous = false
        for field in Self.fields {
            var isFound = false
            for rank in [field.own, field.others] {
                let present = rank.filter { named[$0] != nil }
                if isFound {
                    passedOver += present.filter { has($0) }
                    continue
                }
                if present.isEmpty { continue }
                isFound = true
                let values = Set(present.compactMap { value($0) })
                if values.count > 1 { isAmbiguous = true }
                found[field.target] = .some(values.first)
            }
        }
        let strange = Self.strangers.filter { named[$0] != nil }
        lost.formUnion(passedOver)
        lost.formUnion(strange)
        guard let key = found["id"] ?? nil else { return reject("missing_key") }
        if isAmbiguous { return reject("ambiguous_field") }
        var members: [String: String] = [:]
        if let own = named["attributes"] ?? nil { members["own"] = own }
        if unmapped == .attributes {
            for name in strange + passedOver { if let value = value(name) { members[name] = value } }
        }
        if var row = rows[key] {
            if !isUpsert { return reject("duplicate_key") }
            updated += 1
            for (name, value) in found where name != "id" {
                if let value { row.values[name] = value } else if clearsEmpty { row.values[name] = nil }
            }
            if !members.isEmpty { row.members = (row.members ?? [:]).merging(members) { $1 } }
            rows[key] = row
        } else {
            inserted += 1
            let values = found.filter { $0.key != "id" }.compactMapValues(\.self)
            rows[key] = (values, members.isEmpty ? nil : members)
        }
    }

    private mutating func reject(_ code: String) { rejected[code, default: 0] += 1 }

    /// Objects, each with some of the names in any order; names are few at first and change on the way.
    static func objects(_ random: inout SeededRandom, count: Int, keys: Int) -> [Object] {
        var names = ["id", "email"]
        let all = fields.dropFirst().flatMap { $0.own + $0.others } + strangers + ["attributes"]
        return (0..<count).map { number in
            if Int.random(in: 0..<4, using: &random) == 0 { names.append(random.pick(Array(all))) }
            if Int.random(in: 0..<9, using: &random) == 0, !names.isEmpty { names.removeFirst() }
            var object: Object = []
            let key = "k\(Int.random(in: 0..<keys, using: &random))"
            if Int.random(in: 0..<12, using: &random) > 0 {
                // Names of one rank agree about the key, else the job would end.
                let field = fields[0]
                let isOwn = Bool.random(using: &random)
                for name in isOwn ? field.own : field.others where Int.random(in: 0..<3, using: &random) == 0 {
                    object.append((name, key))
                }
                if isOwn, Bool.random(using: &random) { object.append(("user_id", "other")) }
            }
            for name in Set(names).subtracting(fields[0].own).sorted() where Int.random(in: 0..<3, using: &random) > 0 {
                let value = name == "attributes" ? "\(number)" : "v\(Int.random(in: 0..<3, using: &random))@x.org"
                let isNull = name != "attributes" && Int.random(in: 0..<6, using: &random) == 0
                object.append((name, isNull ? nil : value))
            }
            if object.isEmpty { object.append(("shoe", nil)) }
            object.shuffle(using: &random)
            return object
        }
    }

    /// The objects as a file, one a line or as an array.
    static func text(_ objects: [Object], isArray: Bool) -> String {
        let texts = objects.map { object in
            JSONValue.object(
                object.map { name, value in
                    guard let value else { return JSONMember(name, .null) }
                    let isOwn = name == "attributes"
                    return JSONMember(name, isOwn ? .object([JSONMember("own", .string(value))]) : .string(value))
                }
            ).serialized()
        }
        return isArray ? "[" + texts.joined(separator: ",\n") + "]" : texts.joined(separator: "\n") + "\n"
    }
}
