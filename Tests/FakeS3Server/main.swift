import Glibc
import TestSupport

/// Serves a fake store for other programs, until a signal ends it.
///
/// `FakeS3Server --mode r2 --port-file PATH [--counting] [--port N] [--region R] [--bucket-region R] [--page-size N]
/// [--minimum-part-bytes N] [--write-interval SECONDS] [--session-token T] [--clock-offset SECONDS]
/// [--conditions bare|refused|ignored|updates-ignored|unknown|unknown-at-end]`
func options() -> [String: String] {
    var found: [String: String] = [:]
    var rest = CommandLine.arguments.dropFirst()
    while let name = rest.popFirst() { found[name] = name == "--counting" ? "yes" : rest.popFirst() ?? "" }
    return found
}

func number(_ name: String) -> Int? { given[name].flatMap { Int($0) } }

func fail(_ text: String) -> Never {
    _ = unsafe text.withCString { unsafe write(2, $0, strlen($0)) }
    exit(64)
}

let given = options()
guard let mode = FakeS3.Mode(rawValue: given["--mode"] ?? ""), let portFile = given["--port-file"] else {
    fail("usage: FakeS3Server --mode aws|r2|minio-old|gcs --port-file PATH\n")
}
var chosen = FakeS3.Options(mode)
chosen.counting = given["--counting"] != nil
chosen.conditions = given["--conditions"].flatMap { FakeS3.Conditions(rawValue: $0) } ?? chosen.conditions
chosen.region = given["--region"] ?? chosen.region
chosen.bucketRegion = given["--bucket-region"]
chosen.pageSize = number("--page-size") ?? chosen.pageSize
chosen.minimumPartBytes = number("--minimum-part-bytes") ?? chosen.minimumPartBytes
chosen.minimumWriteInterval = given["--write-interval"].flatMap { Double($0) } ?? chosen.minimumWriteInterval
let server = try FakeS3(
    chosen, credentials: FakeS3.Credentials(sessionToken: given["--session-token"]),
    port: UInt16(given["--port"] ?? "0") ?? 0)
server.setClockOffset(given["--clock-offset"].flatMap { Double($0) } ?? 0)
// Renamed into place, so that nobody reads half of it.
let text = "\(server.port)\n"
guard let file = unsafe fopen(portFile + ".new", "w") else { fail("cannot write the port file\n") }
unsafe fputs(text, file)
unsafe fclose(file)
unsafe rename(portFile + ".new", portFile)
while true { pause() }
