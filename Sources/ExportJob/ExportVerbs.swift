internal import ArgumentParser
internal import Formats
internal import JobCore
internal import JobRuntime

/// Runs the job.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the job and exit (default).")

    @OptionGroup var options: SpecOptions
    @OptionGroup var check: StoreCheck

    func run() async throws {
        let input = try options.read()
        let (spec, backends, actor) = try await input.admit(.export, ExportSpec.shape) {
            common, problems throws(JobError) in
            try ExportSpec(common, problems: &problems)
        }
        try await check.run(backends)
        let runner = JobRunner(
            spec: spec.common, format: spec.format.name, backends: backends, environment: input.environment,
            log: input.log, commitsBeforePublishing: false)
        let end = try await runner.run(as: actor) { context in
            try await ExportPipeline(spec: spec, context: context).run()
        }
        await JobProcess.end(end) { await runner.notify(end) }
    }
}

/// Checks the job and announces it.
struct PrepareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare", abstract: "Check the spec and write a queued manifest; run it later with the same spec."
    )

    @OptionGroup var options: SpecOptions

    func run() async throws {
        let input = try options.read()
        let (spec, backends, actor) = try await input.admit(.export, ExportSpec.shape, to: .prepare) {
            common, problems throws(JobError) in
            try ExportSpec(common, problems: &problems)
        }
        let preparation = Preparation(backends: backends, log: input.log)
        let manifest = try await preparation.queue(spec.common, as: actor, format: spec.format.name)
        StandardStream.output(manifest)
        try await preparation.announce(spec.common)
    }
}

/// Prints the JSON Schema of the spec.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of the job spec.")

    func run() {
        StandardStream.output(ExportSpec.shape.schemaDocument(title: "ExportJob spec").serializedPretty() + "\n")
    }
}
