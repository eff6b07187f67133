internal import Glibc
internal import TestSupport

/// A web server on 127.0.0.1 whose source comes in two parts: the first rows at once, then one byte after the other until
/// the test lets the rest go.
final class DripServer: Sendable {
    private let process: PythonProcess
    private let folder: TemporaryFolder

    /// Rows of a contacts file that come at once, and those that come behind the pause.
    init(first: Int, rest: Int) throws {
        folder = try TemporaryFolder()
        process = try PythonProcess(Self.script, [String(first), String(rest), folder.path])
    }

    /// Members of a spec.
    var source: String { #""sourceUrl":"http://127.0.0.1:\#(process.port)/contacts.csv""# }

    var allow: [String: String] { ["SOURCE_ALLOW": "127.0.0.1:\(process.port)"] }

    /// Waits until it drips.
    func waitForDrops() throws {
        for _ in 0..<3_000 {
            if try folder.files().contains("dripping") { return }
            usleep(20_000)
        }
        throw ToolFailure(tool: "drip", status: 0, text: "nobody asks")
    }

    /// Lets the rest go.
    func release() throws { try folder.write("", to: "released") }

    private static let script = #"""
        import http.server, os, sys, time
        first, rest, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
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
                open(folder + "/dripping", "w").close()
                place = 0
                while not os.path.exists(folder + "/released"):
                    self.wfile.write(tail[place:place + 1])
                    self.wfile.flush()
                    place += 1
                    time.sleep(0.5)
                self.wfile.write(tail[place:])
            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], file=sys.stderr)
        server.serve_forever()
        """#
}
