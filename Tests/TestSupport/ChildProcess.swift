package import Glibc

/// Runs a program to its end, or to the moment a test ends it.
///
/// Standard streams are files in a folder of the test, so that no output can block the program.
@safe
package final class ChildProcess: Sendable {
    /// How a program ended and what it wrote.
    package struct Result: Sendable {
        /// Exit code, or 128 + signal.
        package let status: Int32
        package let output: [UInt8]
        package let error: [UInt8]
        /// Largest resident set of the program, and of those it has started; 0 if it was not measured.
        package let peakMemoryBytes: Int

        /// Standard output as text.
        package var text: String { String(decoding: output, as: UTF8.self) }
        /// Standard error as text.
        package var errorText: String { String(decoding: error, as: UTF8.self) }
    }

    /// The program could not be started.
    package struct StartFailure: Error {
        package let program: String
        package let number: Int32
    }

    package let identifier: pid_t
    private let folder: TemporaryFolder

    /// Starts the program in the given folder with exactly these variables besides PATH.
    ///
    /// One that is measured is started by time(1), which then is the process that signals go to. The kernel counts the
    /// peak of the program that calls exec(3) as one of the program that is executed, and that of tests is large.
    package init(
        _ program: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:],
        workingFolder: String? = nil, measuresMemory: Bool = false
    ) throws {
        folder = try TemporaryFolder()
        try folder.write(input, to: "input")
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, folder.path + "/input", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/output", O_WRONLY | O_CREAT, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/error", O_WRONLY | O_CREAT, 0o600)
        // A thread of the tests may have blocked signals; a program starts with none blocked.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // env(1) changes the folder and becomes the program: the process stays the same one.
        let measured = measuresMemory ? ["time", "-q", "-f", "%M", "-o", folder.path + "/peak"] : []
        let command = (workingFolder.map { ["env", "-C", $0] } ?? []) + measured + [program] + arguments
        var variables = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        variables.merge(environment) { $1 }
        var process = pid_t()
        let code = unsafe Self.withCStrings(command) { argv in
            unsafe Self.withCStrings(variables.map { "\($0)=\($1)" }) { environment in
                unsafe posix_spawnp(&process, command[0], &actions, &attributes, argv, environment)
            }
        }
        if code != 0 { throw StartFailure(program: program, number: code) }
        identifier = process
    }

    /// Sends a signal.
    package func send(_ signal: Int32) { kill(identifier, signal) }

    /// Sends a signal to the program and, before it, to those it has started itself.
    package func sendToAll(_ signal: Int32) {
        for child in children { kill(child, signal) }
        send(signal)
    }

    /// The processes it has started itself.
    package var children: [pid_t] {
        let bytes = (try? TemporaryFolder.read("/proc/\(identifier)/task/\(identifier)/children")) ?? []
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
            .compactMap { pid_t($0) }
    }

    /// Whether it has ended; its result is still to be waited for.
    package var hasEnded: Bool {
        var info = unsafe siginfo_t()
        let result = unsafe waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT)
        let found = unsafe info._sifields._sigchld.si_pid
        return result == 0 && found == identifier
    }

    /// Waits until it has come to a point or has ended.
    ///
    /// It stands still while that is looked at, and afterwards: it is not over before it is known.
    package func stop(at isThere: () throws -> Bool) throws {
        while true {
            send(SIGSTOP)
            if try isThere() || hasEnded { return }
            send(SIGCONT)
            usleep(5_000)
        }
    }

    /// What it has written to standard error so far.
    package func errorSoFar() throws -> String { String(decoding: try folder.read("error"), as: UTF8.self) }

    /// Waits for the end.
    package func wait() throws -> Result {
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        let peak = (try? folder.read("peak")).map { String(decoding: $0, as: UTF8.self) }
        return Result(
            status: code, output: try folder.read("output"), error: try folder.read("error"),
            peakMemoryBytes: (peak?.split(separator: "\n").last.flatMap { Int($0) } ?? 0) * 1024)
    }

    /// Starts a program and waits for its end.
    package static func run(
        _ program: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:],
        workingFolder: String? = nil, measuresMemory: Bool = false
    ) throws -> Result {
        try ChildProcess(
            program, arguments, input: input, environment: environment, workingFolder: workingFolder,
            measuresMemory: measuresMemory
        ).wait()
    }

    private static func withCStrings<Value>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
        return unsafe body(&pointers)
    }
}
