internal import Formats
internal import JobCore
internal import JobRuntime

/// A job that reads rows of a resource into files.
struct Export: Job {
    static let kind = JobKind.export
    static let shape = ExportSpec.shape
    static let abstract = "Export rows of one organisation to an object store: one process, one job."
    static let discussion = """
        Reads one JSON job spec from standard input, --spec or JOB_SPEC, streams the rows, keeps one manifest up to \
        date and prints it when done.

          echo '{"orgId":"org_demo","resource":"events","format":"csv"}' | ExportJob
        """

    private let decoded: ExportSpec

    var spec: CommonSpec { decoded.common }
    var format: String { decoded.format.name }
    /// Files that no manifest names are no result.
    let commitsRows = false

    init(_ spec: CommonSpec, problems: inout SpecProblems) throws(JobError) {
        decoded = try ExportSpec(spec, problems: &problems)
    }

    func work(in context: JobContext) async throws -> JobResult {
        try await ExportPipeline(spec: decoded, context: context).run()
    }
}
