internal import Dispatch
internal import Glibc
internal import JobCore

/// How the process ends when it should have ended by itself.
package enum ProcessEnd {
    /// Ends the process with the code when it is still there after the time.
    ///
    /// A disk, a store or a database that does not answer must not keep a process that was told to stop. A job may end at
    /// any instruction: the next attempt goes on from what is stored.
    static func force(_ exitCode: JobCore.ExitCode, afterSeconds seconds: Double) {
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
            StandardStream.error(
                #"{"level":"error","message":"the job did not end in time and was ended","exitCode":"#
                    + "\"\(exitCode.rawValue)\"}\n")
            _exit(exitCode.rawValue)
        }
    }
}
