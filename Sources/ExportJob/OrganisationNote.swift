internal import JobCore
internal import JobRuntime

/// Says of an export without rows that nobody has its organisation: most likely the id is mistyped.
struct OrganisationNote {
    private let context: JobContext

    init(_ context: JobContext) { self.context = context }

    /// Adds the note when no table of the catalogue has a row of the organisation.
    func add() async {
        let orgId = context.spec.orgId
        let tables = context.place.catalogue.resources.map { TableDefinition($0) }
        // Only to say more than "no rows": tables may be missing, and the export is none the worse for it.
        let isKnown = try? await context.place.records.read { session in
            for table in tables {
                let isIts = RecordCondition("org_id", .text(orgId))
                if try !session.records(RecordQuery(["org_id"], of: table, where: [isIts], limit: 1)).isEmpty {
                    return true
                }
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
