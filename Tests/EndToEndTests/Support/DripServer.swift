internal import TestSupport

/// A web server on 127.0.0.1 whose source comes in two parts: the first rows at once, then one byte after the other for
/// so many seconds, then the rest.
final class DripServer: Sendable {
    private let process: PythonProcess

    /// Rows of a contacts file that come at once, and those that come behind the pause.
    init(first: Int, rest: Int, seconds: Int) throws {
        process = try PythonProcess(Self.script, [String(first), String(rest), String(seconds)])
    }

    /// Members of a spec.
    var source: String { #""sourceUrl":"http://127.0.0.1:\#(process.port)/contacts.csv""# }

    var allow: [String: String] { ["SOURCE_ALLOW": "127.0.0.1:\(process.port)"] }

    private static let script = #"""
        import http.server, sys, time
        first, rest, seconds = map(int, sys.argv[1:])
        def rows(begin, end):
            return "".join(f"c{n},u{n}@example.com,{'x' * 40}\n" for n in range(begin, end)).encode()
        head = b"id,email,company\n" + rows(0, first)
        tail = rows(first, first + rest)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(head) + len(tail)))
                self.end_headers()
                self.wfile.write(head)
                for place in range(seconds):
                    self.wfile.write(tail[place:place + 1])
                    self.wfile.flush()
                    time.sleep(1)
                self.wfile.write(tail[seconds:])
            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], file=sys.stderr)
        server.serve_forever()
        """#
}
