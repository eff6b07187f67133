internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage
internal import Signing

/// What a dry run has decided, so that a real run can be held to it.
struct PlannedRun: Equatable {
    /// Version of the source.
    let source: String
    /// Digest of the fields of the spec that decide about rows.
    let decisions: String
    /// Digest of the mapping as it was for the source's columns; empty where columns may still come.
    let mapping: String

    /// Fields of a spec that decide nothing about rows.
    private static let others: Set<String> = [
        "jobId", "dryRun", "plan", "notAfter", "notify", "actor", "downloadUrlTTL", "onError", "atomic",
    ]

    init(_ spec: ImportSpec, source: String, mapping: [PreviewColumn]?) {
        self.source = source
        let members = spec.common.value.members.filter { !Self.others.contains($0.name) }
        decisions = SHA256Digest.of(JSONValue.object(members).canonical()).hex
        self.mapping = mapping.map { SHA256Digest.of($0.json.canonical()).hex } ?? ""
    }

    /// As the dry run's manifest has it.
    init?(_ plan: PreviewPlan?) {
        guard let source = plan?.source, let decisions = plan?.decisions, let mapping = plan?.mapping else {
            return nil
        }
        self.source = source
        self.decisions = decisions
        self.mapping = mapping
    }

    /// For the preview.
    var shown: PreviewPlan { PreviewPlan(source: source, decisions: decisions, mapping: mapping) }

    /// The plan that the spec names; `nil` when it names none.
    ///
    /// Throws `plan_not_found` (66), `plan_unfit` (65) when the job was no completed dry run.
    static func named(by spec: ImportSpec, _ context: JobContext) async throws(JobError) -> PlannedRun? {
        guard let jobId = spec.planJobId else { return nil }
        let key = try JobFolder(orgId: spec.common.orgId, jobId: jobId).manifest()
        let manifest: Manifest
        do throws(JobError) {
            manifest = try Manifest(stored: try await context.place.store.get(key, range: nil).bytes)
        } catch {
            guard error.code == .objectNotFound else { throw error }
            throw JobError(
                .planNotFound, "organisation \(spec.common.orgId) has no job \(jobId)")
        }
        guard manifest.status == .completed, let plan = PlannedRun(manifest.preview?.plan) else {
            throw JobError(
                .planUnfit, "job \(jobId) is not a dry run that was completed")
        }
        return plan
    }

    /// Holds what this run would do to the plan.
    ///
    /// Throws `plan_drift` (65), which names what differs.
    func check(_ now: PlannedRun) throws(JobError) {
        var drift: [String] = []
        if now.source != source { drift.append("the source was changed") }
        if now.decisions != decisions { drift.append("the spec decides otherwise (mapping, mode, or another field)") }
        if now.mapping != mapping && drift.isEmpty { drift.append("the mapping comes out otherwise") }
        if drift.isEmpty { return }
        throw JobError(
            .planDrift, "this is not what was previewed: \(drift.joined(separator: ", "))")
    }
}
