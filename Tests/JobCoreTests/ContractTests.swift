import JobCore
import Testing

/// The parts of the contract that other programs rely on, word for word.
@Suite("Contract")
struct ContractTests {
    private static let resources: [(name: String, canImport: Bool, key: String, time: String, columns: String)] = [
        (
            "profiles", true, "id", "created_at",
            "id text, email text, phone text, first_name text, last_name text, country text, language text, "
                + "timezone text, plan text, subscribed bool, lifetime_value decimal, password_hash text, created_at timestamp, "
                + "updated_at timestamp, attributes json"
        ),
        (
            "events", true, "id", "occurred_at",
            "id uuid, profile_id text, name text, occurred_at timestamp, session_id text, source text, ip text, "
                + "revenue decimal, properties json"
        ),
        (
            "contacts", true, "id", "created_at",
            "id text, email text, phone text, first_name text, last_name text, company text, status text, tags json, "
                + "created_at timestamp, attributes json"
        ),
        (
            "audiences", false, "id", "created_at",
            "id text, name text, description text, definition json, member_count int, created_at timestamp, "
                + "updated_at timestamp"
        ),
        (
            "workflows", false, "id", "created_at",
            "id text, name text, status text, version int, trigger json, steps json, created_at timestamp, "
                + "updated_at timestamp"
        ),
        ("analytics", false, "day, metric, dimension", "day", "day date, metric text, dimension text, value double"),
        (
            "survey_responses", false, "id", "submitted_at",
            "id text, survey_id text, profile_id text, question text, answer text, score int, submitted_at timestamp"
        ),
    ]

    @Test("The built-in catalogue has exactly the seven resources, with their keys, time columns, columns and types")
    func catalogue() throws {
        #expect(Catalogue.builtIn.resources.map(\.name) == Self.resources.map(\.name))
        for expected in Self.resources {
            let resource = try #require(Catalogue.builtIn.resource(expected.name))
            #expect(resource.table == expected.name)
            #expect(resource.canExport)
            #expect(resource.canImport == expected.canImport)
            #expect(resource.key.joined(separator: ", ") == expected.key)
            #expect(resource.timeColumn == expected.time)
            #expect(
                resource.columns.map { "\($0.name) \($0.type.rawValue)" }.joined(separator: ", ") == expected.columns)
            #expect(resource.keyColumns.map(\.name) == resource.key)
            #expect(resource.column("org_id") == nil)
        }
        #expect(Catalogue.builtIn.resource("nothing") == nil)
    }

    @Test("Only the password hash is write-only, and it is not among the columns an export may read")
    func writeOnly() throws {
        let hidden = Catalogue.builtIn.resources.flatMap { resource in
            resource.columns.filter(\.isWriteOnly).map { "\(resource.name).\($0.name)" }
        }
        #expect(hidden == ["profiles.password_hash"])
        let profiles = try #require(Catalogue.builtIn.resource("profiles"))
        #expect(profiles.exportableColumns.map(\.name) == profiles.columns.map(\.name).filter { $0 != "password_hash" })
    }

    @Test("The nine types have their names, and know what is bare in JSON and what may be a formula")
    func types() {
        #expect(
            ColumnType.allCases.map(\.rawValue)
                == ["text", "int", "decimal", "double", "bool", "timestamp", "date", "uuid", "json"])
        #expect(ColumnType.allCases.filter(\.isBareInJSON) == [.int, .decimal, .double, .bool, .json])
        #expect(ColumnType.allCases.filter(\.isFreeText) == [.text, .json])
    }

    @Test("Exit codes have their numbers, and say what may be launched again")
    func exitCodes() {
        #expect(
            ExitCode.allCases.map(\.rawValue)
                == [0, 64, 65, 66, 70, 71, 73, 74, 75, 76, 77, 78, 80, 124, 130, 143])
        #expect(ExitCode.allCases.filter(\.isRetryable).map(\.rawValue) == [70, 71, 74, 75, 76, 130, 143])
    }

    @Test("An error is one line: its message, then the place, and never its cause")
    func errorText() {
        struct Secret: Error {}
        let place = DataPosition(line: 3, record: 2, byteOffset: 40, field: "email")
        let error = JobError(
            .malformedQuote, "a row is short", hint: "look", position: place, cause: Secret())
        #expect(error.description == "a row is short (line 3, record 2, byte 40, field email)")
        #expect("\(error)" == error.description)
        #expect(!error.isRetryable)
        #expect(JobError(.storeUnavailable, "b").description == "b")
        #expect(JobError(.storeUnavailable, "b").isRetryable)
        #expect(DataPosition(byteOffset: 0).description == "byte 0")
        #expect(DataPosition().description == "")
    }

    @Test("Any error becomes one of ours: known ones stay, cancellation is an interruption, the rest is a defect")
    func wrapping() {
        struct Unknown: Error { let secret = "hunter2" }
        let known = JobError(.diskFull, "no space left")
        #expect(JobError.wrapping(known).code == .diskFull)
        let interrupted = JobError.wrapping(CancellationError())
        #expect(interrupted.code == .terminated && interrupted.exitCode == .terminated)
        let unknown = JobError.wrapping(Unknown())
        #expect(unknown.code == .internalError && unknown.exitCode == .software)
        #expect(!unknown.description.contains("hunter2"))
        #expect(unknown.cause is Unknown)
    }
}
