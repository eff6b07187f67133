internal import Formats
internal import Glibc
internal import JobCore

/// What the scheduler shows of a process that has ended: one line of JSON without links and secrets.
///
/// It goes into the file `TERMINATION_LOG`, or where Kubernetes looks (`/dev/termination-log`) when that is there.
///
/// See https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/.
enum TerminationMessage {
    /// Kubernetes shows 4,096 bytes, and 12 KiB of all containers together.
    private static let maximumBytes = 2048
    private static let usualPlace = "/dev/termination-log"
    private static let members: Set<String> = [
        "kind", "orgId", "jobId", "resource", "status", "outcome", "counts", "error", "attempt", "finishedAt",
    ]

    private static let words: Set<String> = ["message", "hint"]

    /// Says how a job ended by its manifest.
    static func write(manifest: String, _ environment: JobEnvironment) {
        guard let value = try? JSONValue(parsing: Array(manifest.utf8)) else { return }
        write(value.members.filter { members.contains($0.name) && $0.value != .null }, environment)
    }

    /// Says why there is no manifest to show.
    static func write(_ error: JobError, _ environment: JobEnvironment) {
        write(
            [JSONMember("status", .string("failed")), JSONMember("error", ManifestFailure(error).json)], environment)
    }

    private static func write(_ members: [JSONMember], _ environment: JobEnvironment) {
        let line = line(members)
        let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let descriptor =
            if let path = environment.terminationLog {
                unsafe open(path, flags | O_CREAT, 0o644)
            } else {
                // Only where a scheduler has put it.
                unsafe open(usualPlace, flags)
            }
        // Neither a missing nor an unwritable file is an error of the job.
        if descriptor < 0 { return }
        StandardStream.write(line, to: descriptor)
        close(descriptor)
    }

    /// The members as one line that is short enough: the words of an error are cut first.
    static func line(_ members: [JSONMember]) -> String {
        for length in [1200, 600, 200, 0] {
            let short = members.map { member in
                guard member.name == "error", case .object(let parts) = member.value else { return member }
                return JSONMember(
                    member.name,
                    .object(parts.map { words.contains($0.name) ? JSONMember($0.name, cut($0.value, length)) : $0 }))
            }
            let line = JSONValue.object(short).serialized() + "\n"
            if line.utf8.count <= maximumBytes { return line }
        }
        return "{}\n"
    }

    private static func cut(_ value: JSONValue, _ length: Int) -> JSONValue {
        guard let text = value.asText, text.utf8.count > length else { return value }
        return .string(text.prefix(length / 4) + "…")
    }
}
