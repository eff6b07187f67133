internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Jobs on PostgreSQL over TLS")
struct PostgreSQLTLSTests {
    private let server: PostgreSQLServer
    private let scene: PostgreSQLBench
    /// Of the server, for `localhost`; its own issuer.
    private let certificate: String

    init() throws {
        server = try PostgreSQLServer(password: "CANARY pass/word")
        scene = try PostgreSQLBench(on: server)
        try TLSProxy.certify(in: server.folder)
        certificate = server.folder + "/certificate.pem"
        let key = server.folder + "/key.pem"
        if geteuid() == 0 { _ = try Tool.run("chown", [PostgreSQLServer.user, key]) }
        try server.psql(
            """
            ALTER SYSTEM SET ssl = on; ALTER SYSTEM SET ssl_cert_file = '\(certificate)';
            ALTER SYSTEM SET ssl_key_file = '\(key)';
            """)
        try server.restart()
    }

    private func url(_ host: String, _ options: String) -> [String: String] {
        let url = server.url(database: scene.database).split(separator: "127.0.0.1").joined(separator: host)
        return ["DATABASE_URL": "\(url)?\(options)", "LOG_LEVEL": "trace"]
    }

    @Test("Every connection of an export and of an import is encrypted and its server verified")
    func verified() throws {
        let secure = url("localhost", "sslmode=verify-full&sslrootcert=\(certificate)")
        // Whoever comes without encryption is not let in.
        _ = try Tool.run("sed", ["-i", "s/^host /hostssl /", server.folder + "/data/pg_hba.conf"])
        try server.restart()
        try scene.bench.upload(PostgreSQLBench.contacts(5000), as: "f")
        let load = try scene.run(
            .import, #""resource":"contacts","sourceKey":"f","skipDuplicates":true"#,
            variables: secure)
        #expect(load.status == 0, "\(load)")
        let export = try scene.run(.export, #""resource":"contacts","format":"csv""#, variables: secure)
        #expect(export.status == 0 && export.count("rowsWritten") == load.count("inserted"), "\(export)")
        let plain = try scene.run(
            .export, #""resource":"contacts","format":"csv""#, variables: url("localhost", "sslmode=disable"))
        #expect(plain.status == 78 && plain.failureCode == "database_login", "\(plain)")
        let advice = try scene.bench.run(.import, ["doctor"], variables: secure)
        #expect(!advice.text.contains("not encrypted"), "\(advice)")
    }

    @Test(
        "A server that is not the one meant is not talked to",
        arguments: [
            // The certificate is for another name, its issuer is not known, there is no issuer's file.
            ("127.0.0.1", "sslmode=verify-full&sslrootcert=@", 76, "certificate_untrusted"),
            (
                "localhost", "sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt", 76,
                "certificate_untrusted"
            ),
            ("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem", 78, "configuration_invalid"),
        ])
    func refused(host: String, options: String, status: Int, code: String) throws {
        let options = options.split(separator: "@", omittingEmptySubsequences: false).joined(separator: certificate)
        let run = try scene.run(
            .export, #""resource":"contacts","format":"csv""#, variables: url(host, options))
        #expect(run.status == Int32(status) && run.failureCode == code, "\(run)")
        #expect(run.hasHint && !run.text.contains("CANARY") && !run.errorText.contains("CANARY"), "\(run)")
    }

    @Test("A server without TLS is not talked to where TLS is asked for")
    func withoutTLS() throws {
        try server.psql("ALTER SYSTEM SET ssl = off")
        try server.restart()
        let run = try scene.run(
            .export, #""resource":"contacts","format":"csv""#, variables: url("localhost", "sslmode=require"))
        #expect(run.status == 78 && run.failureCode == "configuration_invalid" && run.hasHint, "\(run)")
    }
}
