internal import Glibc
internal import TestSupport

/// A script of python3 that listens on 127.0.0.1 and says on which port in its first line of standard error.
final class PythonProcess: Sendable {
    let port: Int
    private let process: ChildProcess

    init(_ script: String, _ arguments: [String] = []) throws {
        process = try ChildProcess("python3", ["-c", script] + arguments, environment: ["PYTHONUNBUFFERED": "1"])
        var text = ""
        for _ in 0..<2_000 where !text.hasSuffix("\n") {
            usleep(5_000)
            text = (try? process.errorSoFar()) ?? ""
        }
        guard let port = Int(text.split(separator: "\n").first ?? "") else {
            throw ToolFailure(tool: "python3", status: 0, text: text)
        }
        self.port = port
    }

    /// What the script has said since, a line each.
    var said: [String] {
        (try? process.errorSoFar())?.split(separator: "\n").dropFirst().map(String.init) ?? []
    }

    deinit {
        process.send(SIGKILL)
        _ = try? process.wait()
    }
}
