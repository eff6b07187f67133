internal import TestSupport

/// A headless Chromium.
enum Browser {
    /// The document after its scripts have run and its clock has gone on for so long.
    static func document(_ url: String, milliseconds: Int = 3_000) throws -> String {
        let folder = try TemporaryFolder()
        let result = try ChildProcess(
            "timeout",
            [
                "60", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(folder.path)", "--virtual-time-budget=\(milliseconds)", "--dump-dom", url,
            ], environment: ["HOME": folder.path]
        ).wait()
        guard result.status == 0, result.text.contains("<html") else {
            throw ToolFailure(tool: "chromium", status: result.status, text: result.errorText)
        }
        return result.text
    }
}

/// A server on 127.0.0.1 whose `/job…` are manifests, one after the other, and that counts what else is asked for.
final class ManifestServer: Sendable {
    private let process: PythonProcess

    /// `manifests` are JSON texts; the last one stays.
    ///
    /// `/plain` has no CORS header, `/asked` says how often others were asked.
    init(_ manifests: [String] = []) throws { process = try PythonProcess(Self.script, manifests) }

    var endpoint: String { "http://127.0.0.1:\(process.port)" }

    private static let script = #"""
        import http.server, sys
        manifests, asked, others = sys.argv[1:], 0, 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global asked, others
                status, body, shared = 404, b"", True
                if self.path == "/job" or self.path == "/plain":
                    status, body = 200, manifests[min(asked, len(manifests) - 1)].encode()
                    asked += 1
                    shared = self.path == "/job"
                elif self.path == "/ended":
                    status = 403
                elif self.path == "/asked":
                    status, body = 200, str(others).encode()
                else:
                    others += 1
                self.send_response(status)
                if shared:
                    self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], file=sys.stderr)
        server.serve_forever()
        """#
}
