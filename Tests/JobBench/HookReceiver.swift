internal import Formats
internal import TestSupport

/// A receiver of notifications on 127.0.0.1 that answers as it is told and keeps what it got.
final class HookReceiver: Sendable {
    private let process: PythonProcess
    private let files: TemporaryFolder

    /// Answers with these statuses first, then with 204; status 0 is no answer at all.
    init(_ statuses: [Int] = []) throws {
        files = try TemporaryFolder()
        process = try PythonProcess(Self.script, [files.path] + statuses.map(String.init))
    }

    var url: String { "http://127.0.0.1:\(process.port)/hooks/jobs?token=CANARY-hook" }
    var allow: [String: String] { ["SOURCE_ALLOW": "127.0.0.1:\(process.port)"] }

    /// Requests so far: method, target, fields in lower case, and the body as text.
    func requests() throws -> [JSONValue] {
        try files.files().sorted().map { try JSONValue(parsing: files.read($0)) }
    }

    private static let script = #"""
        import http.server, json, os, sys, time
        folder, statuses, count = sys.argv[1], [int(s) for s in sys.argv[2:]], 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                global count
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                status = statuses[count] if count < len(statuses) else 204
                with open(f"{folder}/.{count:04}", "w") as file:
                    json.dump({"method": self.command, "path": self.path, "body": body,
                               "fields": {k.lower(): v for k, v in self.headers.items()}}, file)
                os.rename(f"{folder}/.{count:04}", f"{folder}/{count:04}")
                count += 1
                if status == 0:
                    time.sleep(30)
                    return
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            do_GET = do_POST
            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], file=sys.stderr)
        server.serve_forever()
        """#
}
