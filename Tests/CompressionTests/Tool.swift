import Glibc
import Testing

/// The compression tools of the system, to check that what we write is not only readable by ourselves.
enum Tool {
    /// Runs a shell command in a folder of its own with the input as its standard input; its standard output.
    static func run(_ command: String, input: [UInt8] = []) throws -> [UInt8] {
        var template = Array("/tmp/compression-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        let folder = try #require(made)
        let (source, target) = ("\(folder)/in", "\(folder)/out")
        defer { _ = unsafe system("rm -rf '\(folder)'") }
        try write(input, to: source)
        let status = unsafe system("cd '\(folder)' && { \(command)\n} < '\(source)' > '\(target)'")
        try #require(status == 0, "\(command) ended with \(status)")
        return try read(target)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try unsafe #require(unsafe fopen(path, "wb"))
        defer { unsafe _ = fclose(file) }
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        try #require(count == bytes.count)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = try unsafe #require(unsafe fopen(path, "rb"))
        defer { unsafe _ = fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
