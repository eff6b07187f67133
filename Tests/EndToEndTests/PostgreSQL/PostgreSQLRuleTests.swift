internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Rules of jobs on PostgreSQL")
struct PostgreSQLRuleTests {
    private static let load = #""jobId":"j","resource":"contacts","sourceKey":"uploads/f""#

    @Test("A table that somebody has locked ends the import with 75 and no row, and the next run succeeds")
    func locked() throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(PostgreSQLBench.contacts(100), as: "f")
        let locker = try ChildProcess(
            scene.server.program("psql"), ["-X", "-q", scene.server.socketURL(database: scene.database)],
            input: Array("BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60);".utf8))
        try scene.wait(for: "SELECT count(*) > 0 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted")
        let run = try scene.run(.import, Self.load)
        #expect(run.status == 75, "\(run)")
        #expect(run["error.code"].string == "database_locked")
        #expect(run.messages.contains("55P03"))
        locker.send(SIGKILL)
        _ = try locker.wait()
        try scene.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
        )
        #expect(try scene.number("SELECT count(*) FROM contacts") == 0)
        let again = try scene.run(.import, Self.load)
        #expect(again.status == 0 && again.count("inserted") == 98, "\(again)")
    }

    @Test("A role's own timeouts do not end a job whose source is slow")
    func timeouts() throws {
        let scene = try PostgreSQLBench()
        let role = scene.database + "_role"
        try scene.sql(
            """
            CREATE ROLE \(role) LOGIN;
            ALTER ROLE \(role) SET statement_timeout = '300ms';
            ALTER ROLE \(role) SET idle_in_transaction_session_timeout = '300ms';
            ALTER ROLE \(role) SET lock_timeout = '1ms';
            GRANT ALL ON ALL TABLES IN SCHEMA public TO \(role);
            """)
        defer { _ = try? scene.sql("DROP OWNED BY \(role); DROP ROLE \(role)") }
        try scene.sql(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END';
            CREATE TRIGGER slow BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION slow();
            """)
        try scene.bench.upload(PostgreSQLBench.contacts(100), as: "f")
        let url = scene.server.socketURL(database: scene.database, user: role)
        let run = try scene.run(.import, Self.load, variables: ["DATABASE_URL": url])
        #expect(run.status == 0 && run.count("inserted") == 98, "\(run)")
    }

    @Test(
        "What is wrong with the database is said with its own code and exit code",
        arguments: [
            ("DATABASE_URL=wrong password", 78, "database_login"),
            ("DATABASE_URL=no database", 78, "database_missing"),
            ("DATABASE_URL=nothing there", 75, "database_unavailable"),
            ("DATABASE_URL=bad URL", 78, "configuration_invalid"),
            ("ALTER TABLE contacts DROP COLUMN email", 78, "database_statement"),
            ("DROP TABLE contacts", 78, "database_statement"),
            ("ALTER DATABASE @ SET default_transaction_read_only = on", 78, "database_read_only"),
            ("ALTER TABLE contacts DROP CONSTRAINT contacts_pkey", 78, "key_not_unique"),
        ])
    func failures(what: String, status: Int, code: String) throws {
        let secured = try PostgreSQLServer(password: "CANARY pass/word")
        let scene = try PostgreSQLBench(on: secured)
        try scene.bench.upload(PostgreSQLBench.contacts(10), as: "f")
        var variables = ["LOG_LEVEL": "trace", "DATABASE_PATIENCE_SECONDS": "1"]
        let good = secured.url(database: scene.database)
        switch what {
        case "DATABASE_URL=wrong password":
            variables["DATABASE_URL"] = "postgres://postgres:CANARYwrong@127.0.0.1:\(secured.port)/\(scene.database)"
        case "DATABASE_URL=no database": variables["DATABASE_URL"] = secured.url(database: "nowhere")
        case "DATABASE_URL=nothing there": variables["DATABASE_URL"] = "postgres://u:CANARY@127.0.0.1:1/d"
        case "DATABASE_URL=bad URL": variables["DATABASE_URL"] = "postgres://u:CANARY%zz@h/d?sslmode=maybe"
        default:
            variables["DATABASE_URL"] = good
            try scene.sql(what.split(separator: "@").joined(separator: scene.database))
        }
        let run = try scene.run(.import, Self.load, variables: variables)
        #expect(run.status == Int32(status), "\(run)")
        #expect(run.failureCode == code)
        #expect(run.hasHint)
        #expect(!run.text.contains("CANARY") && !run.errorText.contains("CANARY"), "\(run)")
    }

    @Test("A column that the role may not use is named")
    func forbidden() throws {
        let scene = try PostgreSQLBench()
        let role = scene.database + "_role"
        try scene.sql(
            "CREATE ROLE \(role) LOGIN; GRANT SELECT (org_id, id, phone) ON contacts TO \(role); "
                + "GRANT SELECT, INSERT ON audit_log TO \(role)")
        defer { _ = try? scene.sql("DROP OWNED BY \(role); DROP ROLE \(role)") }
        let url = ["DATABASE_URL": scene.server.socketURL(database: scene.database, user: role)]
        let run = try scene.run(
            .export, #""resource":"contacts","format":"csv","columns":["id","phone","email"]"#, variables: url)
        #expect(run.status == 77 && run["error.code"].string == "database_forbidden", "\(run)")
        #expect(run.messages.contains("SELECT contacts (email)"))
        let allowed = try scene.run(
            .export, #""resource":"contacts","format":"csv","columns":["id","phone"]"#, variables: url)
        #expect(allowed.status == 0, "\(allowed)")
    }

    @Test("A column whose type was changed is named with its type")
    func changedType() throws {
        let scene = try PostgreSQLBench()
        try scene.sql("ALTER TABLE audiences ALTER member_count TYPE int4range USING NULL")
        let run = try scene.run(.export, #""resource":"audiences","format":"csv""#)
        #expect(run.status == 78 && run["error.code"].string == "column_type_mismatch", "\(run)")
        #expect(run.messages.contains("member_count") && run.messages.contains("int4range"))
    }

    @Test("Of an atomic import with a bad cell in its first row nothing stays; without, everything comes at once")
    func atomic() throws {
        let scene = try PostgreSQLBench()
        let rows = (1..<100_000).map { "c\($0),2026-04-01T00:00:00Z\n" }.joined()
        try scene.bench.upload("id,created_at\nc0,never\n" + rows, as: "f")
        let run = try scene.run(.import, Self.load + #","atomic":true,"onError":{"policy":"abort"}"#)
        #expect(run.status == 65 && run["error.code"].string == "too_many_rejects", "\(run)")
        #expect(run.count("inserted") == 0 && run["rejects.rows"].int == 1)
        #expect(try scene.number("SELECT count(*) FROM contacts") == 0)
        let kept = try scene.run(.import, #""jobId":"k","resource":"contacts","sourceKey":"uploads/f","atomic":true"#)
        #expect(kept.status == 0 && kept.count("inserted") == 99_999 && kept.count("rejected") == 1, "\(kept)")
        #expect(try scene.number("SELECT count(DISTINCT xmin::text) FROM contacts") <= 100)
    }

    @Test("Constraints refuse single rows: each becomes a reject with its line, all others are loaded")
    func constraints() throws {
        let scene = try PostgreSQLBench()
        try scene.sql(
            """
            CREATE TABLE companies (name text PRIMARY KEY); INSERT INTO companies SELECT i::text FROM generate_series(0, 30000) i;
            ALTER TABLE contacts ADD CHECK (phone IS NULL OR length(phone) < 9), ADD UNIQUE (email),
              ADD FOREIGN KEY (company) REFERENCES companies DEFERRABLE INITIALLY DEFERRED;
            """)
        let source =
            "id,email,phone,company\n"
            + (0..<25_000).map { number in
                let email = number % 5_000 == 1 ? "u\(number - 1)@x.y" : "u\(number)@x.y"
                let phone = number % 500 == 2 ? "0123456789" : ""
                let company = number % 2_500 == 3 ? "none" : "\(number)"
                return "c\(number),\(email),\(phone),\(company)\n"
            }.joined()
        try scene.bench.upload(source, as: "f")
        let run = try scene.run(.import, Self.load)
        #expect(run.status == 0 && run.count("rejected") == 5 + 50 + 10, "\(run)")
        #expect(run.count("inserted") == 25_000 - 65)
        #expect(try scene.number("SELECT count(*) FROM contacts") == 25_000 - 65)
        let rejects = String(decoding: try scene.bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
        let lines = Set(
            rejects.split(separator: "\n").dropFirst().compactMap { line in
                line.split(separator: ",", omittingEmptySubsequences: false).dropLast(5).last.flatMap { Int($0) }
            })
        let expected = (0..<25_000).filter { $0 % 5_000 == 1 || $0 % 500 == 2 || $0 % 2_500 == 3 }.map { $0 + 2 }
        #expect(lines == Set(expected))
        #expect(rejects.contains("check (contacts_phone_check)") && rejects.contains("unique (contacts_email_key)"))
        #expect(!rejects.contains("Key (") && rejects.contains("foreign_key (contacts_company_fkey)"))
    }

    @Test("What a table rounds, and what only the real run tries, is said by the dry run")
    func cautions() throws {
        let scene = try PostgreSQLBench()
        try scene.sql(
            """
            ALTER TABLE profiles ALTER COLUMN lifetime_value TYPE numeric(6,2), ALTER COLUMN first_name TYPE varchar(5),
              ADD CONSTRAINT adult CHECK (email <> 'no@x.y'), ADD COLUMN must text NOT NULL DEFAULT 'x';
            ALTER TABLE profiles ALTER COLUMN must DROP DEFAULT
            """)
        try scene.bench.upload("id,email,first_name,lifetime_value\n1,a@x.y,Ann,19.999\n", as: "f")
        let members = #""resource":"profiles","sourceKey":"f""#
        let dry = try scene.run(.import, members + #","dryRun":true"#)
        #expect(dry.status == 0, "\(dry)")
        let notes = dry["notes"].serialized()
        for text in ["column_rounds", "numeric(6,2)", "constraints_not_tried", "check (adult)", "not null (must)"] {
            #expect(notes.contains(text), "\(text): \(notes)")
        }
        #expect(notes.contains("first_name character varying(5)"), "\(notes)")
        try scene.sql("ALTER TABLE profiles DROP COLUMN must")
        let real = try scene.run(.import, members)
        #expect(real["notes"].serialized().contains("column_rounds"), "\(real)")
        #expect(try scene.sql("SELECT lifetime_value FROM profiles") == "20.00")
    }

    @Test("Views, row level security and triggers of one's own: rows go in by INSERT, and what they refuse is a reject")
    func ownSchema() throws {
        let scene = try PostgreSQLBench()
        let role = scene.database + "_role"
        try scene.sql(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN IF NEW.company = '5' THEN RAISE EXCEPTION 'CANARY %', NEW.email; END IF; RETURN NEW; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION refuse();
            ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
            CREATE ROLE \(role) LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO \(role);
            CREATE POLICY own ON contacts TO \(role) USING (true) WITH CHECK (org_id = 'org_demo');
            """)
        defer { _ = try? scene.sql("DROP OWNED BY \(role); DROP ROLE \(role)") }
        try scene.bench.upload(PostgreSQLBench.contacts(50), as: "f")
        let url = ["DATABASE_URL": scene.server.socketURL(database: scene.database, user: role)]
        let run = try scene.run(.import, Self.load, variables: url)
        #expect(run.status == 0 && run.count("inserted") == 47 && run.count("rejected") == 3, "\(run)")
        let rejects = String(decoding: try scene.bench.object(run["rejects.key"].string ?? ""), as: UTF8.self)
        #expect(rejects.contains("the database refused the row: trigger") && !rejects.contains("CANARY"))
    }

    @Test("Doctor warns of a role that may do everything, and of one that may change the audit log")
    func doctor() throws {
        let scene = try PostgreSQLBench()
        let run = try scene.bench.run(.import, ["doctor"])
        #expect(run.status == 0 && run.text.contains("superuser"), "\(run)")
        let role = scene.database + "_doctor"
        try scene.sql("CREATE ROLE \(role) LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO \(role)")
        defer { _ = try? scene.sql("DROP OWNED BY \(role); DROP ROLE \(role)") }
        let url = ["DATABASE_URL": scene.server.socketURL(database: scene.database, user: role)]
        let wide = try scene.bench.run(.import, ["doctor"], variables: url)
        #expect(wide.status == 0 && wide.text.contains("role \(role) may change audit_log"), "\(wide)")
        try scene.sql("REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM \(role)")
        let narrow = try scene.bench.run(.import, ["doctor"], variables: url)
        #expect(narrow.status == 0 && !narrow.text.contains("audit_log"), "\(narrow)")
    }
}
