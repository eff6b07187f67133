package import ArgumentParser
package import JobCore
internal import ObjectStorage

/// Where the spec of a job is.
package struct SpecOptions: ParsableArguments {
    @Option(name: .long, help: "File with the job spec; '-' is standard input.")
    package var spec: String?

    package init() {}

    /// Reads the spec and what it is checked against.
    ///
    /// Throws `spec_missing`, `file_too_large`, `file_unreadable`, `catalogue_invalid` and `index_conflict`.
    package func read() throws -> SpecInput {
        let environment = JobEnvironment()
        return SpecInput(
            bytes: try SpecSource.read(file: spec, environment: environment), environment: environment,
            catalogue: try CatalogueFile.load(environment.catalogueFile),
            log: JobLog(level: environment.logLevel).with(try SchedulerVariables(environment.variables).fields))
    }
}

/// Whether the store is tried out before the job begins.
package struct StoreCheck: ParsableArguments {
    @Flag(name: .long, help: "First prove that the store does what jobs rely on, conditional writes above all.")
    package var checkStore = false

    package init() {}

    /// Tries the store out when that is asked for.
    ///
    /// Throws `store_selftest_failed` (78): on such a store two processes could run the same job at once.
    package func run(_ backends: Backends) async throws(JobError) {
        if checkStore { try await backends.store.selfTest() }
    }
}

/// A spec as it was given, with its surroundings.
package struct SpecInput: Sendable {
    package let bytes: [UInt8]
    package let environment: JobEnvironment
    package let catalogue: Catalogue
    package let log: JobLog

    /// Decodes the spec and lets the actor in, in the order that costs a stranger's spec least: its shape, the gate, and
    /// only then what the rest of it means.
    ///
    /// A spec with mistakes in its shape is refused for all its mistakes before anything is opened; so is one with others
    /// where no proof is asked for. Throws `spec_invalid`, `not_permitted` and what the backends report.
    package func admit<Spec>(
        _ kind: JobKind, _ shape: SpecType, to verb: SignedVerb = .run,
        decode: (CommonSpec, inout SpecProblems) throws(JobError) -> Spec
    ) async throws -> (spec: Spec, backends: Backends, actor: JobActor) {
        var problems = SpecProblems()
        let common = try CommonSpec(
            bytes: bytes, kind: kind, shape: shape, environment: environment, catalogue: catalogue,
            problems: &problems)
        let early = problems.isEmpty && environment.asksForProof ? nil : try decode(common, &problems)
        // A server that is away is waited for, but not beyond the job's deadline.
        let (backends, actor) = try await JobRunner.untilDeadline(common.notAfter) { [common, environment, log] in
            let backends = try await Backends.open(environment, log: log, jobId: common.jobId)
            return (backends, try await Gate(backends, environment: environment, log: log).admit(common, to: verb))
        }
        return (try early ?? decode(common, &problems), backends, actor)
    }
}
