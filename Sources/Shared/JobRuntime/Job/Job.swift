package import JobCore
package import ObjectStorage

/// A job as the runtime sees it: a spec that means something, and the work that it asks for.
///
/// A program has one such type. Control passes to it three times: to decode the spec, to work, and to forget what was kept
/// for a next attempt.
package protocol Job: Sendable {
    static var kind: JobKind { get }
    /// The fields of its spec: they check it and print its JSON Schema.
    static var shape: SpecType { get }
    /// What the program does, for its help: one line.
    static var abstract: String { get }
    /// How it is used, with an example.
    static var discussion: String { get }

    /// The fields that all jobs share.
    var spec: CommonSpec { get }
    /// The file format as the manifest names it.
    var format: String { get }
    /// Rows are durable before the manifest says so: a failed publication then has an exit code of its own (74).
    var commitsRows: Bool { get }
    /// Where the source is to be put; `nil`: the spec says where it is, or there is none.
    var uploadKey: ObjectKey? { get throws }

    /// Decodes what jobs of this kind alone have; mistakes are added to those that were found before.
    ///
    /// Throws `spec_invalid` (64), which names every mistake.
    init(_ spec: CommonSpec, problems: inout SpecProblems) throws(JobError)

    /// Does the work of one attempt, under a lease that is being renewed.
    ///
    /// Throws `JobError`; what the attempt has stored in its folder is removed by the runtime then.
    func work(in context: JobContext) async throws -> JobResult

    /// Removes what attempts have kept outside of the job's folder for a next one, which will not come: the manifest says
    /// that the job is published, was cancelled or failed for good.
    func forget(_ manifest: Manifest, in place: Workplace) async throws
}

extension Job {
    package var uploadKey: ObjectKey? { nil }

    package func forget(_ manifest: Manifest, in place: Workplace) async throws {}
}
