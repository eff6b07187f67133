package import Formats
internal import JobCore

extension Manifest {
    /// The manifest as JSON; every member is always there, null when it has no value yet.
    package func json() -> JSONValue {
        .object([
            JSONMember("manifestVersion", .integer(1)), JSONMember("kind", .string(kind.rawValue)),
            JSONMember("jobId", .string(jobId)), JSONMember("orgId", .string(orgId)),
            JSONMember("resource", .string(resource)), JSONMember("format", .string(format)),
            JSONMember("status", .string(status.rawValue)), JSONMember("outcome", .optional(outcome?.rawValue)),
            JSONMember("progress", .number(Self.percent(progress))),
            JSONMember("timeLeftSeconds", timeLeftSeconds.map { .integer($0) } ?? .null),
            JSONMember("downloadUrl", .optional(downloadURL)),
            JSONMember("downloadUrlExpiresAt", Self.time(downloadURLExpiresAt)),
            JSONMember("counts", counts.json()), JSONMember("files", .array(files.map { $0.json() })),
            JSONMember("rejects", rejects?.json() ?? .null), JSONMember("report", report?.json() ?? .null),
            JSONMember("preview", storedPreview ?? preview?.json ?? .null),
            JSONMember("notes", .array(notes.map { $0.json() })),
            JSONMember("error", error?.json() ?? .null),
            JSONMember("spec", spec), JSONMember("specSha256", .string(specSHA256)),
            JSONMember("actor", actor?.json() ?? .null), JSONMember("attempt", .integer(attempt)),
            JSONMember("attemptId", .string(attemptId)), JSONMember("leaseExpiresAt", Self.time(leaseExpiresAt)),
            JSONMember("owner", owner?.json() ?? .null),
            JSONMember("createdAt", Self.time(createdAt)), JSONMember("startedAt", Self.time(startedAt)),
            JSONMember("updatedAt", Self.time(updatedAt)), JSONMember("finishedAt", Self.time(finishedAt)),
            JSONMember("stats", stats?.json() ?? .null), JSONMember("toolVersion", .string(toolVersion)),
        ])
    }

    /// The stored form: one line of JSON.
    package func bytes() -> [UInt8] { Array((json().serialized() + "\n").utf8) }

    private static func time(_ instant: Instant?) -> JSONValue {
        instant.map { .string(Timestamp.format($0)) } ?? .null
    }

    /// One decimal place is what a progress bar can show.
    private static func percent(_ value: Double) -> String {
        let tenths = Int(min(max(value, 0), 100) * 10)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension JobCounts {
    func json() -> JSONValue {
        .object([
            JSONMember("rowsTotal", .integer(rowsTotal)), JSONMember("rowsRead", .integer(rowsRead)),
            JSONMember("rowsWritten", .integer(rowsWritten)), JSONMember("inserted", .integer(inserted)),
            JSONMember("updated", .integer(updated)), JSONMember("skipped", .integer(skipped)),
            JSONMember("rejected", .integer(rejected)), JSONMember("unprocessed", .integer(unprocessed)),
            JSONMember("bytesRead", .integer(bytesRead)), JSONMember("bytesWritten", .integer(bytesWritten)),
        ])
    }

    init(_ value: JSONValue) {
        rowsTotal = value.integer("rowsTotal") ?? 0
        rowsRead = value.integer("rowsRead") ?? 0
        rowsWritten = value.integer("rowsWritten") ?? 0
        inserted = value.integer("inserted") ?? 0
        updated = value.integer("updated") ?? 0
        skipped = value.integer("skipped") ?? 0
        rejected = value.integer("rejected") ?? 0
        unprocessed = value.integer("unprocessed") ?? 0
        bytesRead = value.integer("bytesRead") ?? 0
        bytesWritten = value.integer("bytesWritten") ?? 0
    }
}

extension ResultFile {
    func json() -> JSONValue {
        .object([
            JSONMember("key", .string(key)), JSONMember("name", .string(name)), JSONMember("rows", .integer(rows)),
            JSONMember("bytes", .integer(bytes)), JSONMember("sha256", .string(sha256)),
            JSONMember("contentType", .string(contentType)), JSONMember("compression", .string(compression)),
            JSONMember("url", .optional(url)),
        ])
    }

    init(_ value: JSONValue) {
        key = value.text("key") ?? ""
        name = value.text("name") ?? ""
        rows = value.integer("rows") ?? 0
        bytes = value.integer("bytes") ?? 0
        sha256 = value.text("sha256") ?? ""
        contentType = value.text("contentType") ?? ""
        compression = value.text("compression") ?? "none"
        url = value.text("url")
    }
}

extension RejectsFile {
    func json() -> JSONValue {
        let codes = byCode.sorted { $0.key < $1.key }.map { JSONMember($0.key, .integer($0.value)) }
        let others = omitted > 0 ? [JSONMember("omitted", .integer(omitted))] : []
        return .object(
            [
                JSONMember("key", .string(key)), JSONMember("rows", .integer(rows)),
                JSONMember("bytes", .integer(bytes)), JSONMember("sha256", .string(sha256)),
                JSONMember("compression", .string(compression)), JSONMember("url", .optional(url)),
                JSONMember("byCode", .object(codes)),
            ] + others)
    }

    init(_ value: JSONValue) {
        key = value.text("key") ?? ""
        rows = value.integer("rows") ?? 0
        bytes = value.integer("bytes") ?? 0
        sha256 = value.text("sha256") ?? ""
        url = value.text("url")
        compression = value.text("compression") ?? "none"
        let codes = value["byCode"]?.members ?? []
        byCode = Dictionary(codes.map { ($0.name, $0.value.asInteger ?? 0) }, uniquingKeysWith: { $1 })
        omitted = value.integer("omitted") ?? 0
    }
}

extension ReportFile {
    func json() -> JSONValue {
        .object([JSONMember("key", .string(key)), JSONMember("url", .optional(url))])
    }

    init(_ value: JSONValue) {
        key = value.text("key") ?? ""
        url = value.text("url")
    }
}

extension Note {
    func json() -> JSONValue {
        .object([
            JSONMember("code", .string(code)), JSONMember("place", .string(place)), JSONMember("text", .string(text)),
        ])
    }

    init(_ value: JSONValue) {
        self.init(value.text("code") ?? "", at: value.text("place") ?? "", value.text("text") ?? "")
    }
}

extension JobActor {
    func json() -> JSONValue {
        let members = [JSONMember("id", .string(id)), JSONMember("role", .string(role))]
        return .object(members + (key.map { [JSONMember("key", .string($0))] } ?? []))
    }

    init(_ value: JSONValue) {
        self.init(id: value.text("id") ?? "", role: value.text("role") ?? "", key: value.text("key"))
    }
}

extension ProcessIdentity {
    func json() -> JSONValue {
        .object([
            JSONMember("host", .string(host)), JSONMember("pid", .integer(pid)),
            JSONMember("startTicks", .integer(startTicks)),
        ])
    }

    init?(_ value: JSONValue) {
        guard let host = value.text("host"), let pid = value.integer("pid"),
            let ticks = value.integer("startTicks")
        else { return nil }
        self.init(host: host, pid: pid, startTicks: ticks)
    }
}

extension JobStats {
    func json() -> JSONValue {
        .object([
            JSONMember("durationMs", .integer(durationMs)), JSONMember("rowsPerSecond", .integer(rowsPerSecond)),
            JSONMember("peakMemoryBytes", .integer(peakMemoryBytes)),
            JSONMember("stages", .object(stages.map { JSONMember($0.name, .integer($0.milliseconds)) })),
        ])
    }

    init(_ value: JSONValue) {
        durationMs = value.integer("durationMs") ?? 0
        rowsPerSecond = value.integer("rowsPerSecond") ?? 0
        peakMemoryBytes = value.integer("peakMemoryBytes") ?? 0
        stages = (value["stages"]?.members ?? []).map { ($0.name, $0.value.asInteger ?? 0) }
    }
}
