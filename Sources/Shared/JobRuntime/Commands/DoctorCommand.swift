internal import ArgumentParser
internal import JobCore

/// Checks everything a job will need.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check database, object store, clock and conditional writes; say what to fix.")

    func run() async throws {
        let report = await Doctor(environment: .ofProcess).examine()
        StandardStream.output(report.text)
        if let failure = report.failure { throw failure }
    }
}
