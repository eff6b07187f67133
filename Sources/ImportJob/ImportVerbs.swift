internal import ArgumentParser
internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// Runs the job.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the job and exit (default).")

    @OptionGroup var options: SpecOptions
    @OptionGroup var check: StoreCheck

    func run() async throws {
        let input = try options.read()
        let (spec, backends, actor) = try await input.admit(.import, ImportSpec.shape) {
            common, problems throws(JobError) in
            try ImportSpec(common, problems: &problems)
        }
        try await check.run(backends)
        let runner = JobRunner(
            spec: spec.common, format: spec.formatName, backends: backends, environment: input.environment,
            log: input.log, commitsBeforePublishing: !spec.isDryRun)
        let end = try await runner.run(as: actor) { context in
            try await ImportPipeline(spec: spec, context: context).run()
        } afterwards: { manifest in
            if manifest.rejects != nil { try await ImportPipeline.discardRejects(spec, manifest, backends) }
        }
        // What is completed has discarded its own.
        if !end.manifest.mayGoOn && end.manifest.status != .completed {
            try? await ImportPipeline.discardRejects(spec, end.manifest, backends)
        }
        await JobProcess.end(end) { await runner.notify(end) }
    }
}

/// Checks the job and announces it.
struct PrepareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Check the spec and write a queued manifest; run it later with the same spec.",
        discussion: "Without a source in the spec it also prints, on standard error, where to put the file.")

    @OptionGroup var options: SpecOptions

    func run() async throws {
        let input = try options.read()
        let (spec, backends, actor) = try await input.admit(.import, ImportSpec.shape, to: .prepare) {
            common, problems throws(JobError) in
            try ImportSpec(common, problems: &problems)
        }
        let preparation = Preparation(backends: backends, log: input.log)
        let manifest = try await preparation.queue(spec.common, as: actor, format: spec.formatName)
        StandardStream.output(manifest)
        try await preparation.announce(spec.common, upload: spec.namesSource ? nil : spec.sourceKey())
    }
}

/// Prints the JSON Schema of the spec.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of the job spec.")

    func run() {
        StandardStream.output(ImportSpec.shape.schemaDocument(title: "ImportJob spec").serializedPretty() + "\n")
    }
}
