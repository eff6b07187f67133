internal import JobCore

/// The way of a spec from its bytes to a job that may run.
struct Admission: Sendable {
    private let bytes: [UInt8]
    private let configuration: Configuration

    /// Reads the spec and what it is checked against.
    ///
    /// Throws `spec_missing`, `file_too_large`, `file_unreadable`, `catalogue_invalid` and `index_conflict`.
    init(_ options: SpecOptions) throws {
        let environment = JobEnvironment.ofProcess
        bytes = try SpecSource.read(file: options.spec, environment: environment)
        let log = JobLog(level: environment.logLevel).with(try SchedulerVariables(environment.variables).fields)
        configuration = try Configuration(environment, log: log)
    }

    /// A job that somebody may have run, and where.
    struct Admitted<Work: Job>: Sendable {
        let job: Work
        let place: Workplace
        let actor: JobActor
    }

    /// Decodes the spec and lets the actor in, in the order that costs a stranger's spec least: its shape, the gate, and
    /// only then what the rest of it means.
    ///
    /// A spec with mistakes in its shape is refused for all its mistakes before anything is opened; so is one with others
    /// where no proof is asked for. Throws `spec_invalid`, `not_permitted` and what database and store report.
    func admit<Work: Job>(_: Work.Type, to verb: SignedVerb = .run) async throws -> Admitted<Work> {
        var problems = SpecProblems()
        let spec = try CommonSpec(
            bytes: bytes, kind: Work.kind, shape: Work.shape, environment: configuration.environment,
            catalogue: configuration.catalogue, problems: &problems)
        let isLate = problems.isEmpty && configuration.asksForProof
        let early = isLate ? nil : try Work(spec, problems: &problems)
        // A server that is away is waited for, but not beyond the job's deadline.
        let (place, actor) = try await Race.untilDeadline(spec.notAfter) { [configuration] in
            let place = try await configuration.open(jobId: spec.jobId)
            return (place, try await place.gate.admit(spec, to: verb))
        }
        return Admitted(job: try early ?? Work(spec, problems: &problems), place: place, actor: actor)
    }
}
