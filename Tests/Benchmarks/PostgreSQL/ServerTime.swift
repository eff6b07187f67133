import Glibc
import TestSupport

/// The processor time a PostgreSQL server has used so far.
enum ServerTime {
    /// Seconds of the postmaster, of its ended children, and of those that run.
    static func seconds(of server: PostgreSQLServer) throws -> Double {
        let postmaster = try server.pid
        var ticks = try fields(of: postmaster).reduce(0, +)
        let children = try TemporaryFolder.read("/proc/\(postmaster)/task/\(postmaster)/children")
        for child in String(decoding: children, as: UTF8.self).split(separator: " ") {
            // One that ended meanwhile is counted with the next look at the postmaster.
            guard let child = pid_t(child), let own = try? fields(of: child) else { continue }
            ticks += own[0] + own[1]
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// utime, stime, cutime and cstime of proc(5).
    private static func fields(of process: pid_t) throws -> [Int] {
        let text = String(decoding: try TemporaryFolder.read("/proc/\(process)/stat"), as: UTF8.self)
        // The name is in parentheses and may hold anything.
        let rest = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard rest.count > 15 else { throw Contest.Failure(message: "/proc/\(process)/stat: \(text)") }
        return rest[12...15].compactMap { Int($0) }
    }
}
