internal import TestSupport

/// One of the built programs.
enum Program: String {
    case export = "ExportJob"
    case `import` = "ImportJob"
    /// Works on the store alone; no job.
    case probe = "StoreProbe"

    /// The programs of the product.
    static let jobs = [Program.export, .import]

    /// What is shipped: the release build, which has to be newer than its sources.
    var path: String { Self.paths[self] ?? "" }

    private static let paths: [Program: String] = {
        var paths: [Program: String] = [:]
        for program in [export, .import, .probe] {
            let path = Checkout.path + "/.build/release/" + program.rawValue
            let own = program == .probe ? "Tests/StoreProbe" : "Sources/" + program.rawValue
            // -quit after the first that is newer; a program that is not there is older than everything.
            let newer = try? ChildProcess.run(
                "find",
                ["Sources/Shared", own, "-name", "*.swift", "-newer", path, "-print", "-quit"],
                workingFolder: Checkout.path)
            guard let newer, newer.status == 0, newer.output.isEmpty else {
                fatalError("\(path) is not there or older than its sources: swift build -c release")
            }
            paths[program] = path
        }
        return paths
    }()
}

/// The folder of the package.
enum Checkout {
    static var path: String { TestFolders.root }
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
