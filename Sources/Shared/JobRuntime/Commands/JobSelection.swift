internal import ArgumentParser
internal import JobCore

/// Which job a verb is about.
struct JobSelection: ParsableArguments {
    @Option(name: .long, help: "Organisation the job belongs to.")
    var org: String

    @Option(name: .long, help: "Id of the job.")
    var job: String

    /// Opens the job for somebody who may.
    func open(to action: String) async throws -> StoredJob {
        let place = try await Configuration().open()
        let folder = try JobFolder(orgId: org, jobId: job)
        let actor = try await place.gate.admitOperator(to: action, orgId: org, jobId: job)
        return try await StoredJob(folder, in: place, actor: actor)
    }
}
