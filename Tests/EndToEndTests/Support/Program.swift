internal import Glibc
internal import TestSupport

/// One of the built programs.
enum Program: String {
    case export = "ExportJob"
    case `import` = "ImportJob"
    /// Works on the store alone; no job.
    case probe = "StoreProbe"

    /// The programs of the product.
    static let jobs = [Program.export, .import]

    /// Beside the test executable, where the build puts them all.
    var path: String {
        let capacity = 4096
        var buffer = [CChar](repeating: 0, count: capacity)
        let count = unsafe readlink("/proc/self/exe", &buffer, capacity)
        let executable = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return executable.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/" + rawValue
    }
}

/// The folder of the package: the programs are in `.build/TRIPLE/debug` below it.
enum Checkout {
    static var path: String {
        let parts = Program.export.path.split(separator: "/")
        let root = parts.prefix { $0 != ".build" }
        return root.map { "/" + $0 }.joined()
    }
}

/// A program of the test's own did not do what the test needs.
struct ToolFailure: Error {
    let tool: String
    let status: Int32
    let text: String
}

/// Other programs, as a user would call them.
enum Tool {
    /// Standard output of a program that must succeed.
    static func run(
        _ program: String, _ arguments: [String], input: [UInt8] = [], in folder: String? = nil
    ) throws -> [UInt8] {
        let result = try ChildProcess.run(
            program, arguments, input: input, environment: ["HOME": "/tmp", "LC_ALL": "C.UTF-8"],
            workingFolder: folder)
        guard result.status == 0 else {
            throw ToolFailure(tool: program, status: result.status, text: result.errorText + result.text)
        }
        return result.output
    }

    /// Standard output of a Python program as text without its last line end.
    static func python(_ script: String, _ arguments: [String] = [], in folder: String? = nil) throws -> String {
        let output = try run("python3", ["-c", script] + arguments, in: folder)
        return String(decoding: output.last == 0x0A ? output.dropLast() : output[...], as: UTF8.self)
    }

    /// SHA-256 of bytes as the system's own tool computes it.
    static func sha256(_ bytes: [UInt8]) throws -> String {
        let output = try run("sha256sum", [], input: bytes)
        return String(decoding: output.prefix(64), as: UTF8.self)
    }
}
