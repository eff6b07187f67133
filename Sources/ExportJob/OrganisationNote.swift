internal import JobCore
internal import JobRuntime

/// Says of an export without rows that nobody has its organisation: most likely the id is mistyped.
struct OrganisationNote {
    private let context: JobContext

    init(_ context: JobContext) { self.context = context }

    /// Adds the note when no table of the catalogue has a row of the organisation.
    func add() async {
        let orgId = context.spec.orgId
        let tables = context.place.catalogue.resources.map(\.table)
        // Only to say more than "no rows": tables may be missing, and the export is none the worse for it.
        let isKnown = try? await context.place.records.read { session in
            for table in tables {
                let dialect = session.dialect
                let text =
                    "SELECT 1 FROM \(dialect.quoteTable(table)) WHERE \(dialect.quote("org_id")) = "
                    + "\(dialect.placeholder(1)) LIMIT 1"
                if try !session.run(SQLStatement(text, values: [.text(orgId)])).isEmpty { return true }
            }
            return false
        }
        guard isKnown == false else { return }
        context.notes.add(
            Note(
                "unknown_organisation", at: "orgId",
                "No table of the catalogue has a row of the organisation \(orgId); check the id."))
    }
}
