internal import JobCore
internal import ObjectStorage

/// Examines everything a job will need, and tells what to do about what is wrong.
struct Doctor: Sendable {
    struct Report: Sendable {
        /// One line per check.
        var text = ""
        /// The first failure.
        var failure: JobError?

        mutating func passed(_ what: String) { text += "ok    \(what)\n" }

        mutating func advised(_ what: String) { text += "warn  \(what)\n" }

        mutating func failed(_ what: String, _ error: JobError) {
            text += "FAIL  \(what): \(error.description)\n" + (error.hint.map { "      → \($0)\n" } ?? "")
            if failure == nil { failure = error }
        }
    }

    /// A third of what stores accept, in seconds.
    private static let tolerableSeconds: Int64 = 300

    private let environment: JobEnvironment

    init(environment: JobEnvironment) { self.environment = environment }

    func examine() async -> Report {
        var report = Report()
        await examine("clock", &report) { () throws -> String in
            let now = WallClock.now()
            // 2025-01-01: before it, signatures and leases cannot work.
            if now < Instant(seconds: 1_735_689_600) {
                throw JobError(.clockWrong, "the clock says \(Timestamp.format(now))", hint: "set it")
            }
            return "clock: \(Timestamp.format(now))"
        }
        var found: Workplace?
        await examine("configuration", &report) {
            let place = try await Configuration(environment).open(isPatient: false)
            found = place
            return "configuration: \(place.database.description), \(place.store.description), "
                + "\(place.catalogue.resources.count) resources"
        }
        guard let place = found else { return report }
        var advice: [String] = []
        await examine("database", &report) {
            let missing = try await place.database.missingTables(place.catalogue)
            if !missing.isEmpty {
                throw JobError(
                    .tablesMissing, "missing tables: \(missing.joined(separator: ", "))",
                    hint: "run `ImportJob migrate`")
            }
            advice = try await place.database.advice()
            try Self.expectNone(try await place.database.shortcomings(place.catalogue))
            return "database: every table is there, with its columns and the rights to use it"
        }
        for line in advice { report.advised("database: \(line)") }
        await examine("object store", &report) {
            let ahead = try await place.store.selfTest()
            try expectSmall(ahead)
            return
                "object store: lists, reads, writes, conditional writes, uploads; its clock differs by \(abs(ahead)) s"
        }
        return report
    }

    /// Names what is wrong with tables that are there.
    private static func expectNone(_ found: [TableShortcoming]) throws(JobError) {
        let unfit = found.filter { !$0.columns.isEmpty }
        if !unfit.isEmpty {
            throw JobError(
                .tableUnfit,
                unfit.map { "table \($0.table) has no column \($0.columns.joined(separator: ", "))" }
                    .joined(separator: "; "),
                hint: "every table has org_id, the organisation of the row, and the columns of its resource; "
                    + "add them, or correct RESOURCE_CATALOG")
        }
        guard let first = found.first else { return }
        throw JobError(
            .rightsMissing,
            "role \(first.role) has not "
                + found.map { "\($0.rights.joined(separator: ", ")) on \($0.table)" }.joined(separator: "; "),
            hint: found.map { "GRANT \($0.rights.joined(separator: ", ")) ON \($0.table) TO \(first.role)" }
                .joined(separator: "; "))
    }

    /// Stores refuse what a machine signs whose clock is a quarter of an hour off.
    private func expectSmall(_ ahead: Int64) throws(JobError) {
        if abs(ahead) <= Self.tolerableSeconds { return }
        throw JobError(
            .clockWrong,
            "this machine's clock is \(abs(ahead)) s \(ahead > 0 ? "behind" : "ahead of") that of the store",
            hint: "set it, best by NTP; jobs sign by the store's clock meanwhile")
    }

    private func examine(
        _ what: String, _ report: inout Report, _ check: () async throws -> String
    ) async {
        do {
            report.passed(try await check())
        } catch {
            report.failed(what, JobError.wrapping(error))
        }
    }
}
