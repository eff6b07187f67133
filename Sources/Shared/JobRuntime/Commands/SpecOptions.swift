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

    /// The database and the store of the job; opened only when the spec is known to be right.
    package func openBackends(for spec: CommonSpec) async throws -> Backends {
        try await Backends.open(environment, log: log, jobId: spec.jobId)
    }

    /// Who decides whether the job may be run.
    package func gate(_ backends: Backends) -> Gate { Gate(backends, environment: environment, log: log) }
}
