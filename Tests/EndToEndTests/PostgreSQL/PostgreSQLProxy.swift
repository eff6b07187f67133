internal import TestSupport

/// A relay in front of a server that swallows the server's word that a COMMIT is done, once, and cuts the connection.
final class PostgreSQLProxy: Sendable {
    private let process: PythonProcess

    /// `losesCommit` counts from 1; without `staysReachable` nothing answers afterwards.
    init(_ server: PostgreSQLServer, losesCommit: Int, staysReachable: Bool) throws {
        process = try PythonProcess(
            Self.script, [String(server.port), String(losesCommit), staysReachable ? "1" : "0"])
    }

    func url(database: String) -> String {
        "postgres://\(PostgreSQLServer.user)@127.0.0.1:\(process.port)/\(database)?sslmode=disable&gssencmode=disable"
    }

    /// `CommandComplete` with the tag `COMMIT` is the byte C, a length of 11, and the tag with a zero behind it.
    private static let script = #"""
        import os, socket, sys, threading
        target, wanted, stays = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1"
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], file=sys.stderr)
        word = b"C\0\0\0\x0bCOMMIT\0"
        lock, count = threading.Lock(), 0

        def relay(source, sink, counts):
            global count
            try:
                while data := source.recv(65536):
                    if counts and word in data:
                        with lock:
                            count += data.count(word)
                            isTheOne = count >= wanted and count - data.count(word) < wanted
                        if isTheOne:
                            if not stays:
                                os._exit(0)
                            break
                    sink.sendall(data)
            except OSError:
                pass
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", target))
            threading.Thread(target=relay, args=(client, server, False), daemon=True).start()
            threading.Thread(target=relay, args=(server, client, True), daemon=True).start()
        """#
}
