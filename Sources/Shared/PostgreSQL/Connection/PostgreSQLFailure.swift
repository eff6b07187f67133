internal import JobCore

/// SQLSTATEs as failures of a job.
enum PostgreSQLFailure {
    /// The failure for what the server reported while `doing` something.
    static func make(_ error: ServerError, doing: String, database: String) -> JobError {
        let objects = error.objects.isEmpty ? "" : " (\(error.objects))"
        let place = "\(database): \(doing): SQLSTATE \(error.sqlState)\(objects)"
        let (code, problem, hint) = meaning(error)
        return JobError(code, "\(place): \(problem)", hint: hint)
    }

    private typealias Meaning = (code: ErrorCode, problem: String, hint: String)

    private static func meaning(_ error: ServerError) -> Meaning {
        switch error.sqlState {
        case "42501":
            (.databaseForbidden, "the role may not do that", "GRANT what is missing to the job's role")
        case "42P01":
            (
                .databaseStatement, "the table is missing",
                "compare the tables with the catalogue; `ImportJob migrate` creates missing ones"
            )
        case "40001", "40P01":
            (.databaseConflict, "it collided with another transaction", "launch the job again")
        case "55P03":
            (
                .databaseLocked, "another transaction holds a lock for too long",
                "launch the job again when that transaction has ended"
            )
        case "57014":
            (.databaseCancelled, "the server cancelled the statement", "launch the job again")
        case "25006":
            (
                .databaseReadOnly, "the server accepts no changes",
                "name the primary server in DATABASE_URL"
            )
        case "3D000", "3F000":
            (.databaseMissing, "it does not exist", "check the database in DATABASE_URL")
        case "53100":
            (.diskFull, "the server's disk is full", "free space there, then launch the job again")
        case "53200": (.outOfMemory, "the server is out of memory", "launch the job again later")
        case "53300":
            (
                .databaseBusy, "the server has no connection left",
                "launch the job again later, or raise max_connections"
            )
        default: byClass(error)
        }
    }

    private static func byClass(_ error: ServerError) -> Meaning {
        switch error.sqlClass {
        case "08", "57": lost
        case "28":
            (
                .databaseLogin, "the server refuses the login",
                "check user and password in DATABASE_URL, and the server's pg_hba.conf"
            )
        case "21", "22", "23", "44", "P0":
            (.databaseRejects, "the data does not fit the table", "correct the source or the table")
        case "42", "0A":
            (
                .databaseStatement, "a table, column or type is of another shape",
                "compare the tables with the catalogue"
            )
        case "53", "58":
            (.databaseResources, "the server lacks a resource", "see the server's log, then launch again")
        case "40", "55": (.databaseConflict, "it could not be done now", "launch the job again")
        case "XX": (.databaseCorrupt, "an internal error of the server", "see the server's log")
        default: (.databaseError, "unexpected", "see the server's log")
        }
    }

    /// The connection ended in the middle of something.
    static func connectionLost(doing: String, database: String) -> JobError {
        JobError(
            lost.code, "\(database): \(doing): \(lost.problem)", hint: lost.hint)
    }

    private static let lost: Meaning = (
        .databaseConnectionLost, "the connection to the server was lost",
        "launch the job again; see the server's log if that repeats"
    )

    /// A connection that could not be made, by libpq's own words.
    ///
    /// They name host, port, user and files, and hold no secret; only the kinds of failure are kept.
    static func connecting(_ message: String, database: String) -> JobError {
        if let state = sqlState(in: withoutQuoted(message)) {
            let (code, problem, hint) = meaning(ServerError(sqlState: state))
            let isLost = code == lost.code
            let isRefusal = isLost || code == .databaseBusy
            return JobError(
                isLost ? .databaseUnavailable : code,
                "\(database): connect: SQLSTATE \(state): " + (isLost ? "the server is not ready" : problem),
                hint: isLost ? "launch the job again when the server is up" : hint,
                cause: isRefusal ? ServerRefusal() : nil)
        }
        // A host, a role or a file may be called what a message says: names stand in quotes.
        let words = withoutQuoted(message.lowercased())
        if words.contains("certificate") {
            if words.contains("does not exist") || words.contains("could not read") || words.contains("could not open")
            {
                return configuration("a certificate file cannot be read", "check sslrootcert and sslcert", database)
            }
            return JobError(
                .certificateUntrusted,
                "\(database): connect: the server's certificate is not trusted",
                hint: "name the authority's certificate with sslrootcert in DATABASE_URL")
        }
        if words.contains("ssl") && (words.contains("not support") || words.contains("required")) {
            return configuration("the server does not speak TLS", "check sslmode in DATABASE_URL", database)
        }
        if words.contains("no password supplied") {
            return configuration("the server asks for a password", "add it to DATABASE_URL or to ~/.pgpass", database)
        }
        // "Invalid argument", at the end of a line, is what the system says of a call, not libpq of a setting.
        let isInvalid = words.split(separator: "\n").contains { line in
            let said = line.ranges(of: "failed: ").last.map { line[$0.upperBound...] } ?? line
            return said.hasPrefix("invalid ") && !said.hasPrefix("invalid argument")
        }
        if words.contains("definition of service") || words.contains("service file") || isInvalid {
            return configuration("a connection setting is wrong", "check DATABASE_URL and PGSERVICE", database)
        }
        let problem =
            words.contains("translate host name")
            ? "the host name is not known"
            : words.contains("refused")
                ? "nothing listens there"
                : words.contains("no such file") ? "there is no such socket" : "the server cannot be reached"
        let isRefusal = words.contains("refused") || words.contains("no such file")
        return JobError(
            .databaseUnavailable, "\(database): connect: \(problem)",
            hint: "check host and port in DATABASE_URL, and whether the server runs",
            cause: isRefusal ? ServerRefusal() : nil)
    }

    private static func withoutQuoted(_ message: String) -> String {
        message.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: "\"\"")
    }

    private static func configuration(_ problem: String, _ hint: String, _ database: String) -> JobError {
        JobError(.configurationInvalid, "\(database): connect: \(problem)", hint: hint)
    }

    /// The SQLSTATE in a verbose message such as `FATAL:  28P01: …`; of several hosts the last one counts.
    private static func sqlState(in message: String) -> String? {
        message.split(whereSeparator: { $0 == " " || $0 == "\n" }).last { word in
            word.utf8.count == 6 && word.utf8.last == UInt8(ascii: ":")
                && word.utf8.dropLast().allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
                && word.utf8.contains { (0x30...0x39).contains($0) }
        }.map { String($0.dropLast()) }
    }
}

extension ServerError {
    /// A report of which only the SQLSTATE is known.
    fileprivate init(sqlState: String) {
        self.sqlState = sqlState
        table = nil
        column = nil
        constraint = nil
        type = nil
        line = nil
    }
}
