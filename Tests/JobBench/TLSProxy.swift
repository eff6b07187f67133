internal import Glibc
internal import TestSupport

/// nginx in front of a server on 127.0.0.1: TLS with a certificate for `localhost`, and HTTP/2.
final class TLSProxy: Sendable {
    let port: Int
    private let files: TemporaryFolder
    private let process: ChildProcess

    init(to upstream: UInt16) throws {
        files = try TemporaryFolder()
        port =
            Int(
                try Tool.python(
                    "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")) ?? 0
        try Self.certify(in: files.path)
        try files.write(Self.configuration(port, upstream, files.path), to: "nginx.conf")
        process = try ChildProcess("nginx", ["-p", files.path, "-c", files.path + "/nginx.conf", "-e", "stderr"])
        for _ in 0..<1_000 {
            let answer = try Bucket.curl(["-o", "/dev/null", "--cacert", certificate, endpoint])
            // Any answer of HTTP, an error too.
            if answer.status == 0 || answer.status == 22 { return }
            usleep(10_000)
        }
        throw ToolFailure(tool: "nginx", status: 0, text: try process.errorSoFar())
    }

    /// Makes `certificate.pem`, which is its own issuer and good for the host `localhost`, and its `key.pem`.
    static func certify(in folder: String) throws {
        _ = try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "certificate.pem",
            ], in: folder)
    }

    deinit {
        process.send(SIGKILL)
        _ = try? process.wait()
    }

    var endpoint: String { "https://localhost:\(port)" }
    /// File with the certificate, which is its own issuer.
    var certificate: String { files.path + "/certificate.pem" }

    /// Protocol, method and status of each request so far.
    func requests() throws -> [String] {
        String(decoding: try files.read("access.log"), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func configuration(_ port: Int, _ upstream: UInt16, _ folder: String) -> String {
        """
        daemon off; master_process off; pid \(folder)/pid; user root;
        events {}
        http {
          log_format short '$server_protocol $request_method $status'; access_log \(folder)/access.log short;
          client_max_body_size 0; proxy_request_buffering off; proxy_buffering off; proxy_http_version 1.1;
          client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy; fastcgi_temp_path \(folder)/fastcgi;
          uwsgi_temp_path \(folder)/uwsgi; scgi_temp_path \(folder)/scgi;
          server {
            listen 127.0.0.1:\(port) ssl http2; server_name localhost;
            ssl_certificate \(folder)/certificate.pem; ssl_certificate_key \(folder)/key.pem;
            location / { proxy_pass http://127.0.0.1:\(upstream); proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-Proto https; }
          }
        }

        """
    }
}
