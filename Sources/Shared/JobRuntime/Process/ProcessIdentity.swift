internal import Glibc
internal import Signing

/// Which process of which machine runs an attempt, so that another one beside it can prove that it is gone.
package struct ProcessIdentity: Sendable, Equatable {
    /// Digest of the machine's boot and the process's namespaces; equal only where process numbers mean the same.
    package let host: String
    package let pid: Int
    /// When the process started, in clock ticks since the boot (proc(5), `stat`, field 22): numbers are given again.
    package let startTicks: Int

    package init(host: String, pid: Int, startTicks: Int) {
        self.host = host
        self.pid = pid
        self.startTicks = startTicks
    }

    /// This process; `nil` where the system does not tell enough.
    package static let current: ProcessIdentity? = {
        let pid = Int(getpid())
        guard let host, let ticks = status("self")?.startTicks else { return nil }
        return ProcessIdentity(host: host, pid: pid, startTicks: ticks)
    }()

    /// Whether the process has certainly ended: it ran in this boot and these namespaces, and is not there any more.
    package var hasEnded: Bool {
        guard host == Self.host, pid > 0, let number = pid_t(exactly: pid) else { return false }
        // Also true of processes of others, which /proc may hide.
        if kill(number, 0) != 0 { return errno == ESRCH }
        guard Self.seesOwnNumbers, let status = Self.status("\(pid)") else { return false }
        return status.startTicks != startTicks || status.isOver
    }

    /// Whether `/proc` numbers processes as this one does: it may be that of the machine, seen from a container.
    private static let seesOwnNumbers = link("/proc/self") == "\(getpid())"

    /// Boot id, and the namespaces of process numbers and of the clock that start times are told by.
    private static let host: String? = {
        guard let boot = ProcFile.text("/proc/sys/kernel/random/boot_id"), let processes = link("/proc/self/ns/pid")
        else {
            return nil
        }
        let clock = link("/proc/self/ns/time") ?? ""
        return String(SHA256Digest.of([boot, processes, clock].joined(separator: "\n")).hex.prefix(16))
    }()

    private static func status(_ process: String) -> (startTicks: Int, isOver: Bool)? {
        // The name of the program, in parentheses, may hold anything.
        guard let line = ProcFile.text("/proc/\(process)/stat"), let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Int(fields[19]) else { return nil }
        return (ticks, fields[0] == "Z" || fields[0] == "X")
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
