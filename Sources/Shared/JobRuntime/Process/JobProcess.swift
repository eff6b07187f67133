package import ArgumentParser
internal import Glibc
package import JobCore

/// The frame of both executables: parse, run, report, exit with the documented code.
package enum JobProcess {
    /// Runs the command line and ends the process.
    package static func main(_ root: (some AsyncParsableCommand).Type) async -> Never {
        Signals.ignoreBrokenPipes()
        do {
            var command = try root.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(0)
        } catch let error as JobError {
            JobLog(level: JobEnvironment().logLevel).failure(error)
            exit(error.exitCode.rawValue)
        } catch {
            root.exit(withError: error)
        }
    }

    /// Ends the process after a job: the manifest on standard output and nothing else.
    package static func end(_ manifest: String, _ exitCode: JobCore.ExitCode) -> Never {
        StandardStream.output(manifest)
        exit(exitCode.rawValue)
    }
}
