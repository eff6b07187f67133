import JobCore
import Testing

@testable import PostgreSQL

@Suite("Failures of PostgreSQL")
struct FailureTests {
    @Test(
        "SQLSTATEs in the words of a refused connection have codes and exit codes of their own",
        arguments: [
            ("28P01", "database_login", ExitCode.configuration), ("28000", "database_login", .configuration),
            ("3D000", "database_missing", .configuration), ("53300", "database_busy", .temporary),
            ("57P03", "database_unavailable", .temporary), ("57P01", "database_unavailable", .temporary),
            ("42501", "database_forbidden", .notPermitted), ("53100", "disk_full", .osError),
            ("40001", "database_conflict", .temporary), ("40P01", "database_conflict", .temporary),
            ("55P03", "database_locked", .temporary), ("57014", "database_cancelled", .temporary),
            ("25006", "database_read_only", .configuration), ("42P01", "database_statement", .configuration),
            ("42703", "database_statement", .configuration), ("23505", "database_rejects", .dataError),
            ("22003", "database_rejects", .dataError), ("53200", "out_of_memory", .osError),
            ("XX001", "database_corrupt", .protocolError), ("0A000", "database_statement", .configuration),
            ("P0001", "database_rejects", .dataError), ("72000", "database_error", .software),
        ])
    func states(state: String, code: String, exitCode: ExitCode) {
        let words = "connection to server at \"h\" (1.2.3.4), port 5432 failed: FATAL:  \(state): CANARY \"x\"\n"
        let error = PostgreSQLFailure.connecting(words, database: "postgresql host=h")
        #expect(error.code.rawValue == code && error.exitCode == exitCode)
        #expect(error.message.contains(state) && !error.message.contains("CANARY"))
        #expect(error.hint != nil)
    }

    @Test(
        "libpq's own words become kinds of failure, and are not repeated",
        arguments: [
            ("could not translate host name \"h\" to address: CANARY", "database_unavailable", ExitCode.temporary),
            ("failed: Connection refused\n\tIs the server running", "database_unavailable", .temporary),
            ("failed: No such file or directory", "database_unavailable", .temporary),
            ("SSL error: certificate verify failed", "certificate_untrusted", .protocolError),
            ("root certificate file \"/CANARY\" does not exist", "configuration_invalid", .configuration),
            ("server does not support SSL, but SSL was required", "configuration_invalid", .configuration),
            ("fe_sendauth: no password supplied", "configuration_invalid", .configuration),
            ("could not get client address from socket: Invalid argument", "database_unavailable", .temporary),
            ("definition of service \"CANARY\" not found", "configuration_invalid", .configuration),
            ("something else, CANARY", "database_unavailable", .temporary),
            ("could not translate host name \"db.invalid\" to address: no", "database_unavailable", .temporary),
            (
                "connection to server at \"invalid-certificate.ssl.required\" (1.2.3.4), port 1 failed: Connection refused",
                "database_unavailable", .temporary
            ),
            ("connection to server at \"h\", port 1 failed: Invalid argument", "database_unavailable", .temporary),
            ("invalid sslmode value: \"CANARY\"\n", "configuration_invalid", .configuration),
            (
                "connection to server at \"h\", port 1 failed: invalid channel_binding value: \"CANARY\"",
                "configuration_invalid", .configuration
            ),
        ])
    func words(words: String, code: String, exitCode: ExitCode) {
        let error = PostgreSQLFailure.connecting(words, database: "postgresql host=h")
        #expect(error.code.rawValue == code && error.exitCode == exitCode)
        #expect(!error.description.contains("CANARY") && error.hint?.contains("CANARY") == false)
    }

    @Test("A URL becomes settings with defaults for what it leaves open, and a description without its secrets")
    func settings() throws {
        let settings = try ConnectionSettings(
            url: "postgres://me:CANARY%20x@db.internal:6432/shop?sslmode=verify-full&connect_timeout=3",
            applicationName: "data-io:j")
        #expect(settings.description == "postgresql host=db.internal port=6432 dbname=shop")
        #expect(settings.connectSeconds == 3)
        func value(_ name: String) -> String? { settings.parameters.first { $0.keyword == name }?.value }
        #expect(value("password") == "CANARY x" && value("sslmode") == "verify-full")
        #expect(value("application_name") == "data-io:j" && value("client_encoding") == "UTF8")
        #expect(value("keepalives_idle") == "10" && value("tcp_user_timeout") == "30000")
        let several = try ConnectionSettings(url: "postgres://a:1,b:2/d", applicationName: "x")
        #expect(several.connectSeconds == 20)
        // A password with characters that must be escaped splits the URL at the wrong place.
        for bad in ["postgres://u:x@CANARY@h/d", "postgres://u:1/CANARY@h/d", "postgres://u:CANARY/x@h/d"] {
            let error = #expect(throws: JobError.self) { try ConnectionSettings(url: bad, applicationName: "x") }
            #expect(error?.code == .configurationInvalid && error?.description.contains("CANARY") == false)
        }
        let escaped = try ConnectionSettings(url: "postgres://u:CANARY%40%2F%23@h/a%40b", applicationName: "x")
        #expect(escaped.description == "postgresql (libpq's defaults)")
        for bad in ["postgres://h/d?nonsense=1", "postgres://h:CANARY%zz@x/d", "postgres://[::1/d"] {
            let error = #expect(throws: JobError.self) { try ConnectionSettings(url: bad, applicationName: "x") }
            #expect(error?.code == .configurationInvalid && error?.exitCode == .configuration)
            #expect(error?.description.contains("CANARY") == false)
        }
    }
}
