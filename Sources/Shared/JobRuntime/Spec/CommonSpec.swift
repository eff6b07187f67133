package import Formats
package import HTTPTransport
package import JobCore
internal import Signing

/// The fields that exports and imports share, checked.
package struct CommonSpec: Sendable {
    package let kind: JobKind
    package let jobId: String
    /// The spec named the job; otherwise the id is fresh.
    package let hasOwnJobId: Bool
    package let orgId: String
    package let resource: Resource
    /// The spec as it was given.
    package let value: JSONValue
    /// SHA-256 of the canonical spec without its job id: equal for the same work.
    package let sha256: String
    /// Deadline.
    package let notAfter: Instant?
    /// What `JOB_SPEC_SIGNATURE` proves of the exact bytes of the spec.
    package private(set) var signature = SpecSignature.absent

    /// Which days and times without a zone are meant; nil when the spec does not say.
    package let zone: ZoneRules?

    /// Where the final manifest is posted to.
    package let notifyURL: SourceURL?
    /// Hosts and networks besides public ones that URLs of the spec may lead to.
    package let allowList: AllowList

    /// The spec without what gives access: of each URL only what `ShownURL` keeps, wherever it stands.
    package var shownValue: JSONValue { ShownURL.hiding(value) }

    /// What the audit log calls the job.
    package var auditedAction: String { value.flag("dryRun") == true ? "dry-run" : kind.rawValue }

    /// What the audit log says of which rows were asked for: those fields of the spec as JSON, or their digest when they
    /// are long.
    package var auditedRequest: String {
        let members = shownValue.members.filter { Self.audited.contains($0.name) }
        let text = JSONValue.object(members).canonical()
        if text.utf8.count <= Self.auditedBytes { return text }
        return JSONValue.object([
            JSONMember("sha256", .string(SHA256Digest.of(text).hex)), JSONMember("bytes", .integer(text.utf8.count)),
        ]).serialized()
    }

    private static let auditedBytes = 16 << 10
    private static let audited: Set<String> = [
        "filters", "timezone", "columns", "limit", "format", "sourceKey", "sourceUrl", "mode", "matchOn", "plan",
    ]

    /// Of what exports and imports both have, but say at the end.
    package static let downloadURLTTL = SpecMember(
        "downloadUrlTTL", .integer(1...604_800), "Seconds that download links live; default \(JobResult.usualURLTTL)"
    ) { $0?.asInteger ?? JobResult.usualURLTTL }

    /// Fields of the table every spec has.
    package static func fields(formats: [String]) -> [SpecField] {
        [
            SpecField("jobId", .string(.identifier), "Idempotency key; default: a fresh time-sortable id"),
            SpecField("orgId", .string(.identifier), "The tenant; also from JOB_ORG_ID"),
            SpecField("resource", .string(.any), "A resource of the catalogue", isRequired: true),
            SpecField("format", .choice(formats), "Format of the file; json is one array of objects"),
            SpecField(
                "actor",
                .object([
                    SpecField("id", .string(.printable(128)), "Who asks for the job"),
                    SpecField("role", .string(.printable(64)), "Role"),
                    SpecField("plan", .string(.printable(64)), "Plan"),
                ]), "Who asks for the job; believed only in a signed spec"),
            SpecField(
                "timezone", .string(.short(64)),
                "Of times and days without a zone: an IANA name or an offset, such as Europe/Berlin or +02:00"),
            SpecField("notAfter", .string(.timestamp), "Deadline; past it the job ends with exit code 124"),
            SpecField(
                "notify", .object([SpecField("url", .string(.any), "https URL", isRequired: true)]),
                "POST of the final manifest"),
        ]
    }

    /// Parses a spec, checks it against its shape and decodes the shared fields.
    ///
    /// Mistakes are added to `problems`, for the caller to add its own and throw them together. Throws
    /// `spec_invalid` at once when there is no telling what the rest would mean.
    package init(
        bytes: [UInt8], kind: JobKind, shape: SpecType, environment: JobEnvironment, catalogue: Catalogue,
        problems: inout SpecProblems
    ) throws(JobError) {
        let value = try JSONValue(parsing: bytes, as: .spec)
        shape.validate(value, at: "$", into: &problems)
        let common = try CommonSpec(
            value, kind: kind, environment: environment, catalogue: catalogue, problems: &problems)
        guard var common else {
            try problems.throwIfAny()
            throw JobError(.specInvalid, "the job spec is not an object of fields")
        }
        common.signature = try SpecSignature(of: bytes, kind: kind, environment)
        self = common
    }

    /// Decodes the shared fields; adds mistakes that only the catalogue can tell.
    ///
    /// Returns `nil` when one of them is in the way of looking further. Throws `configuration_invalid` (78).
    package init?(
        _ value: JSONValue, kind: JobKind, environment: JobEnvironment, catalogue: Catalogue,
        problems: inout SpecProblems
    ) throws(JobError) {
        self.kind = kind
        self.value = value
        hasOwnJobId = value.text("jobId") != nil
        jobId = value.text("jobId") ?? JobIdentifier.fresh()
        notAfter = value.text("notAfter").flatMap { Timestamp.parse($0) }
        zone = Self.zone(value.text("timezone"), &problems)
        if let id = value["actor"]?.text("id"), JobActor.isReserved(id) {
            problems.add("$.actor.id", "may not look like what the audit log calls an operator or a key")
        }
        let orgId = value.text("orgId") ?? environment.orgId
        if let orgId {
            if !Identifier.isValid(orgId) {
                // One in the spec is checked with the shape.
                if value.text("orgId") == nil {
                    problems.add("$.orgId", "JOB_ORG_ID is not \(StringRule.identifier.expectation)")
                }
            } else if let own = environment.orgId, own != orgId {
                problems.add("$.orgId", "differs from JOB_ORG_ID")
            }
        } else {
            problems.add("$.orgId", "is missing and JOB_ORG_ID is not set")
        }
        allowList = try AllowList(validating: environment.sourceAllow ?? "")
        notifyURL = Self.url(value["notify"]?.text("url"), at: "$.notify.url", allowList, &problems)
        guard let orgId, let name = value.text("resource") else { return nil }
        let possible = catalogue.resources.filter(kind.offers)
        guard let resource = possible.first(where: { $0.name.hasSameBytes(as: name) }) else {
            let found = catalogue.resource(name) == nil ? "unknown resource" : "resource that has no \(kind.rawValue)"
            problems.add(
                "$.resource", "\(found) \(JSONValue.string(String(name.prefix(64))).serialized())", nearest: name,
                among: possible.map(\.name))
            return nil
        }
        self.orgId = orgId
        self.resource = resource
        var members = value.members.filter { $0.name != "jobId" && $0.name != "orgId" }
        members.append(JSONMember("orgId", .string(orgId)))
        sha256 = SHA256Digest.of(Array(JSONValue.object(members).canonical().utf8)).hex
    }

    private static func zone(_ name: String?, _ problems: inout SpecProblems) -> ZoneRules? {
        guard let name else { return nil }
        do {
            return try ZoneLoader.load(name)
        } catch {
            problems.add("$.timezone", error.problem)
            return nil
        }
    }

    /// A URL of the spec that may be connected to.
    package static func url(
        _ text: String?, at path: String, _ allowed: AllowList, _ problems: inout SpecProblems
    ) -> SourceURL? {
        guard let text else { return nil }
        do throws(JobError) {
            return try SourceURL(validating: text, allowList: allowed)
        } catch {
            problems.add(path, error.message)
            return nil
        }
    }
}
