import Glibc
import Testing

/// A folder that is there as long as a test uses it.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/object-storage-XXXXXX\0".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit { _ = Shell.run("rm -rf '\(path)'") }

    /// Names below a folder of this one, sorted; empty when it is not there.
    func names(in folder: String) -> [String] {
        Shell.run("ls -A '\(path)/\(folder)' 2>/dev/null").output.split(separator: "\n").map(String.init)
    }
}

/// Commands of the system, for what a test cannot do inside its own process.
enum Shell {
    /// Runs to the end; both output streams.
    static func run(_ command: String) -> (status: Int32, output: String) {
        guard let pipe = unsafe popen("{ \(command)\n} 2>&1", "re") else { return (-1, "") }
        var output: [UInt8] = []
        while true {
            let byte = unsafe fgetc(pipe)
            if byte == EOF { break }
            output.append(UInt8(truncatingIfNeeded: byte))
        }
        return (unsafe pclose(pipe), String(decoding: output, as: UTF8.self))
    }
}
