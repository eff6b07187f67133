import Glibc
import JobCore
import JobRuntime
import ObjectStorage

/// A process of its own that works on the store of `OBJECT_STORE_URL`.
///
///     StoreProbe increment KEY COUNT    adds 1 to the number in an object, COUNT times, by conditional writes
///     StoreProbe create KEY TEXT        creates an object
///     StoreProbe read KEY               prints an object
///     StoreProbe link KEY               prints a link to an object
///     StoreProbe upload KEY             stores standard input
///     StoreProbe update KEY COUNT       replaces an object COUNT times, prints the growth of memory after a tenth in bytes
@main
enum StoreProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 2 else { exit(64) }
        let store = try StoreBackend.open(.ofProcess, log: JobLog(level: JobEnvironment.ofProcess.logLevel))
        let key = try ObjectKey(validating: arguments[2])
        let count = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
        do {
            switch arguments[1] {
            case "increment": try await increment(store, key, count)
            case "create":
                _ = try await store.put(
                    Array(arguments[3].utf8), at: key, contentType: "text/plain", mode: .createOnly)
            case "read": print(String(decoding: try await store.get(key, range: nil).bytes, as: UTF8.self))
            case "link": print(try await store.downloadLink(key, fileName: "a", secondsToLive: 600).url)
            case "upload": try await upload(store, key)
            case "update": try await update(store, key, count)
            default: exit(64)
            }
        } catch {
            let error = JobError.wrapping(error)
            print("\(error.code): \(error.description)")
            exit(error.exitCode.rawValue)
        }
    }

    private static func increment(_ store: any ObjectStore, _ key: ObjectKey, _ count: Int) async throws {
        var done = 0
        while done < count {
            if try await addOne(store, key) { done += 1 }
        }
    }

    /// False when another process was faster.
    private static func addOne(_ store: any ObjectStore, _ key: ObjectKey) async throws -> Bool {
        let object = try await store.get(key, range: nil)
        guard let number = Int(String(decoding: object.bytes, as: UTF8.self)) else { exit(65) }
        do throws(JobError) {
            _ = try await store.put(
                Array(String(number + 1).utf8), at: key, contentType: "text/plain",
                mode: .updateIfMatches(object.info.tag))
            return true
        } catch {
            if error.code == .preconditionFailed { return false }
            throw error
        }
    }

    private static func update(_ store: any ObjectStore, _ key: ObjectKey, _ count: Int) async throws {
        var mode = PutMode.overwrite
        var memory = 0
        for number in 1...count {
            let bytes = Array("{\"number\":\(number)}".utf8)
            mode = .updateIfMatches(
                try await store.put(bytes, at: key, contentType: "application/json", mode: mode).tag)
            if number == count / 10 { memory = residentBytes() }
        }
        print(residentBytes() - memory)
    }

    /// Resident memory of this process (proc(5), `/proc/self/statm`).
    private static func residentBytes() -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { exit(71) }
        defer { unsafe fclose(file) }
        var text = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&text, Int32(text.count), file) != nil else { exit(71) }
        let fields = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            .split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func upload(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let upload = try await store.beginUpload(key, contentType: "application/octet-stream")
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            try await upload.write(count == chunk.count ? chunk : Array(chunk[..<count]))
        }
        print(try await upload.complete(mode: .overwrite).size)
    }
}
