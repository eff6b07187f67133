internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Tables")
struct MigrationTests {
    @Test("Migrate creates what is missing, tells what, and does nothing the second time")
    func sqlite() throws {
        let bench = try Workbench(.none)
        let variables = ["DATABASE_URL": "sqlite:own.sqlite"]
        let first = try bench.run(.import, ["migrate"], variables: variables)
        #expect(first.status == 0)
        #expect(first.text.contains("created profiles, events"))
        #expect(try bench.run(.import, ["migrate"], variables: variables).text.contains("nothing to do"))
        let database = bench.folder.path + "/own.sqlite"
        _ = try Workbench.sql("DROP TABLE contacts", database: database)
        #expect(try bench.run(.import, ["migrate"], variables: variables).text.contains("created contacts in"))
        #expect(try Workbench.sql("SELECT count(*) FROM contacts", database: database) == "0")
        let run = try bench.export(#""resource":"events","format":"csv""#, variables: variables)
        #expect(run.status == 0)
        #expect(run.count("rowsWritten") == 0)
    }

    @Test("The printed SQL makes the same tables as the program does")
    func printedSQLite() throws {
        let bench = try Workbench(.empty)
        let script = try bench.run(.export, ["migrate", "--print"])
        let database = bench.folder.path + "/printed.sqlite"
        _ = try Workbench.sql(script.text, database: database)
        let query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        #expect(try Workbench.sql(query, database: database) == bench.sql(query))
    }

    @Test("A PostgreSQL 15 server accepts the printed SQL, also a second time")
    func printedPostgreSQL() throws {
        let bench = try Workbench(.none)
        let script = try bench.run(.import, ["migrate", "--print", "--dialect", "postgresql"])
        #expect(script.status == 0)
        try bench.folder.write(script.output, to: "tables.sql")
        let folder = try TemporaryFolder()
        let steps = #"""
            set -e
            bin=/usr/lib/postgresql/15/bin
            as_user() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
            if [ "$(id -u)" = 0 ]; then chown postgres "$1"; fi
            cd "$1"
            as_user $bin/initdb -D "$1/db" -A trust -U tester --no-sync >&2
            as_user $bin/pg_ctl -D "$1/db" -w -l "$1/log" -o "-k $1 -c listen_addresses= -c fsync=off" start >&2
            trap 'as_user $bin/pg_ctl -D "$1/db" -m immediate stop >&2' EXIT
            query() { $bin/psql -h "$1" -U tester -d postgres -v ON_ERROR_STOP=1 -qtA "$2" "$3"; }
            query "$1" -f "$2"
            query "$1" -f "$2"
            query "$1" -c "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            query "$1" -c "INSERT INTO events (org_id, id, occurred_at, revenue, properties)
              VALUES ('o', '000bed49-7654-47c1-8736-7219074e788d', '2026-04-01T00:00:00.000001Z', 12.50, '{\"a\":1}')"
            query "$1" -c "SELECT revenue::text || ' ' || (properties ->> 'a') FROM events"
            """#
        let output = try Tool.run("sh", ["-c", steps, "sh", folder.path, bench.folder.path + "/tables.sql"])
        #expect(String(decoding: output, as: UTF8.self) == "11\n12.50 1\n")
    }
}
