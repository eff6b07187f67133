internal import ArgumentParser
internal import CMalloc
internal import Glibc
internal import JobCore

/// The frame of both executables: parse, run, report, exit with the documented code.
package enum JobProcess {
    /// Runs the command line of a program with such jobs, and ends the process.
    package static func main<Work: Job>(_: Work.Type) async -> Never {
        Signals.watch()
        Signals.ignoreBrokenPipes()
        limitAllocator()
        do {
            var command = try JobCommand<Work>.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(0)
        } catch let error as JobError {
            let error = Relaunch.explained(error)
            JobLog(level: JobEnvironment.ofProcess.logLevel).failure(error)
            TerminationMessage.write(error, .ofProcess)
            exit(error.exitCode.rawValue)
        } catch {
            JobCommand<Work>.exit(withError: error)
        }
    }

    /// Has memory that is freed go back to the system: a job is measured by its peak.
    ///
    /// Each arena keeps what its threads have freed, and few threads work at once. Without a fixed threshold the first
    /// large piece that is freed makes all later ones parts of an arena
    /// (https://man7.org/linux/man-pages/man3/mallopt.3.html).
    private static func limitAllocator() {
        _ = mallopt(M_ARENA_MAX, 2)
        _ = mallopt(M_MMAP_THRESHOLD, 128 << 10)
    }

    /// Ends the process after a job: the manifest on standard output and nothing else, then what may take a while.
    static func end(_ end: JobRunner.End, afterwards: () async -> Void) async -> Never {
        StandardStream.output(end.line)
        TerminationMessage.write(manifest: end.line, .ofProcess)
        await afterwards()
        exit(end.exitCode.rawValue)
    }
}
