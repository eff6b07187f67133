internal import CPQ
internal import JobCore

/// What libpq is told about a connection: the URL's own words, and defaults for what it leaves open.
///
/// See https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS.
struct ConnectionSettings: Sendable {
    /// A silent network is noticed within about half a minute: idle connections are probed, unanswered data ends them.
    private static let defaults = [
        ("connect_timeout", "10"), ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
        ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
    ]

    private static let shown = ["host", "hostaddr", "port", "dbname", "service"]

    private static var invalid: JobError {
        JobError(
            .configurationInvalid, "DATABASE_URL is not a PostgreSQL connection URL",
            hint: "use postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full; "
                + "write special characters of the password as %XX")
    }

    /// Whether libpq could take a part of the password for the host, the port or the database: an `@` stands where the
    /// rules of URLs have none.
    private static func isAmbiguous(_ url: String) -> Bool {
        guard let separator = url.firstRange(of: "://") else { return false }
        let rest = url[separator.upperBound...].prefix { $0 != "?" }
        let authority = rest.prefix { $0 != "/" }
        return authority.count { $0 == "@" } > 1 || rest.dropFirst(authority.count).contains("@")
    }

    /// Whether the byte belongs to a name, as far as it may be shown.
    private static func isPlain(_ byte: UInt8, in keyword: String) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: ","): true
        case 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): keyword != "port"
        case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "~"): keyword == "host" || keyword == "hostaddr"
        default: false
        }
    }

    /// Keywords and values, as `PQconnectStartParams` takes them.
    let parameters: [(keyword: String, value: String)]
    /// Seconds that connecting may take, for all hosts together.
    let connectSeconds: Int
    /// Host, port and database, without user and password.
    let description: String
    /// Seconds for which a server that refuses connections is asked again.
    let patience: Double

    /// Reads a libpq URL.
    ///
    /// Throws `configuration_invalid` (78); libpq's own words about it could quote the password and are not repeated.
    init(url: String, applicationName: String, patience: Double = 10) throws(JobError) {
        self.patience = patience
        guard !Self.isAmbiguous(url), let options = unsafe PQconninfoParse(url, nil) else { throw Self.invalid }
        defer { unsafe PQconninfoFree(options) }
        var found: [(keyword: String, value: String)] = []
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe found.append((String(cString: keyword), String(cString: value)))
            }
            unsafe option += 1
        }
        let places = Self.shown.compactMap { name in
            found.first { $0.keyword == name }.map { "\(name)=\($0.value)" }
        }
        // What is no plain name may be a part of a password that has split the URL at the wrong place.
        let isPlain = found.allSatisfy { keyword, value in
            !Self.shown.contains(keyword) || value.utf8.allSatisfy { Self.isPlain($0, in: keyword) }
        }
        description =
            "postgresql " + (isPlain && !places.isEmpty ? places.joined(separator: " ") : "(libpq's defaults)")
        for (keyword, value) in Self.defaults + [("application_name", applicationName)]
        where !found.contains(where: { $0.keyword == keyword }) {
            found.append((keyword, value))
        }
        found.removeAll { $0.keyword == "client_encoding" }
        found.append(("client_encoding", "UTF8"))
        parameters = found
        let hosts = found.first { $0.keyword == "host" }?.value.split(separator: ",").count ?? 1
        let seconds = found.first { $0.keyword == "connect_timeout" }.flatMap { Int($0.value) } ?? 10
        // Zero and less mean no limit to libpq; a job always has one.
        connectSeconds = (seconds > 0 ? seconds : 60) * max(1, hosts)
    }
}
