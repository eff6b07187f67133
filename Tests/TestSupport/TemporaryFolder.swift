internal import Glibc

/// A folder that ends with the test that made it.
@safe
package final class TemporaryFolder: Sendable {
    /// A file could not be read or written.
    package struct Failure: Error {
        package let path: String
        package let number: Int32
    }

    package let path: String

    /// Makes a new folder in `/tmp`, its name the prefix and six letters.
    package init(prefix: String = "dataio-test") throws {
        var template = Array("/tmp/\(prefix)-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failure(path: "/tmp", number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // Kept on request, to look at what a failed test left.
        if unsafe getenv("KEEP_TEST_FOLDERS") != nil { return }
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name == "." || name == ".." { continue }
                var status = stat()
                let inner = path + "/" + name
                unsafe lstat(inner, &status)
                if status.st_mode & S_IFMT == S_IFDIR { remove(inner) } else { unsafe unlink(inner) }
            }
            unsafe closedir(folder)
        }
        unsafe rmdir(path)
    }

    /// Makes a folder inside.
    package func makeFolder(_ name: String) throws {
        var made = path
        for part in name.split(separator: "/") {
            made += "/" + part
            if unsafe mkdir(made, 0o755) != 0 && errno != EEXIST { throw Failure(path: made, number: errno) }
        }
    }

    /// Writes a file.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let descriptor = unsafe open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        if descriptor < 0 { throw Failure(path: name, number: errno) }
        defer { close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes[offset...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count <= 0 { throw Failure(path: name, number: errno) }
            offset += count
        }
    }

    /// Writes a text file.
    package func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// Reads a file.
    package func read(_ name: String) throws -> [UInt8] { try Self.read(path + "/" + name) }

    /// Reads a file anywhere.
    package static func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        if descriptor < 0 { throw Failure(path: path, number: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { throw Failure(path: path, number: errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Paths of all files below, relative, sorted.
    package func files() throws -> [String] {
        let result = try ChildProcess.run("find", [".", "-type", "f"], workingFolder: path)
        return result.text.split(separator: "\n").map { String($0.dropFirst(2)) }.sorted()
    }
}
