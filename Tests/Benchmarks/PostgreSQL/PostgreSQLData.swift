import TestSupport

/// Tables and rows of the contests: the same ones every time, made by the server.
struct PostgreSQLData {
    static let eventColumns = "id, profile_id, name, occurred_at, session_id, source, ip, revenue, properties"
    static let profileColumns = """
        id, email, phone, first_name, last_name, country, language, timezone, request, subscribed, lifetime_value, \
        created_at, updated_at, attributes
        """

    let server: PostgreSQLServer

    /// Makes the tables as `ImportJob migrate` prints them; the peers cannot add the organisation, its column does.
    func makeTables() throws {
        let printed = try ChildProcess.run(
            Executable.path("ImportJob"), ["migrate", "--print", "--dialect", "postgresql"])
        guard printed.status == 0 else { throw Contest.Failure(message: printed.errorText) }
        try server.psql("SET client_min_messages = warning;\n" + printed.text)
        try server.psql("ALTER TABLE profiles ALTER org_id SET DEFAULT 'org_demo'")
    }

    /// Fills `events` in time order over 180 days; the keys look random.
    func fillEvents(_ count: Int) throws -> String {
        let start = ContinuousClock.now
        try server.psql(
            """
            INSERT INTO events
            SELECT 'org_demo', md5('event ' || i)::uuid, 'prof_' || (100000 + hash % 500000),
              (ARRAY['page_viewed', 'signed_in', 'product_added', 'page_viewed', 'order_completed'])[i % 5 + 1],
              timestamptz '2026-01-01 00:00:00Z'
                + make_interval(secs => (i + (hash & 1048575) / 1048576.0::float8) * 15552000 / \(count)),
              'sess_' || (100000 + hash / 7 % 900000), (ARRAY['web', 'ios', 'android'])[hash % 3 + 1],
              '198.51.100.' || (hash / 3 % 256),
              CASE WHEN i % 5 = 4 THEN ((hash % 40000)::numeric / 100)::numeric(8, 2) END,
              ('{"url":"https://shop.example.com/p/' || hash % 900 || '","referrer":"search","items":' || hash % 6
                || ',"ok":true}')::jsonb
            FROM (SELECT i, hashint4(i) & 2147483647 AS hash FROM generate_series(0, \(count - 1)) AS i) AS numbers;
            """)
        try server.psql("VACUUM ANALYZE events; CHECKPOINT")
        return """
            events: \(try server.psql("SELECT count(*) FROM events")) rows, \
            \(try server.psql("SELECT pg_table_size('events') / 1000000, pg_indexes_size('events') / 1000000")) \
            MB table | indexes, made in \(Seconds.since(start)) s
            """
    }

    /// Writes the file that is imported: quoted fields, JSON, nulls, letters beyond ASCII.
    func writeProfiles(_ count: Int, to path: String) throws -> String {
        let time = { (value: String) in #"to_char(\#(value), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"# }
        let joined = "timestamp '2024-01-01' + make_interval(secs => (i + hash % 1000 / 1000.0) * 63072000 / \(count))"
        let query = """
            SELECT 'prof_' || lpad(i::text, 8, '0') AS id,
              lower(first_name) || '.' || i || '@example.com' AS email,
              CASE WHEN hash % 3 > 0 THEN '+4930' || lpad((hash % 10000000)::text, 7, '0') END AS phone,
              CASE WHEN hash % 25 = 0 THEN first_name || ' "' || left(first_name, 2) || '"' ELSE first_name END
                AS first_name,
              (ARRAY['Smith', 'Müller', 'O''Neill', 'García, Jr.', 'Nowak', 'Rossi', 'Jensen', 'Silva'])[hash / 8 % 8 + 1]
                AS last_name,
              (ARRAY['DE', 'US', 'FR', 'PL', 'IT', 'DK', 'BR'])[hash % 7 + 1] AS country,
              (ARRAY['de', 'en', 'fr', 'pl', 'it', 'da', 'pt'])[hash % 7 + 1] AS language,
              (ARRAY['Europe/Berlin', 'America/New_York', 'Europe/Paris', NULL])[hash / 5 % 4 + 1] AS timezone,
              (ARRAY['free', 'starter', 'growth', 'scale'])[hash / 11 % 4 + 1] AS request,
              CASE WHEN hash % 4 > 0 THEN 'true' ELSE 'false' END AS subscribed,
              CASE WHEN hash % 5 > 0 THEN (hash % 900000) / 100 || '.' || (10 + hash % 90) END AS lifetime_value,
              \(time(joined)) AS created_at,
              CASE WHEN hash % 10 > 0 THEN \(time(joined + " + interval '90 days'")) END AS updated_at,
              CASE WHEN hash % 20 > 0 THEN '{"score":' || hash % 100 || ',"tags":["newsletter"],"source":"signup"}' END
                AS attributes
            FROM (SELECT i, hash, (ARRAY['Anna', 'Zoë', 'José', 'Maria', 'Paul', 'Chloé', 'Jan', 'Alexandra'])[hash % 8 + 1]
                AS first_name
              FROM (SELECT i, hashint4(i) & 2147483647 AS hash FROM generate_series(0, \(count - 1)) AS i) AS numbers
            ) AS named
            """
        let script = "exec \"$0\" -X -q -c \"COPY ($1) TO STDOUT (FORMAT csv, HEADER)\" \"$2\" > \"$3\""
        let written = try ChildProcess.run(
            "sh", ["-c", script, server.program("psql"), query, server.socketURL(), path])
        guard written.status == 0 else { throw Contest.Failure(message: written.errorText) }
        let facts = try ChildProcess.run("sh", ["-c", "stat -c '%s bytes, such as' \"$0\"; sed -n 2p \"$0\"", path])
            .text
        return "\nprofiles: \(count) rows in a file of " + facts.dropLast()
    }
}

/// Time as people read it.
enum Seconds {
    /// Seconds since a moment, with two digits.
    static func since(_ start: ContinuousClock.Instant) -> Double {
        ((ContinuousClock.now - start) / .seconds(1) * 100).rounded() / 100
    }
}
