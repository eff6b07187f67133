internal import TestSupport

@testable internal import JobBench

/// Stands before a store and keeps back one answer of the store: for a while, or for ever.
final class StormProxy: Sendable {
    /// Which requests are counted.
    enum Operation: String, CaseIterable, Sendable {
        case create, part, complete
        /// A manifest is written.
        case manifest
        /// Another object is written in one request.
        case put
    }

    private let process: PythonProcess

    var port: Int { process.port }

    /// Keeps back the answer to the n-th such request, from 1; without `delay` it never comes and the connection ends.
    init(to port: Int, _ operation: Operation, number: Int, delay: Double?) throws {
        process = try PythonProcess(
            Self.script, [String(port), operation.rawValue, String(number), delay.map { String($0) } ?? "lost"])
    }

    /// One thread for each connection: it takes a whole request, passes it on, and brings the whole answer back.
    private static let script = #"""
        import socket, sys, threading, time
        target, wanted, number, delay = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        print(listener.getsockname()[1], file=sys.stderr)
        lock, seen = threading.Lock(), 0

        def operation(head):
            method, place, _ = head.split(b"\r\n")[0].decode().split(" ", 2)
            path, _, query = place.partition("?")
            names = {part.partition("=")[0] for part in query.split("&")}
            if method == "POST":
                return "create" if "uploads" in names else "complete" if "uploadId" in names else "other"
            if method != "PUT":
                return "other"
            return "part" if "partNumber" in names else "manifest" if path.endswith("/manifest.json") else "put"

        def message(file, method=None):
            """Head and body of a request, or of the answer to one with the method; nothing at the end."""
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = file.readline()
                if not line:
                    return None
                head += line
            fields = {}
            for line in head.decode("latin-1").split("\r\n")[1:]:
                name, _, value = line.partition(":")
                fields[name.lower()] = value.strip()
            if method:
                status = int(head.split(b" ")[1])
                if status < 200:
                    return message(file, method)
                if method == "HEAD" or status in (204, 304):
                    return head, b""
            if "chunked" in fields.get("transfer-encoding", ""):
                body = b""
                while True:
                    line = file.readline()
                    rest = file.read(int(line, 16) + 2)
                    body += line + rest
                    if int(line, 16) == 0:
                        return head, body
            if "content-length" in fields:
                length = int(fields["content-length"])
                body = file.read(length)
                return (head, body) if len(body) == length else None
            return head, file.read() if method else b""

        def serve(client):
            global seen
            try:
                with client, socket.create_connection(("127.0.0.1", target)) as server:
                    for one in (client, server):
                        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    incoming, answers = client.makefile("rb"), server.makefile("rb")
                    while request := message(incoming):
                        isTheOne = False
                        if operation(request[0]) == wanted:
                            with lock:
                                seen += 1
                                isTheOne = seen == number
                        server.sendall(b"".join(request))
                        answer = message(answers, request[0].split(b" ")[0].decode())
                        if answer is None or isTheOne and delay == "lost":
                            return
                        if isTheOne:
                            time.sleep(float(delay))
                        client.sendall(b"".join(answer))
            except (OSError, ValueError):
                pass

        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()
        """#
}
