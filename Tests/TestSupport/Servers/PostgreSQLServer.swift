package import Glibc
internal import Synchronization

/// A real PostgreSQL of its own on loopback and on a Unix socket; it ends with the process that started it.
///
/// Its data are in a temporary folder. When the tests run as root the server runs as the user `postgres`.
package final class PostgreSQLServer: Sendable {
    /// How a server ends.
    package enum Shutdown: Sendable {
        /// Connections are cut, everything is written.
        case fast
        /// As in a crash: nothing is written, the next start recovers from the log.
        case immediate
    }

    /// A program of the server failed; what it wrote says why.
    package struct Failure: Error, CustomStringConvertible {
        package let program: String
        package let output: String

        package var description: String { "\(program): \(output)" }
    }

    package static let user = "postgres"

    package let port: UInt16
    /// Holds the data and the socket.
    package var folder: String { temporary.path }
    private let password: String?
    private let programs: String
    private let temporary: TemporaryFolder
    private let keeper = Mutex<ChildProcess?>(nil)

    /// Makes a database cluster, starts it and waits until it answers.
    ///
    /// With a password, connections need it (SCRAM-SHA-256); without one, everybody is trusted. Only a durable server
    /// waits for the disk: tests have nothing that must outlive a power cut.
    package init(
        settings: [String: String] = [:], durable: Bool = false, locale: String = "C.UTF-8", password: String? = nil
    ) throws {
        self.password = password
        programs = try Self.findPrograms()
        // The address of a socket has room for 107 bytes.
        temporary = try TemporaryFolder(prefix: "pg")
        port = try Self.freePort()
        let quick = durable ? [:] : ["fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"]
        try makeCluster(quick.merging(settings) { $1 }, locale)
        try start()
    }

    deinit { try? stop(.immediate) }

    /// What `DATABASE_URL` says, over TCP.
    package func url(database: String = "postgres", user: String = user) -> String {
        "postgres://\(user)\(credentials)@127.0.0.1:\(port)/\(database)"
    }

    /// What `DATABASE_URL` says, over the Unix socket.
    package func socketURL(database: String = "postgres", user: String = user) -> String {
        "postgres://\(user)\(credentials)@:\(port)/\(database)?host=\(folder)"
    }

    private var credentials: String {
        guard let password else { return "" }
        // Every byte, for simplicity, as the number that RFC 3986 allows it to be.
        return ":" + password.utf8.map { ($0 < 16 ? "%0" : "%") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// The absolute path of one of PostgreSQL's programs.
    package func program(_ name: String) -> String { programs + "/" + name }

    /// Runs statements and commands of `psql`; returns the rows as text, their values separated by `|`.
    @discardableResult
    package func psql(_ sql: String, database: String = "postgres", user: String = user) throws -> String {
        let result = try ChildProcess.run(
            program("psql"),
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", socketURL(database: database, user: user)],
            input: Array(sql.utf8))
        guard result.status == 0 else { throw Failure(program: "psql", output: result.errorText) }
        return result.text.last == "\n" ? String(result.text.dropLast()) : result.text
    }

    /// The process that the others of the server are children of.
    package var pid: pid_t {
        get throws {
            let lines = try String(decoding: temporary.read("data/postmaster.pid"), as: UTF8.self).split(
                separator: "\n")
            guard let pid = lines.first.flatMap({ pid_t($0) }) else {
                throw Failure(program: "postgres", output: "its postmaster.pid has no number")
            }
            return pid
        }
    }

    /// Ends the server and starts it again with the same data and port.
    package func restart(_ mode: Shutdown = .fast) throws {
        try stop(mode)
        try start()
    }

    /// Ends the server and waits for its last process; it can be started again.
    package func stop(_ mode: Shutdown = .fast) throws {
        guard let process = keeper.withLock({ $0.take() }) else { return }
        if let pid = try? pid { kill(pid, mode == .fast ? SIGINT : SIGQUIT) }
        process.send(SIGTERM)
        _ = try process.wait()
    }

    /// Starts the server after a stop and waits until it answers.
    package func start() throws {
        for attempt in 1...5 {
            let process = try ChildProcess("sh", ["-c", keeperScript], workingFolder: folder)
            keeper.withLock { $0 = process }
            do {
                return try awaitReadiness(of: process)
            } catch {
                try? stop(.immediate)
                // Somebody else was given the port for a moment.
                guard error.output.contains("Address already in use"), attempt < 5 else { throw error }
                sleep(1)
            }
        }
    }

    /// Ends the server when it is told to or the process that started it is gone, the hard way after half a minute.
    private var keeperScript: String {
        """
        owner=$PPID
        \(Self.asServer(["--pdeathsig", "INT"])) '\(program("postgres"))' -D data & server=$!
        trap 'told=yes' TERM; trap '' INT
        while [ -z "$told" ] && kill -0 $owner 2>/dev/null && kill -0 $server 2>/dev/null; do sleep 0.1; done
        for attempt in $(seq 300); do
            [ $attempt -eq 1 ] && kill -INT $server 2>/dev/null
            kill -0 $server 2>/dev/null || break
            [ $attempt -eq 300 ] && kill -KILL $(cat /proc/$server/task/$server/children) $server
            sleep 0.1
        done
        echo "\(Self.ended)" >&2
        kill -0 $owner 2>/dev/null || rm -rf '\(folder)'
        """
    }

    /// What the script says last.
    private static let ended = "the server has ended"

    private func awaitReadiness(of process: ChildProcess) throws(Failure) {
        let arguments = ["-q", "-h", folder, "-p", String(port), "-t", "1"]
        // Recovery after a crash takes its time.
        for _ in 0..<2400 {
            let output = (try? process.errorSoFar()) ?? ""
            if output.contains(Self.ended) { throw Failure(program: "postgres", output: output) }
            if let ready = try? ChildProcess.run(program("pg_isready"), arguments), ready.status == 0 { return }
            usleep(50_000)
        }
        throw Failure(program: "postgres", output: "does not answer: " + ((try? process.errorSoFar()) ?? ""))
    }

    private func makeCluster(_ settings: [String: String], _ locale: String) throws {
        if Self.isRoot { try Self.check(ChildProcess.run("chown", [Self.user, folder]), "chown") }
        var arguments = ["-D", "data", "--no-sync", "-U", Self.user, "--encoding", "UTF8", "--locale", locale]
        if let password {
            try temporary.write(password, to: "password")
            arguments += ["-A", "scram-sha-256", "--pwfile", "password"]
        } else {
            arguments += ["-A", "trust"]
        }
        let command = Self.asServer().split(separator: " ").map(String.init) + [program("initdb")] + arguments
        try Self.check(ChildProcess.run("env", command, workingFolder: folder), "initdb")
        var lines = String(decoding: try temporary.read("data/postgresql.conf"), as: UTF8.self)
        let own = ["listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": folder]
        for (name, value) in own.merging(settings, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            lines +=
                "\(name) = '\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'\n"
        }
        try temporary.write(lines, to: "data/postgresql.conf")
    }

    private static func check(_ result: ChildProcess.Result, _ program: String) throws(Failure) {
        guard result.status == 0 else { throw Failure(program: program, output: result.errorText + result.text) }
    }

    private static var isRoot: Bool { geteuid() == 0 }

    /// The command before a command that makes it one of the server's user; PostgreSQL refuses to run as root.
    private static func asServer(_ options: [String] = []) -> String {
        let identity = isRoot ? ["--reuid", user, "--regid", user, "--init-groups"] : []
        return (["setpriv"] + identity + options + ["--"]).joined(separator: " ")
    }

    /// The folder of the newest server's programs.
    private static func findPrograms() throws -> String {
        let script = """
            { pg_config --bindir; ls -d /usr/lib/postgresql/*/bin | sort -t/ -k5 -n -r; } 2>/dev/null |
                while read -r folder; do [ -x "$folder/initdb" ] && echo "$folder" && break; done
            """
        let found = try ChildProcess.run("sh", ["-c", script]).text.split(separator: "\n")
        guard let folder = found.first else {
            throw Failure(program: "initdb", output: "not installed: container/install-packages postgresql-15")
        }
        return String(folder)
    }

    /// A port nobody listens on.
    private static func freePort() throws -> UInt16 {
        let (socket, port) = try FakeSocket.listen(port: 0)
        close(socket)
        return port
    }
}
