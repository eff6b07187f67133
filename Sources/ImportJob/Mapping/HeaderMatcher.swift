internal import JobCore

/// Which source columns go where.
struct HeaderMatch: Sendable, Equatable {
    /// Targets that have a source column.
    var fields: [FieldMapping] = []
    /// Source columns without a target.
    var unmapped: [String] = []
    /// Targets that more than one source column claims with equal right.
    var ambiguous: [String] = []
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
    /// The exact name wins over an alias.
    static func automatic(sourceColumns: [String], resource: Resource) -> HeaderMatch {
        var match = HeaderMatch()
        let names = sourceColumns.map(normalise)
        var used: Set<Int> = []
        for target in resource.columns {
            let wanted = normalise(target.name)
            var candidates = names.indices.filter { names[$0] == wanted }
            if candidates.isEmpty {
                let others = aliases[target.name] ?? []
                // A name that is itself a column of the resource is that column.
                let own = Set(resource.columns.map { normalise($0.name) })
                candidates = names.indices.filter { others.contains(names[$0]) && !own.contains(names[$0]) }
            }
            candidates.removeAll { used.contains($0) }
            if candidates.count > 1 { match.ambiguous.append(target.name) }
            guard let source = candidates.first else { continue }
            used.insert(source)
            match.fields.append(FieldMapping(target: target, source: source))
        }
        match.unmapped = sourceColumns.indices.filter { !used.contains($0) }.map { sourceColumns[$0] }
        return match
    }

    /// As the spec says.
    ///
    /// Throws `mapping_source_missing` (65) when the file lacks a named column.
    static func explicit(
        mapping: [(source: String, target: String)], sourceColumns: [String], resource: Resource
    ) throws(JobError) -> HeaderMatch {
        var match = HeaderMatch()
        for (name, targetName) in mapping {
            guard let target = resource.column(targetName) else { continue }
            guard let source = sourceColumns.firstIndex(of: name) else {
                let near = NearestName.of(name, among: sourceColumns)
                throw JobError(
                    "mapping_source_missing", .dataError, "the source has no column '\(name.prefix(128))'",
                    hint: near.map { "did you mean '\($0)'?" }
                        ?? "its columns: \(sourceColumns.prefix(40).joined(separator: ", "))")
            }
            match.fields.append(FieldMapping(target: target, source: source))
        }
        let used = Set(match.fields.compactMap(\.source))
        match.unmapped = sourceColumns.indices.filter { !used.contains($0) }.map { sourceColumns[$0] }
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
