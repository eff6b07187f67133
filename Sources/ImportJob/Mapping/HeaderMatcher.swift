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
        "id": ["uuid", "guid", "recordid", "externalid", "userid", "contactid", "profileid", "eventid", "leid"],
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

    /// By normalised name first, then by known aliases.
    ///
    /// The exact name wins over an alias. Source columns in `taken` are not looked at.
    static func automatic(
        sourceColumns: [String], resource: Resource, taken: Set<Int> = [], without done: Set<String> = []
    ) -> HeaderMatch {
        var match = HeaderMatch()
        let names = sourceColumns.map(normalise)
        // A name that is itself a column of the resource is that column.
        let own = Set(resource.columns.map { normalise($0.name) })
        var used = taken
        for target in resource.columns where !done.contains(target.name) {
            let wanted = normalise(target.name)
            var candidates = names.indices.filter { names[$0] == wanted && !used.contains($0) }
            var reason = MappingReason.name
            if candidates.isEmpty {
                let others = aliases[target.name] ?? []
                candidates = names.indices.filter {
                    others.contains(names[$0]) && !own.contains(names[$0]) && !used.contains($0)
                }
                reason = .alias
            }
            if candidates.count > 1 {
                match.ambiguous.append((target.name, candidates))
                continue
            }
            guard let source = candidates.first else { continue }
            used.insert(source)
            match.fields.append(FieldMapping(target: target, source: source, reason: reason))
        }
        match.unmapped = sourceColumns.indices.filter { !used.contains($0) }
        return match
    }

    /// Letters and digits in lower case: `First Name`, `first_name` and `firstName` are the same.
    static func normalise(_ name: String) -> String {
        var normal = String.UnicodeScalarView()
        for scalar in name.lowercased().unicodeScalars
        where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
            normal.append(scalar)
        }
        return String(normal)
    }
}
