internal import JobCore

/// Which source columns go where.
struct HeaderMatch: Sendable {
    /// Targets that have a source column.
    var fields: [FieldMapping] = []
    /// Source columns without a target.
    var unmapped: [Int] = []
    /// Targets that more than one source column claims with equal right; they get none.
    var ambiguous: [(target: String, candidates: [Int])] = []
}

/// Finds the target of a source column by its name.
enum HeaderMatcher {
    /// Other names the world uses, in normalised form.
    private static let aliases: [String: [String]] = [
        "id": ["uuid", "guid", "recordid", "externalid"],
        "email": ["emailaddress", "mail", "mailaddress"],
        "phone": ["phonenumber", "mobile", "mobilephone", "tel", "telephone", "sms", "cell"],
        "first_name": ["givenname", "fname", "forename"],
        "last_name": ["surname", "familyname", "lname"],
        "company": ["companyname", "organization", "organisation", "organizationname"],
        "country": ["countrycode", "countryregion", "cc"],
        "language": ["locale", "lang"],
        "timezone": ["tz", "timezonename"],
        "created_at": ["created", "createdate", "createddate", "dateadded", "signedup", "optintime", "addedtime"],
        "updated_at": ["updated", "lastchanged", "lastmodified", "lastmodifieddate", "modifiedtime"],
        "occurred_at": ["timestamp", "time", "eventtime", "date", "datetime", "receivedat"],
        "name": ["event", "eventname"],
        "revenue": ["amount", "value", "total"],
        "ip": ["ipaddress", "optinip"],
        "session_id": ["sessionid", "session"],
    ]
    /// Names for the key where a row is a person.
    private static let personKeys = ["userid", "contactid", "profileid", "leid"]
    /// Names for the key where a row is not a person: the id of somebody is no key of what they did.
    private static let eventKeys = ["eventid"]

    /// Other names of a field, in normalised form.
    private static func aliases(of name: String, in resource: Resource) -> [String] {
        let names = aliases[name] ?? []
        guard name == "id" else { return names }
        return names + (resource.column("email") == nil ? eventKeys : personKeys)
    }

    /// By normalised name first, then by known aliases.
    ///
    /// The exact name wins over an alias. Source columns in `taken` are not looked at. Of objects, which may each use
    /// another name, all names are kept in their ranks.
    static func automatic(
        sourceColumns: [String], resource: Resource, isJSON: Bool = false, taken: Set<Int> = [],
        without done: Set<String> = []
    ) -> HeaderMatch {
        var match = HeaderMatch()
        let places = SourceNames(sourceColumns, without: taken)
        // A name that is itself a column of the resource is that column.
        let own = Dictionary(grouping: resource.columns) { normalise($0.name) }
        var used = taken
        for target in resource.columns where !done.contains(target.name) {
            let wanted = normalise(target.name)
            var named = places[wanted]
            // Where two fields differ only by marks, nothing less than the name itself will do.
            if (own[wanted]?.count ?? 0) > 1 { named = named.filter { sourceColumns[$0] == target.name } }
            let others = aliases(of: target.name, in: resource).filter { own[$0] == nil }.flatMap { places[$0] }
            let ranks = [named, others.sorted()].filter { !$0.isEmpty }
            guard let best = ranks.first, let first = best.first else { continue }
            var origin = FieldMapping.Origin.column(first)
            if isJSON {
                if ranks.count > 1 || best.count > 1 { origin = .alternatives(ranks) }
            } else if best.count > 1 {
                match.ambiguous.append((target.name, best))
                continue
            }
            used.formUnion(origin.columns)
            match.fields.append(
                FieldMapping(
                    target: target, origin: origin, rule: ValueRule(ValueKind(target)),
                    reason: named.isEmpty ? .alias : .name))
        }
        match.unmapped = sourceColumns.indices.filter { !used.contains($0) }
        return match
    }

    /// Letters and digits in lower case: `First Name`, `first_name` and `firstName` are the same.
    ///
    /// The marks on a letter stay with it, so that it is the same written as one character or as two.
    static func normalise(_ name: String) -> String {
        var normal = String.UnicodeScalarView()
        for scalar in name.lowercased().unicodeScalars {
            let isLetter = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            // The lower case of the Turkish İ has a dot of its own.
            let isDot = scalar == "\u{307}" && normal.last == "i"
            let isMark = scalar.properties.generalCategory == .nonspacingMark && !normal.isEmpty && !isDot
            if isLetter || isMark && scalar.properties.canonicalCombiningClass != .notReordered {
                normal.append(scalar)
            }
        }
        return String(normal)
    }
}

/// The columns of a source by their normalised names.
struct SourceNames {
    private let places: [String: [Int]]

    init(_ names: [String], without taken: Set<Int> = []) {
        var places: [String: [Int]] = [:]
        for (index, name) in names.enumerated() where !taken.contains(index) {
            places[HeaderMatcher.normalise(name), default: []].append(index)
        }
        self.places = places
    }

    /// The columns with that normalised name, in order; none for a name without a letter.
    subscript(_ name: String) -> [Int] { name.isEmpty ? [] : places[name] ?? [] }
}
