internal import Formats
internal import Glibc
internal import JobCore

/// Who may run a job: an `ADMIN` on plan `growth` or higher, proven by an API key or a signed spec; or, where both the
/// database and the store are files of this machine, whoever may start the process.
///
/// Nobody is refused without an entry in the audit log, and nothing is read for who is.
package struct Gate: Sendable {
    /// The plans that may import and export.
    package static let plans = ["growth", "business", "scale", "enterprise"]

    private let place: Workplace

    package init(_ place: Workplace) { self.place = place }

    /// Why somebody is refused, and who that is as far as it is known.
    private struct Refusal: Error {
        var actor = "unknown"
        let message: String
        let hint: String
    }

    /// The actor of the job.
    ///
    /// Throws `not_permitted` (77).
    package func admit(_ spec: CommonSpec, to verb: SignedVerb = .run) async throws -> JobActor {
        var event = AuditEvent(orgId: spec.orgId, actor: "unknown", action: spec.auditedAction, outcome: "refused")
        event.jobId = spec.hasOwnJobId ? spec.jobId : ""
        event.resource = spec.resource.name
        event.filters = spec.auditedRequest
        return try await recordingRefusal(event) {
            // Proof that is there must be good, also beside better one.
            let signer = try Self.signer(of: spec, to: verb)
            if let owner = try await keyOwner(spec.orgId) { return owner }
            if let signer { return signer }
            if place.isLocal { return JobActor(id: Self.userName(), role: "ADMIN") }
            throw Refusal(
                message: "only an embedded database with a local store runs without a proof of role",
                hint: "set JOB_API_KEY (`ImportJob keys create` makes one), or JOB_SPEC_SIGNATURE (`sign` prints it) "
                    + "with JOB_SIGNING_KEY; or use sqlite: and file:")
        }
    }

    /// Who looks at or ends the organisation's jobs from outside: the owner of the API key when there is one, else the
    /// operator who holds the credentials of database and store.
    ///
    /// Throws `not_permitted` (77).
    package func admitOperator(to action: String, orgId: String, jobId: String = "") async throws -> String {
        var event = AuditEvent(orgId: orgId, actor: "unknown", action: action, outcome: "refused")
        event.jobId = jobId
        return try await recordingRefusal(event) { try await keyOwner(orgId)?.audited ?? "operator:" + Self.userName() }
    }

    private func recordingRefusal<Value>(
        _ event: AuditEvent, _ decide: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await decide()
        } catch let refusal as Refusal {
            var event = event
            event.actor = refusal.actor
            do {
                try await place.audit.append(event)
            } catch {
                place.log.warning("the refusal is not in the audit log: \(JobError.wrapping(error).description)")
            }
            throw JobError(.notPermitted, refusal.message, hint: refusal.hint)
        }
    }

    /// The owner of `JOB_API_KEY`, `nil` without one.
    private func keyOwner(_ orgId: String) async throws -> JobActor? {
        guard let text = place.environment.apiKey else { return nil }
        guard let key = APIKey(text) else {
            throw Refusal(
                message: "JOB_API_KEY is not an API key", hint: "it looks like pk_…_…; check that it is complete")
        }
        guard let record = try await KeyRing(place.records).record(of: key) else {
            throw Refusal(message: "JOB_API_KEY is not known", hint: "`ImportJob keys create` makes a key")
        }
        let owner = JobActor(id: record.actorId, role: record.role, key: record.id)
        // What an organisation is told of a key of another one is the same as of none.
        if record.orgId != orgId {
            throw Refusal(
                actor: "key \(record.id)", message: "JOB_API_KEY is not known",
                hint: "`ImportJob keys create` makes a key")
        }
        if record.revokedAt != nil {
            throw Refusal(
                actor: owner.audited, message: "JOB_API_KEY was revoked",
                hint: "`ImportJob keys create` makes a new key")
        }
        return try Self.permitted(owner, plan: record.plan)
    }

    /// Whom a signed spec names; `nil` when nobody has signed it.
    private static func signer(of spec: CommonSpec, to verb: SignedVerb) throws -> JobActor? {
        let tool = spec.kind.program
        switch spec.signature {
        case .absent: return nil
        case .wrong(let why):
            throw Refusal(message: why, hint: "`\(tool) sign` prints the signature of exactly these bytes")
        case .valid(.prepare) where verb == .run:
            throw Refusal(
                message: "JOB_SPEC_SIGNATURE allows to prepare the job, not to run it",
                hint: "`\(tool) sign` prints a signature that is good for both")
        case .valid: break
        }
        let actor = spec.value["actor"]
        guard let id = actor?.text("id"), !id.isEmpty else {
            throw Refusal(
                message: "the signed spec names no actor", hint: "add actor: { id, role, plan } before signing")
        }
        guard spec.value.text("orgId") == spec.orgId else {
            throw Refusal(
                actor: id, message: "the signed spec names no organisation",
                hint: "add orgId before signing: without it the signature would be good for every organisation")
        }
        return try permitted(JobActor(id: id, role: actor?.text("role") ?? ""), plan: actor?.text("plan"))
    }

    private static func permitted(_ actor: JobActor, plan: String?) throws -> JobActor {
        guard actor.role == "ADMIN", let plan, plans.contains(plan) else {
            throw Refusal(
                actor: actor.audited, message: "the actor may not run jobs",
                hint: "role ADMIN and plan growth or higher are needed")
        }
        return actor
    }

    /// Name of the operating-system user, or its number when it has none.
    static func userName() -> String {
        let user = getuid()
        guard let entry = unsafe getpwuid(user), let name = unsafe entry.pointee.pw_name else { return "uid-\(user)" }
        return unsafe String(cString: name)
    }
}
