import Glibc
import Testing

/// A process of its own that prints `ready`, then waits until it is told to go on.
///
/// The script says `ready` where it wants the test to go on, and `wait_for_test` where it wants to be told.
@safe
final class OtherProcess {
    private let input: UnsafeMutablePointer<FILE>
    private let folder: ScratchFolder
    private var isEnded = false

    init(_ script: String) throws {
        folder = try ScratchFolder()
        let pipe = "\(folder.path)/ready"
        _ = unsafe mkfifo(pipe, 0o600)
        let prelude = "ready() { echo ready > '\(pipe)'; }; wait_for_test() { read line; }"
        unsafe input = try #require(unsafe popen("\(prelude); \(script)", "we"))
        // Blocks until the process says that it is ready.
        try #require(Shell.run("cat '\(pipe)'").output == "ready\n")
    }

    deinit { end() }

    /// Lets the process go on and waits for its end.
    func end() {
        if isEnded { return }
        isEnded = true
        unsafe fputs("\n", input)
        unsafe pclose(input)
    }
}
