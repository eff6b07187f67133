internal import ArgumentParser
internal import JobCore

/// Checks the job and announces it.
struct PrepareCommand<Work: Job>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "prepare",
            abstract: "Check the spec and write a queued manifest; run it later with the same spec.",
            discussion: Work.kind.loadsRows
                ? "Without a source in the spec it also prints, on standard error, where to put the file." : "")
    }

    @OptionGroup var options: SpecOptions

    func run() async throws {
        let admitted = try await Admission(options).admit(Work.self, to: .prepare)
        let preparation = Preparation(place: admitted.place)
        StandardStream.output(try await preparation.queue(admitted.job, as: admitted.actor))
        try await preparation.announce(admitted.job)
    }
}
