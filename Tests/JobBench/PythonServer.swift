internal import Glibc
internal import TestSupport

/// A plain web server on 127.0.0.1 that redirects, serves a source, and gives credentials as clouds do.
///
/// The credentials are those of the strict store, with the session token `TOKEN`, and end ten minutes after the start.
final class PythonServer: Sendable {
    private let process: PythonProcess

    var port: Int { process.port }

    init() throws { process = try PythonProcess(Self.script) }

    var endpoint: String { "http://127.0.0.1:\(port)" }

    private static let script = #"""
        import datetime, http.server, json, sys
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
        keys = {
            "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "Token": "TOKEN", "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"), "Code": "Success"}
        role = "/latest/meta-data/iam/security-credentials/"

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self, status, body=b"", **fields):
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def do_PUT(self):
                if self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
                    return self.answer(200, b"metadata-token")
                self.answer(404)
            def do_GET(self):
                isMachine = self.headers.get("X-aws-ec2-metadata-token") == "metadata-token"
                if self.path.startswith("/redirect/"):
                    self.answer(302, Location=self.path[len("/redirect/"):])
                elif self.path == "/loop":
                    self.answer(302, Location="/loop")
                elif self.path == "/lost":
                    self.answer(302)
                elif self.path == "/unbounded":
                    self.send_response(200)
                    self.send_header("Connection", "close")
                    self.end_headers()
                    self.wfile.write(b"id,email\nc1,a@example.com\n")
                elif self.path == "/contacts":
                    self.answer(200, b"id,email\nc1,a@example.com\n")
                elif self.path == "/container" and self.headers.get("Authorization") == "container-token":
                    self.answer(200, json.dumps(keys).encode())
                elif self.path == role and isMachine:
                    self.answer(200, b"exporter\n")
                elif self.path == role + "exporter" and isMachine:
                    self.answer(200, json.dumps(keys).encode())
                else:
                    self.answer(403)
            def log_message(self, *ignored):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], file=sys.stderr)
        server.serve_forever()
        """#
}
