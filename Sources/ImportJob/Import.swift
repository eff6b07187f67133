internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// A job that loads the rows of a file into a resource.
struct Import: Job {
    static let kind = JobKind.import
    static let shape = ImportSpec.shape
    static let abstract = "Import a file into the tables of one organisation: one process, one job."
    static let discussion = """
        Reads one JSON job spec from standard input, --spec or JOB_SPEC, checks and loads the rows, keeps one \
        manifest up to date and prints it when done.

          echo '{"orgId":"org_demo","resource":"contacts","sourceKey":"contacts.csv","dryRun":true}' | ImportJob
        """

    private let decoded: ImportSpec

    var spec: CommonSpec { decoded.common }
    var format: String { decoded.formatName }
    var commitsRows: Bool { !decoded.isDryRun }
    var uploadKey: ObjectKey? { get throws { decoded.namesSource ? nil : try decoded.sourceKey() } }

    init(_ spec: CommonSpec, problems: inout SpecProblems) throws(JobError) {
        decoded = try ImportSpec(spec, problems: &problems)
    }

    func work(in context: JobContext) async throws -> JobResult {
        try await ImportPipeline(spec: decoded, context: context).run()
    }

    /// Removes the rejects that its rows in the database name.
    func forget(_ manifest: Manifest, in place: Workplace) async throws {
        // What is completed without a rejects file has kept none.
        if manifest.status == .completed && manifest.rejects == nil { return }
        let request = decoded.loadRequest(attemptId: manifest.attemptId, fence: manifest.attempt)
        let loader = try await place.database.openLoader(request)
        try await loader.discardRejects()
        await loader.close()
    }
}
