internal import TestSupport

/// One of the built programs.
enum Program: String {
    case export = "ExportJob"
    case `import` = "ImportJob"
    /// Works on the store alone; no job.
    case probe = "StoreProbe"

    /// The programs of the product.
    static let jobs = [Program.export, .import]

    /// What is shipped: the release build, made after the last change of a source.
    var path: String { Self.folder + rawValue }

    private static let folder: String = {
        // Programs whose sources were changed without an effect are not written anew, so it is the build that counts.
        let sources = ["Sources", "Tests/StoreProbe", "-type", "f", "-not", "-name", "*.md"]
        let newer = try? ChildProcess.run(
            "find", sources + ["-newer", ".build/release.stamp", "-print", "-quit"], workingFolder: Checkout.path)
        guard let newer, newer.status == 0, newer.output.isEmpty else {
            let reason = (newer?.text ?? "") + (newer?.errorText ?? "")
            fatalError("sources were changed since the release build: run container/build; \(reason)")
        }
        return Checkout.path + "/.build/release/"
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
