import TestSupport

/// The programs that are built beside this one.
enum Executable {
    /// The program is not built.
    struct Missing: Error {
        let hint: String
    }

    /// The absolute path of a program.
    static func path(_ name: String) throws -> String {
        let own = CommandLine.arguments[0]
        let folder = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let path = try ChildProcess.run("realpath", [folder + "/" + name]).text
        guard path.hasPrefix("/") else { throw Missing(hint: "build \(name) first: swift build -c release") }
        return String(path.dropLast())
    }
}
