internal import ArgumentParser
internal import JobCore

/// Asks a job to stop.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a job; a running one stops within five seconds.")

    @OptionGroup var selection: JobSelection

    func run() async throws {
        for tries in 1...5 {
            let job = try await selection.open(to: "cancel")
            do {
                let manifest = try await job.cancel()
                try await job.record("cancel")
                StandardStream.output(manifest)
                return
            } catch let error as JobError where error.code == .preconditionFailed && tries < 5 {
                // Somebody has launched, ended or cancelled it since it was looked at.
                continue
            }
        }
    }
}
