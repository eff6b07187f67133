internal import ArgumentParser
internal import JobCore
internal import ObjectStorage

/// Runs the job.
struct RunCommand<Work: Job>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "run", abstract: "Run the job and exit (default).")
    }

    @OptionGroup var options: SpecOptions

    @Flag(name: .long, help: "First prove that the store does what jobs rely on, conditional writes above all.")
    var checkStore = false

    func run() async throws {
        let admitted = try await Admission(options).admit(Work.self)
        // On a store that fails two processes could run the same job at once.
        if checkStore { try await admitted.place.store.selfTest() }
        let runner = JobRunner(admitted.job, in: admitted.place)
        let end = try await runner.run(as: admitted.actor)
        await JobProcess.end(end) { await runner.notify(end) }
    }
}
