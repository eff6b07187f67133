internal import TestSupport

@testable internal import JobBench

/// A relay in front of a server that swallows the server's word that a COMMIT is done, once, and cuts the connection; or
/// keeps it back for a while.
final class PostgreSQLProxy: Sendable {
    private let process: PythonProcess

    /// Loses the word of the n-th COMMIT, from 1; with `delay` it comes, so many seconds late.
    ///
    /// Without `staysReachable` nothing answers afterwards.
    init(_ server: PostgreSQLServer, losesCommit: Int, staysReachable: Bool = true, delay: Double = 0) throws {
        process = try PythonProcess(
            Self.script, [String(server.port), String(losesCommit), staysReachable ? "1" : "0", String(delay)])
    }

    /// What the COMMIT ended whose word was lost; `nil` when none was.
    enum Lost: String {
        /// A chunk of rows with its checkpoint.
        case chunk
        /// Something else: a fence, an entry of the audit log.
        case other
    }

    var lost: Lost? { process.said.first.flatMap { Lost(rawValue: $0) } }

    func url(database: String) -> String {
        "postgres://\(PostgreSQLServer.user)@127.0.0.1:\(process.port)/\(database)?sslmode=disable&gssencmode=disable"
    }

    /// Looks at what both sides say.
    ///
    /// `CommandComplete` with the tag `COMMIT` is the byte C, a length of 11, and the tag with a zero behind it. The
    /// statement that writes a checkpoint is known by its text.
    private static let script = #"""
        import os, socket, sys, threading, time
        target, wanted, stays, delay = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1", float(sys.argv[4])
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], file=sys.stderr)
        word = b"C\0\0\0\x0bCOMMIT\0"
        checkpoint = b'UPDATE "import_ledger" SET "records"'
        lock, count = threading.Lock(), 0

        def relay(source, sink, counts, transaction):
            global count
            end = b""
            try:
                while data := source.recv(65536):
                    if not counts:
                        if checkpoint in end + data:
                            transaction.add("chunk")
                        end = data[-len(checkpoint):]
                    if counts and word in data:
                        with lock:
                            count += data.count(word)
                            isTheOne = count >= wanted and count - data.count(word) < wanted
                        kind = "chunk" if transaction else "other"
                        transaction.clear()
                        if isTheOne:
                            print(kind, file=sys.stderr)
                            if not stays:
                                os._exit(0)
                            if delay == 0:
                                break
                            time.sleep(delay)
                    sink.sendall(data)
            except OSError:
                pass
            for one in (source, sink):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        while True:
            client, _ = listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", target))
            except OSError:
                client.close()
                continue
            transaction = set()
            threading.Thread(target=relay, args=(client, server, False, transaction), daemon=True).start()
            threading.Thread(target=relay, args=(server, client, True, transaction), daemon=True).start()
        """#
}
