internal import Dispatch
internal import Glibc
internal import JobCore

/// How the process ends when it should have ended by itself.
package enum ProcessEnd {
    /// Ends the process as the failure says when it is still there after the time.
    ///
    /// A disk, a store or a database that does not answer must not keep a process that was told to stop. A job may end at
    /// any instruction: the next attempt goes on from what is stored.
    static func force(_ failure: JobError, afterSeconds seconds: Double) {
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { now(failure) }
    }

    /// Ends the process as the failure says.
    static func now(_ failure: JobError) -> Never {
        let environment = JobEnvironment.ofProcess
        let failure = Relaunch.explained(failure)
        JobLog(level: environment.logLevel).failure(failure)
        TerminationMessage.write(failure, environment)
        _exit(failure.exitCode.rawValue)
    }
}
